"""Plan how replaced volumes come back to their places, or say why not. Pure.

For an undo, and for a recovery that cannot go forward once the exchange of
volumes has begun: never is a server left with volumes of different times.
"""

import collections.abc
import dataclasses

from snapfault import model
from snapfault import resource
from snapfault.recover import plan as plans
from snapfault.recover import step
from snapfault.recover.steps import detach
from snapfault.recover.steps import power
from snapfault.recover.steps import return_volume
from snapfault.recover.steps import verify

#: What the metadata of a volume has that a recovery made, or took away.
OURS = frozenset({resource.RECOVERY, resource.KEPT})


@dataclasses.dataclass(frozen=True)
class Standing:
    """What stands where, read afresh."""

    server: resource.Server | None  #: None: it is gone
    attachments: tuple[resource.Attachment, ...]
    volumes: collections.abc.Mapping[str, resource.Volume]  #: the project's
    host_status: str | None


def is_moving(
    standing: Standing, volume_ids: collections.abc.Set[str]
) -> bool:
    """Say whether Nova is at work on the server or on these volumes.

    A server in ERROR may have left them reserved for good.
    """
    server = standing.server
    if server is None:
        return False
    moving = {'attaching', 'detaching'}
    if server.status != 'ERROR':
        moving.add('reserved')
    ours = volume_ids | {each.volume_id for each in standing.attachments}
    return server.task_state is not None or any(
        each.id in ours and each.status in moving
        for each in standing.volumes.values()
    )


def originals(
    kept: collections.abc.Iterable[model.Kept],
) -> tuple[model.Kept, ...]:
    """Give what sat at each device before the first attempt.

    :param kept: of one recovery, in the order it was noted
    """
    first: dict[str, model.Kept] = {}
    for each in kept:
        if each.kind is model.KeptKind.VOLUME and each.device:
            first.setdefault(resource.letter_of(each.device), each)
    return tuple(first.values())


def is_back(kept: collections.abc.Iterable[model.Kept]) -> bool:
    """Say whether all that was to be replaced is where it was.

    :param kept: of one recovery, in the order it was noted
    """
    wanted = originals(kept)
    returned = model.KeptStatus.RETURNED
    return bool(wanted) and all(each.status is returned for each in wanted)


def undo_refusal(
    origin: model.Recovery, kept: collections.abc.Collection[model.Kept]
) -> str:
    """Say why a recovery cannot be undone, by what is on record of it."""
    wanted = originals(kept)
    if not wanted:
        return (
            f'recovery {origin.id} has replaced no volume, and the root disk'
            ' that a rebuild writes anew cannot be had back'
        )
    if is_back(kept):
        return (
            f'there is nothing to undo of recovery {origin.id}: the volumes'
            ' from before it were put back'
        )
    for each in wanted:
        if each.status not in (
            model.KeptStatus.KEPT,
            model.KeptStatus.RETURNED,  # beside others that are away still
        ):
            return (
                f'volume {each.resource_id} is {each.status}'
                f' ({each.reason or "its time was over"}): what it held is'
                ' not to be had back'
            )
    return ''


def plan(
    recovery: model.Recovery,
    wanted: collections.abc.Sequence[model.Kept],
    standing: Standing,
    runs: bool,
) -> plans.Plan | plans.Refusal:
    """Plan the way back.

    :param wanted: the volumes that are to be attached again
    :param runs: whether the server is to run in the end
    """
    why_not = _server_refusal(standing) or _volume_refusal(wanted, standing)
    if why_not:
        return plans.Refusal(why_not)
    server = standing.server
    assert server is not None  # _server_refusal has spoken otherwise
    back = _missing(wanted, standing)
    final = 'ACTIVE' if runs else 'SHUTOFF'
    phases: tuple[tuple[step.Step, ...], ...] = (
        (power.Halt(server.id),) if back or server.status == 'ERROR' else (),
        tuple(
            detach.Detach(server.id, each.volume_id, recovery.id)
            for each in _occupants(back, standing)
        ),
        tuple(_return(server.id, each) for each in back),
        (power.Start(server.id),) if runs else (),
        (verify.Verify(recovery.id, server.id, final, ()),),
    )
    return plans.Plan(
        model.Way.PUT_BACK, None, tuple(each for each in phases if each)
    )


def _return(server_id: str, kept: model.Kept) -> step.Step:
    return return_volume.ReturnVolume(
        server_id,
        kept.resource_id,
        kept.device,
        kept.tag,
        kept.delete_on_termination,
    )


def _missing(
    wanted: collections.abc.Iterable[model.Kept], standing: Standing
) -> list[model.Kept]:
    """Give those that are not attached to the server now."""
    attached = {each.volume_id for each in standing.attachments}
    return [each for each in wanted if each.resource_id not in attached]


def _occupants(
    back: collections.abc.Iterable[model.Kept], standing: Standing
) -> list[resource.Attachment]:
    """Give what sits where they belong."""
    letters = {resource.letter_of(each.device) for each in back}
    return [
        a
        for a in standing.attachments
        if resource.letter_of(a.device) in letters
    ]


def _server_refusal(standing: Standing) -> str:
    server = standing.server
    if server is None:
        return (
            'the server does not exist any more: attach the kept volumes to'
            ' another with openstack server add volume SERVER VOLUME'
        )
    if server.locked:
        return (
            f'server {server.id} is locked: openstack server unlock'
            f' {server.id}'
        )
    if server.task_state is not None:
        return f'Nova is at work on the server ({server.task_state})'
    if server.status not in ('ACTIVE', 'SHUTOFF', 'ERROR'):
        return (
            f'server {server.id} is {server.status}: bring it to ACTIVE or'
            ' SHUTOFF'
        )
    if standing.host_status not in (None, '', 'UP'):
        return (
            f'the compute service of the server is {standing.host_status}:'
            ' nothing can be attached there; bring the host back'
        )
    return ''


def _volume_refusal(
    wanted: collections.abc.Sequence[model.Kept], standing: Standing
) -> str:
    for each in wanted:
        why_not = _gone(each, standing)
        if why_not:
            return why_not
    for place in _occupants(_missing(wanted, standing), standing):
        volume = standing.volumes.get(place.volume_id)
        if volume is None or not OURS & volume.metadata.keys():
            return (
                f'volume {place.volume_id} sits at {place.device} and no'
                ' recovery has put it there: detach it first'
            )
    return ''


def _gone(kept: model.Kept, standing: Standing) -> str:
    if kept.status in (model.KeptStatus.REMOVING, model.KeptStatus.REMOVED):
        return (
            f'volume {kept.resource_id} was kept until'
            f' {kept.keep_until.isoformat()} and is removed: what it held'
            ' is lost'
        )
    volume = standing.volumes.get(kept.resource_id)
    if volume is None:
        return f'volume {kept.resource_id} does not exist any more'
    server_id = standing.server.id if standing.server else ''
    if any(each.volume_id == volume.id for each in standing.attachments):
        return ''
    elsewhere = set(volume.attached_to) - {server_id}
    if elsewhere:
        return (
            f'volume {volume.id} is attached to {", ".join(elsewhere)}:'
            ' detach it there first'
        )
    if volume.status != 'available':
        return (
            f'volume {volume.id} is {volume.status}; an admin can run:'
            f' openstack volume set --state available {volume.id}'
        )
    return ''
