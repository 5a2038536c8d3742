"""Decide what to take, what to prune and what a listing means. Pure.

The one promise above all others: a protection that ever had a good recovery
point has one (invariant 1). :func:`prune` and :func:`victim.make_room` are the
only places that choose a good point for removal, both by what
:mod:`~snapfault.snapshot.retain` decides, and both leave the newest.
"""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.snapshot import levels
from snapfault.snapshot import marks
from snapfault.snapshot import retain

#: What is attached to a server, where, and the volume itself.
Disk = tuple[resource.Attachment, resource.Volume]


@dataclasses.dataclass(frozen=True)
class Prune:
    """A good point that goes, and the rule that says so."""

    point_id: str
    reason: str


def new_point(
    task: model.Task,
    protection: model.Protection,
    server: resource.Server,
    disks: collections.abc.Iterable[Disk],
    now: datetime.datetime,
    choice: levels.Choice = levels.CRASH,
) -> model.RecoveryPoint:
    """Describe the recovery point to take for a task.

    :param disks: all volumes that are attached to the server now
    :raises InvalidInput: none is: an empty set would count as good
    """
    point_id = marks.point_id(task)
    members = _members(point_id, server, list(disks))
    if not members:
        raise errors.InvalidInput(
            f'server {server.id} has no volume attached, and nothing to take'
            ' a snapshot of: attach one or delete the protection'
        )
    point = model.RecoveryPoint(
        id=point_id,
        project_id=task.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        task_id=task.id,
        sequence=0,
        status=model.PointStatus.CREATING,
        server_id=server.id,
        image_id=server.image_id or protection.image_id,
        flavor_id=server.flavor_id,
        members=members,
        reason='',
        scheduled_at=task.scheduled_at,
        created_at=now,
        completed_at=None,
        not_before=None,
        labels=task.labels,
    )
    return dataclasses.replace(point, **_chosen(choice, server))


def _chosen(
    choice: levels.Choice, server: resource.Server
) -> dict[str, typing.Any]:
    return {
        'level': choice.level,
        'level_reason': choice.reason,
        'power': choice.power,
        'root_image': choice.root_image and server.image_id is not None,
    }


def _members(
    point_id: str,
    server: resource.Server,
    disks: collections.abc.Collection[Disk],
) -> tuple[model.Member, ...]:
    """Describe a member for each disk, and mark the one it boots from."""
    root_id = None
    if server.image_id is None:
        root_id = resource.root_of(
            {place.volume_id: place.device for place, _ in disks},
            {volume.id: volume for _, volume in disks},
        )
    return tuple(_member(point_id, *disk, root_id) for disk in disks)


def _member(
    point_id: str,
    attachment: resource.Attachment,
    volume: resource.Volume,
    root_id: str | None,
) -> model.Member:
    return model.Member(
        id=marks.member_id(point_id, volume.id),
        volume_id=volume.id,
        size=volume.size,
        volume_type=volume.volume_type,
        device=attachment.device,
        tag=attachment.tag,
        delete_on_termination=attachment.delete_on_termination,
        snapshot_id=None,
        root=volume.id == root_id,
    )


def metadata(
    point: model.RecoveryPoint, member: model.Member
) -> dict[str, str]:
    """Give the tags that mark a member's snapshot as ours."""
    return {
        resource.MARKER: member.id,
        resource.POINT: point.id,
        resource.PROTECTION: point.protection_id,
        resource.SCHEDULED_AT: point.scheduled_at.isoformat(),
    }


def is_ours(
    snapshot: resource.Snapshot,
    point: model.RecoveryPoint,
    member: model.Member,
) -> bool:
    """Say whether row, tags and volume all call this snapshot the member's.

    The project is proven by whose token listed it. Nothing is deleted for
    which this does not hold (invariant 7).
    """
    found = marks.of(snapshot)
    return (
        found.get(resource.MARKER) == member.id
        and found.get(resource.POINT) == point.id
        and snapshot.volume_id == member.volume_id
        and member.snapshot_id in (None, snapshot.id)
    )


def prune(
    points: collections.abc.Iterable[model.RecoveryPoint],
    quota: rules.Quota,
    now: datetime.datetime,
    in_use: collections.abc.Set[str] = frozenset(),
) -> list[Prune]:
    """Choose the good points beyond the quota, the oldest first.

    :param points: the history of the protection, in any order
    :param in_use: ids of points that a recovery or drill reads from
    """
    decided = retain.decide(points, quota, now, in_use)
    return [
        Prune(each.point_id, each.rule)
        for each in reversed(decided)
        if not each.keep
    ]
