"""Compare the rows of recovery points with a listing of the cloud. Pure.

Nothing here is ever a reason to delete: what we cannot prove ours by row,
tags and volume together is named, and left to a person.
"""

import collections.abc
import dataclasses
import typing

from snapfault import model
from snapfault import resource
from snapfault.snapshot import plan
from snapfault.snapshot import settle

#: Of a good point's snapshot: what it holds is not to be relied on.
RUINED: typing.Final = frozenset({'error', 'error_deleting'})
#: Points whose members' snapshots may be missing, and are looked for.
UNFINISHED: typing.Final = frozenset(
    {model.PointStatus.CREATING, model.PointStatus.FAILED}
)

Points = collections.abc.Iterable[model.RecoveryPoint]
Snapshots = collections.abc.Mapping[str, resource.Snapshot]


@dataclasses.dataclass(frozen=True)
class Lost:
    """A good point that can no longer be restored from."""

    point: model.RecoveryPoint
    gone: tuple[str, ...]  #: ids of snapshots that are not listed any more
    ruined: tuple[str, ...]  #: of those that are in error

    @property
    def reason(self) -> str:
        """What happened, for people."""
        return '; '.join(
            [f'snapshot {each} is gone from Cinder' for each in self.gone]
            + [f'snapshot {each} is in error' for each in self.ruined]
        )


@dataclasses.dataclass(frozen=True)
class Adopted:
    """A snapshot whose answer was lost, and the member it was made for."""

    member_id: str
    snapshot_id: str


@dataclasses.dataclass(frozen=True)
class Stray:
    """A snapshot with our tags that is not, or not provably, ours."""

    snapshot: resource.Snapshot
    reason: str


@dataclasses.dataclass(frozen=True)
class Difference:
    """In what rows and cloud differ; empty where they agree."""

    lost: tuple[Lost, ...]
    adopted: tuple[Adopted, ...]
    strays: tuple[Stray, ...]


def compare(points: Points, listed: Snapshots) -> Difference:
    """Compare both ways.

    :param points: of one project, read before the listing: what was good
        then must be in it
    :param listed: the project's snapshots by id
    """
    points = list(points)
    lost = [_lost(point, listed) for point in points]
    adopted = _adopted(points, listed)
    tagged = {
        snapshot_id: snapshot
        for snapshot_id, snapshot in listed.items()
        if resource.MARKER in snapshot.metadata
        and snapshot_id not in {each.snapshot_id for each in adopted}
    }
    return Difference(
        tuple(each for each in lost if each is not None),
        adopted,
        strays(points, tagged.values()),
    )


def _lost(point: model.RecoveryPoint, listed: Snapshots) -> Lost | None:
    if point.status is not model.PointStatus.GOOD:
        return None
    ids = [
        each.snapshot_id or 'that was never noted' for each in point.members
    ]
    gone = tuple(each for each in ids if each not in listed)
    ruined = tuple(
        each
        for each in ids
        if each in listed and listed[each].status in RUINED
    )
    return Lost(point, gone, ruined) if gone or ruined else None


def _adopted(
    points: collections.abc.Iterable[model.RecoveryPoint], listed: Snapshots
) -> tuple[Adopted, ...]:
    found = settle.by_marker(listed.values())
    adopted = []
    for point in points:
        for member in point.members:
            if point.status in UNFINISHED and member.snapshot_id is None:
                snapshot = settle.snapshot_of(point, member, found)
                if snapshot is not None:
                    adopted.append(Adopted(member.id, snapshot.id))
    return tuple(adopted)


def strays(
    points: Points, tagged: collections.abc.Iterable[resource.Snapshot]
) -> tuple[Stray, ...]:
    """Give those of the tagged snapshots that are not provably ours."""
    rows = {
        member.id: (point, member)
        for point in points
        for member in point.members
    }
    found = []
    for snapshot in tagged:
        row = rows.get(snapshot.metadata[resource.MARKER])
        reason = _foreign(snapshot, row)
        if reason:
            found.append(Stray(snapshot, reason))
    return tuple(found)


def _foreign(
    snapshot: resource.Snapshot,
    row: tuple[model.RecoveryPoint, model.Member] | None,
) -> str:
    """Say why a tagged snapshot is not ours; empty: it is."""
    if row is None:
        return 'no recovery point knows it'
    point, member = row
    if snapshot.volume_id != member.volume_id:
        return (
            f'it has the tags of member {member.id} and is of another volume'
        )
    if not plan.is_ours(snapshot, point, member):
        return f'it has the tags of member {member.id}, which has another'
    if point.status is model.PointStatus.DELETED:
        return f'recovery point {point.id} had been seen gone before'
    if member.snapshot_id is None and point.status in UNFINISHED:
        return f'member {member.id} has more than one'
    return ''
