"""Choose the recovery point and the steps, or say why not. Pure.

The order is Nova's own: attach and detach are refused while a server is in
ERROR, so the rebuild comes first and the volumes follow. What the rebuild
and the exchange of volumes could destroy is kept by safety snapshots before.
"""

import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault.recover import refusal
from snapfault.recover import situation as situation_
from snapfault.recover import step
from snapfault.recover.steps import attach
from snapfault.recover.steps import detach
from snapfault.recover.steps import power
from snapfault.recover.steps import rebuild
from snapfault.recover.steps import restore_volume
from snapfault.recover.steps import safety_snapshot
from snapfault.recover.steps import verify


@dataclasses.dataclass(frozen=True)
class Plan:
    """Phases in order; the steps of one phase run at once."""

    point_id: str
    phases: tuple[tuple[step.Step, ...], ...]


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why there is no plan, and what to do; nothing was touched."""

    reason: str


def plan(
    recovery: model.Recovery,
    points: collections.abc.Iterable[model.RecoveryPoint],
    situation: situation_.Situation,
    margin: datetime.timedelta,
) -> Plan | Refusal:
    """Plan a recovery from the newest point older than the fault.

    :param points: the history of the service, by its business id
    :param margin: how much older than the onset a point must be, unless a
        person named one
    """
    why_not = refusal.of_server(situation) or refusal.of_volumes(situation)
    if why_not:
        return Refusal(why_not)
    point = _choose(recovery, points, situation, margin)
    if isinstance(point, Refusal):
        return point
    why_not = refusal.of_point(point, situation)
    if why_not:
        return Refusal(why_not)
    return Plan(point.id, _phases(recovery, point, situation))


def _choose(
    recovery: model.Recovery,
    points: collections.abc.Iterable[model.RecoveryPoint],
    situation: situation_.Situation,
    margin: datetime.timedelta,
) -> model.RecoveryPoint | Refusal:
    good = sorted(
        (p for p in points if p.status is model.PointStatus.GOOD),
        key=lambda point: point.sequence,
        reverse=True,
    )
    if recovery.point_id is not None:
        good = [point for point in good if point.id == recovery.point_id]
    else:
        good = [
            point
            for point in good
            if point.completed_at is not None
            and point.completed_at <= recovery.onset_at - margin
        ]
    whole = [point for point in good if _is_whole(point, situation)]
    if whole:
        return whole[0]
    if good:
        return Refusal(
            f'recovery point {good[0].id} has lost snapshots in the cloud'
            ' and no older one is whole'
        )
    if recovery.point_id is not None:
        return Refusal(f'recovery point {recovery.point_id} is not good')
    return Refusal(
        'there is no good recovery point older than'
        f' {(recovery.onset_at - margin).isoformat()}; name one with'
        ' --point to take a younger one'
    )


def _is_whole(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> bool:
    """Look whether each snapshot is there, ours and available."""
    for member in point.members:
        snapshot = situation.snapshots.get(member.snapshot_id or '')
        if snapshot is None or snapshot.status != 'available':
            return False
        if snapshot.metadata.get(resource.MARKER) != member.id:
            return False
    return bool(point.members)


def _phases(
    recovery: model.Recovery,
    point: model.RecoveryPoint,
    situation: situation_.Situation,
) -> tuple[tuple[step.Step, ...], ...]:
    server = situation.server
    assert server is not None  # refusal.of_server has spoken otherwise
    stopped = server.status == 'SHUTOFF' and not situation.stopped_by_us
    replaced = situation_.replaced(point, situation)
    phases: list[tuple[step.Step, ...]] = [
        tuple(
            safety_snapshot.SafetySnapshot(recovery.id, each.volume_id)
            for each in replaced.values()
        ),
        (
            rebuild.Rebuild(recovery.id, server.id, point.image_id),
            *_restores(recovery, point, replaced, situation),
        ),
        (power.Stop(server.id),),
        tuple(
            detach.Detach(server.id, each.volume_id)
            for each in replaced.values()
        ),
        tuple(_attaches(recovery, point, replaced, server)),
        () if stopped else (power.Start(server.id),),
        (
            verify.Verify(
                recovery.id,
                server.id,
                'SHUTOFF' if stopped else 'ACTIVE',
                tuple(member.id for member in point.members),
            ),
        ),
    ]
    return tuple(phase for phase in phases if phase)


def _restores(
    recovery: model.Recovery,
    point: model.RecoveryPoint,
    replaced: collections.abc.Mapping[str, resource.Attachment],
    situation: situation_.Situation,
) -> collections.abc.Iterator[step.Step]:
    for member in point.members:
        assert member.snapshot_id is not None  # _is_whole has looked
        damaged = replaced.get(member.id)
        label = (
            situation.volumes[damaged.volume_id].name
            if damaged is not None
            else f'{recovery.business_id} {member.device}'
        )
        yield restore_volume.RestoreVolume(
            recovery.id, member.id, member.snapshot_id, member.size, label
        )


def _attaches(
    recovery: model.Recovery,
    point: model.RecoveryPoint,
    replaced: collections.abc.Mapping[str, resource.Attachment],
    server: resource.Server,
) -> collections.abc.Iterator[step.Step]:
    """Attach each restored volume where the one it replaces is now."""
    for member in point.members:
        place = replaced.get(member.id)
        yield attach.Attach(
            recovery.id,
            member.id,
            server.id,
            place.device if place is not None else member.device,
            member.tag,
            member.delete_on_termination,
        )
