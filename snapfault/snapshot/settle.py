"""Read what a listing of the cloud says about unfinished points. Pure.

A worker lists a project's snapshots once a tick and asks here what follows
for each point that is being made or removed.
"""

import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault.snapshot import marks
from snapfault.snapshot import plan

#: How long a create whose answer was lost may take to show in a listing.
LATE = datetime.timedelta(seconds=120)
#: The first wait after a refused delete; it doubles up to a day.
BACK_OFF = datetime.timedelta(seconds=60)
MOST = datetime.timedelta(days=1)
UNDER_WAY = frozenset({'creating', 'deleting', 'backing-up', 'restoring'})

Found = collections.abc.Mapping[str, resource.Snapshot]


@dataclasses.dataclass(frozen=True)
class Making:
    """What stands of a point that is being made."""

    done: bool  #: every member was seen ``available``
    failed: str  #: why it can never be good; empty: it still may
    seen: collections.abc.Mapping[str, str]  #: member id to snapshot id
    taken: bool = True  #: every member was seen, and none ``creating``
    #: Seconds between the creations of those seen.
    skew: float | None = None


@dataclasses.dataclass(frozen=True)
class Removal:
    """What is left of a point that is being removed."""

    done: bool  #: every member was seen gone
    ask: tuple[tuple[model.Member, resource.Snapshot], ...]  #: delete now
    refused: resource.Snapshot | None  #: one whose delete did not take


def by_marker(
    snapshots: collections.abc.Iterable[resource.Snapshot],
) -> dict[str, list[resource.Snapshot]]:
    """Sort a listing by the marker in each snapshot's metadata."""
    found: dict[str, list[resource.Snapshot]] = {}
    for snapshot in sorted(snapshots, key=lambda s: (s.created_at, s.id)):
        marker = marks.of(snapshot).get(resource.MARKER)
        if marker is not None:
            found.setdefault(marker, []).append(snapshot)
    return found


def making(
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
    now: datetime.datetime,
    limit: datetime.timedelta,
) -> Making:
    """Say whether a point is good, can no longer be, or needs waiting.

    :param found: the project's snapshots by marker
    :param limit: how long a point may take once its snapshots are asked for
    """
    seen, waiting, failed = {}, False, ''
    asked, times = _asked(point), []
    for member in point.members:
        snapshot = snapshot_of(point, member, found)
        if snapshot is None:
            waiting = True
            if member.snapshot_id is not None:
                failed = f'snapshot {member.snapshot_id} is gone'
            elif now - asked > LATE:
                failed = f'volume {member.volume_id} has no snapshot yet'
            continue
        seen[member.id] = snapshot.id
        times.append(snapshot.created_at)
        if snapshot.status == 'creating':
            waiting = True
        elif snapshot.status != 'available':
            failed = f'snapshot {snapshot.id} is in {snapshot.status}'
    if waiting and not failed and is_late(point, now, limit):
        failed = f'not all snapshots were available after {limit}'
    skew = (max(times) - min(times)).total_seconds() if times else None
    return Making(not (waiting or failed), failed, seen, not waiting, skew)


def is_late(
    point: model.RecoveryPoint,
    now: datetime.datetime,
    limit: datetime.timedelta,
) -> bool:
    """Say whether a point has been in the making for too long.

    :param limit: how long it may take once its snapshots are asked for
    """
    return now - _asked(point) > limit


def _asked(point: model.RecoveryPoint) -> datetime.datetime:
    """Give when the snapshots were asked for, at the earliest."""
    return point.asked_at or point.created_at


def snapshot_of(
    point: model.RecoveryPoint,
    member: model.Member,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
) -> resource.Snapshot | None:
    """Find a member's snapshot; the first made, if an answer was lost.

    We ask once for each marker, so there is no second of ours: what else
    carries it is a copy of our tags, by whom we cannot tell. It stays, and
    :mod:`snapfault.snapshot.compare` reports it.
    """
    ours = [
        snapshot
        for snapshot in found.get(member.id, [])
        if plan.is_ours(snapshot, point, member)
    ]
    return ours[0] if ours else None


def made_at(
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
) -> datetime.datetime | None:
    """Give when the last of a point's snapshots was made, by Cinder."""
    seen = (snapshot_of(point, member, found) for member in point.members)
    return max((each.created_at for each in seen if each), default=None)


def removal(
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
    now: datetime.datetime,
) -> Removal:
    """Say which snapshots to delete now, and whether any was refused.

    Cinder puts a snapshot that it cannot delete back to ``available``: one
    that was asked to go and is still there was refused (invariant 8: it is
    recorded and tried again later, not looped on).
    """
    ask, left, refused = [], False, None
    for member in point.members:
        snapshot = snapshot_of(point, member, found)
        if snapshot is None:
            left = left or _may_appear(point, member, now)
            continue
        left = True
        if snapshot.status in UNDER_WAY:
            continue
        if snapshot.status == 'error_deleting' or member.delete_attempts:
            refused = snapshot
        ask.append((member, snapshot))
    return Removal(not left, tuple(ask), refused)


def _may_appear(
    point: model.RecoveryPoint,
    member: model.Member,
    now: datetime.datetime,
) -> bool:
    """Say whether a create whose answer was lost may still show."""
    return member.snapshot_id is None and now - _asked(point) < LATE


def refusal(snapshot: resource.Snapshot) -> str:
    """Say that a delete was refused, and what a person can do."""
    if snapshot.status == 'error_deleting':
        return (
            f'snapshot {snapshot.id} is in error_deleting: an admin must'
            ' reset its state or delete it by force'
        )
    return (
        f'snapshot {snapshot.id} was not deleted and is'
        f' {snapshot.status} again: something may depend on it'
    )


def retry_at(
    point: model.RecoveryPoint, now: datetime.datetime
) -> datetime.datetime:
    """Give the time before which a refused delete is not asked again."""
    attempts = max(member.delete_attempts for member in point.members)
    doublings: int = 2 ** min(attempts, 20)
    return now + min(BACK_OFF * doublings, MOST)
