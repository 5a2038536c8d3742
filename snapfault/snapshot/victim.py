"""Choose what goes ahead of a new point where Cinder lacks room. Pure.

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
from snapfault.snapshot import room

#: So many failed runs in a row, and nothing goes ahead of a new point.
FAILURES: typing.Final = 3

Points = collections.abc.Collection[model.RecoveryPoint]


@dataclasses.dataclass(frozen=True)
class Room:
    """Whether Cinder has room for what is to be taken."""

    enough: bool
    prune: plan.Prune | None  #: what makes room; None: nothing may
    leaving: bool  #: one is on its way out already, so room may come
    reason: str  #: empty when there is room


@dataclasses.dataclass(frozen=True)
class Held:
    """What holds back a removal."""

    in_use: collections.abc.Set[str]  #: ids of points that are read from
    failures: int  #: runs in a row that have failed
    refusals: int  #: removals Cinder may refuse before no further one


def make_room(
    points: Points,
    coming: model.RecoveryPoint,
    headroom: resource.Headroom,
    quota: rules.Quota,
    held: Held,
) -> Room:
    """Decide whether a new point fits, or which one point must go first.

    At most one point goes ahead of the new one: what the quota would prune
    once the new one is good, else the oldest that nothing protects. None
    does while runs fail, for that would only eat history, and none where
    all that may go together would not be enough.

    :param points: the history of the protection, in any order
    :param coming: the point to be made
    """
    lacks = room.lacking(coming.members, headroom)
    if not lacks:
        return Room(True, None, False, '')
    short = '; '.join(each.reason for each in lacks)
    waits = _waits(points, held)
    if waits is not None:
        return dataclasses.replace(waits, reason=f'{short}; {waits.reason}')
    victim = _victim(_by_worth(points, coming, quota, held.in_use), lacks)
    if victim is None:
        short += '; no older point that may go helps'
        return Room(False, None, False, short)
    prune = plan.Prune(victim.id, f'makes room: {short}')
    return Room(False, prune, True, short)


def _victim(
    free: Points, lacks: collections.abc.Collection[room.Lack]
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


def _waits(points: Points, held: Held) -> Room | None:
    """Give why no point goes now; None where one may."""
    kinds = (model.PointStatus.FAILED, model.PointStatus.DELETING)
    going = [each for each in points if each.status in kinds]
    refused = [each for each in going if each.not_before is not None]
    if len(refused) < len(going):
        return Room(False, None, True, 'a point is being removed')
    if len(refused) >= held.refusals:
        return Room(
            False,
            None,
            False,
            f'{len(refused)} points that were to make room could not be'
            f' removed, the last because {refused[0].reason}',
        )
    if held.failures >= FAILURES:
        return Room(
            False, None, False, f'the last {held.failures} runs have failed'
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
