"""Decide whether Cinder has room for a point, or what must go first. Pure.

Creating comes before pruning wherever the limits allow it: a point that
goes ahead of one that is then not made is history lost for nothing.
"""

import collections.abc
import dataclasses
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.snapshot import plan
from snapfault.snapshot import retain

#: So many failed runs in a row, and nothing goes ahead of a new point.
FAILURES: typing.Final = 3
#: So many points that Cinder will not let go of, and no further one goes.
REFUSALS: typing.Final = 2

Members = collections.abc.Collection[model.Member]
Points = collections.abc.Collection[model.RecoveryPoint]


@dataclasses.dataclass(frozen=True)
class Room:
    """Whether Cinder has room for what is to be taken."""

    enough: bool
    prune: plan.Prune | None  #: what makes room; None: nothing may
    leaving: bool  #: one is on its way out already, so room may come
    reason: str  #: empty when there is room


@dataclasses.dataclass(frozen=True)
class Lack:
    """One limit that leaves too little for the new members."""

    volume_type: str | None  #: None: the limit is of all types together
    in_gigabytes: bool  #: or in snapshots
    left: int
    needed: int

    def relief(self, members: Members) -> int:
        """Say how much of it comes free when these members go."""
        own = _of_type(members, self.volume_type)
        return sum(m.size for m in own) if self.in_gigabytes else len(own)

    @property
    def reason(self) -> str:
        """Say what is lacking, for people."""
        what = 'GiB' if self.in_gigabytes else 'snapshots'
        if self.volume_type is not None:
            what += f' of type {self.volume_type}'
        return (
            f'the project has room for {self.left} more {what} and'
            f' {self.needed} are needed'
        )


def make_room(
    points: Points,
    coming: model.RecoveryPoint,
    headroom: resource.Headroom,
    quota: rules.Quota,
    *,
    in_use: collections.abc.Set[str] = frozenset(),
    failures: int = 0,
) -> Room:
    """Decide whether a new point fits, or which one point must go first.

    At most one point goes ahead of the new one: what the quota would prune
    once the new one is good, else the oldest that nothing protects. None
    does while runs fail, for that would only eat history, and none where
    all that may go together would not be enough.

    :param points: the history of the protection, in any order
    :param coming: the point to be made
    :param failures: how many runs in a row have failed
    """
    lacks = lacking(coming.members, headroom)
    if not lacks:
        return Room(True, None, False, '')
    short = '; '.join(each.reason for each in lacks)
    waits = _waits(points, failures)
    if waits is not None:
        return dataclasses.replace(waits, reason=f'{short}; {waits.reason}')
    victim = _victim(_by_worth(points, coming, quota, in_use), lacks)
    if victim is None:
        short += '; no older point that may go helps'
        return Room(False, None, False, short)
    prune = plan.Prune(victim.id, f'makes room: {short}')
    return Room(False, prune, True, short)


def _victim(
    free: Points, lacks: collections.abc.Collection[Lack]
) -> model.RecoveryPoint | None:
    """Give the first that helps; None where all together would not do."""
    for lack in lacks:
        relief = sum(lack.relief(point.members) for point in free)
        if relief < lack.needed - lack.left:
            return None
    return next(
        point
        for point in free
        if any(lack.relief(point.members) for lack in lacks)
    )


def _waits(points: Points, failures: int) -> Room | None:
    """Give why no point goes now; None where one may."""
    kinds = (model.PointStatus.FAILED, model.PointStatus.DELETING)
    going = [each for each in points if each.status in kinds]
    refused = [each for each in going if each.not_before is not None]
    if len(refused) < len(going):
        return Room(False, None, True, 'a point is being removed')
    if len(refused) >= REFUSALS:
        return Room(
            False,
            None,
            False,
            f'{len(refused)} points cannot be removed: {refused[0].reason}',
        )
    if failures >= FAILURES:
        return Room(
            False, None, False, f'the last {failures} runs have failed'
        )
    return None


def _by_worth(
    points: Points,
    coming: model.RecoveryPoint,
    quota: rules.Quota,
    in_use: collections.abc.Set[str],
) -> list[model.RecoveryPoint]:
    """Give what may go, what the policy values least first."""
    good = retain.good_newest_first(points)
    firm = retain.firmly(good, quota, in_use)
    made = dataclasses.replace(
        coming,
        status=model.PointStatus.GOOD,
        sequence=max((p.sequence for p in points), default=0) + 1,
        completed_at=coming.created_at,
    )
    kept = {
        each.point_id: each.keep
        for each in retain.decide(
            [*good, made], quota, coming.created_at, in_use
        )
    }
    free = [point for point in reversed(good) if point.id not in firm]
    return sorted(free, key=lambda point: kept[point.id])


def lacking(members: Members, headroom: resource.Headroom) -> list[Lack]:
    """Give each limit that the new members would break."""
    found = []
    rooms: list[tuple[str | None, resource.Headroom | resource.TypeRoom]]
    rooms = [(None, headroom), *sorted(headroom.types.items())]
    for volume_type, room in rooms:
        own = _of_type(members, volume_type)
        for in_gigabytes, left in (
            (False, room.snapshots),
            (True, room.gigabytes),
        ):
            needed = sum(m.size for m in own) if in_gigabytes else len(own)
            if left is not None and own and left < needed:
                found.append(Lack(volume_type, in_gigabytes, left, needed))
    return found


def _of_type(members: Members, volume_type: str | None) -> list[model.Member]:
    """Choose the members of a type; None: all."""
    return [
        member
        for member in members
        if volume_type is None or member.volume_type == volume_type
    ]
