"""Decide for each good point whether it is kept, and by which rule. Pure.

Points are ordered by ``sequence``, never by a clock. Clocks say only how old
a point is and in which hour, day, week, month or year it was made.
"""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import model
from snapfault import rules
from snapfault.snapshot import periods

#: What a point is under that no label's own rules apply to.
OUTER: typing.Final = ''
#: Beyond what one run takes and summer time; a point lives longer.
ASTRAY: typing.Final = datetime.timedelta(hours=2)
_UNITS: typing.Final = ((86400, 'd'), (3600, 'h'), (60, 'min'))

Points = collections.abc.Sequence[model.RecoveryPoint]
#: By the ids of points: the rule that keeps each.
Kept = dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a good point, and the rule that says so."""

    point_id: str
    keep: bool
    rule: str  #: in words for people


def good_newest_first(
    points: collections.abc.Iterable[model.RecoveryPoint],
) -> list[model.RecoveryPoint]:
    """Give the good points by the order of their making, newest first."""
    good = [p for p in points if p.status is model.PointStatus.GOOD]
    return sorted(good, key=lambda point: point.sequence, reverse=True)


def size(point: model.RecoveryPoint) -> int:
    """Give the GiB of a point's members, as Cinder's quota counts them."""
    return sum(member.size for member in point.members)


def decide(
    points: collections.abc.Iterable[model.RecoveryPoint],
    quota: rules.Quota,
    now: datetime.datetime,
    in_use: collections.abc.Set[str] = frozenset(),
) -> list[Decision]:
    """Decide for every good point of one service, the newest first.

    Failed, unfinished and lost points neither count nor are decided upon.

    :param points: the history of the service, in any order
    :param in_use: ids of points that a recovery or drill reads from
    """
    good = good_newest_first(points)
    firm = firmly(good, quota, in_use)
    ages = _Ages(good, now)
    said: dict[str, list[Decision]] = {}
    for label, group in _groups(good, quota).items():
        limits = quota if label == OUTER else quota.labels[label]
        for each in _judge(group, limits, firm, ages):
            named = each if label == OUTER else _name(each, label)
            said.setdefault(each.point_id, []).append(named)
    return [
        Decision(point.id, True, firm[point.id])
        if point.id in firm
        else _any_keeps(said[point.id])
        for point in good
    ]


def firmly(
    good: Points,
    quota: rules.Quota,
    in_use: collections.abc.Set[str],
) -> Kept:
    """Give what stays whatever count, age, size and tiers say.

    :param good: the newest first
    """
    kept: Kept = {point.id: 'newest good point' for point in good[:1]}
    sound = [p for p in good if p.proof is not model.Proof.DISPROVEN]
    for point in sound[:1]:
        kept.setdefault(point.id, 'newest that no drill has disproven')
    for point in good:
        if point.pinned:
            kept.setdefault(point.id, 'pinned')
        elif point.id in in_use:
            kept.setdefault(point.id, 'a recovery or drill needs it')
    minimum = max(quota.minimum, 1)
    for point in good[:minimum]:
        kept.setdefault(point.id, f'minimum: among the {minimum} newest')
    return kept


def is_astray(
    now: datetime.datetime, made_at: datetime.datetime | None
) -> bool:
    """Say whether our clock and Cinder's tell too different a time.

    :param made_at: when the newest snapshot was made by Cinder's clock, a
        few minutes ago at most; None: it was not seen
    """
    return made_at is None or abs(now - made_at) > ASTRAY


def ageless(quota: rules.Quota) -> rules.Quota:
    """Give a quota that lets nothing go for its age."""
    labels = {
        label: dataclasses.replace(limits, age=None)
        for label, limits in quota.labels.items()
    }
    return dataclasses.replace(quota, age=None, labels=labels)


def _groups(
    good: Points, quota: rules.Quota
) -> dict[str, list[model.RecoveryPoint]]:
    """Sort points by whose rules they are under; one may be under several."""
    if not quota.labels:
        return {OUTER: list(good)}
    groups: dict[str, list[model.RecoveryPoint]] = {}
    for point in good:
        own = {label for label in point.labels if label in quota.labels}
        if not point.labels or len(own) < len(set(point.labels)):
            own.add(OUTER)
        for label in sorted(own):
            groups.setdefault(label, []).append(point)
    return groups


def _name(decision: Decision, label: str) -> Decision:
    rule = f'label {label}: {decision.rule}'
    return dataclasses.replace(decision, rule=rule)


def _any_keeps(said: collections.abc.Sequence[Decision]) -> Decision:
    """Keep a point that any of its labels keeps."""
    keeping = [each for each in said if each.keep]
    if keeping:
        return keeping[0]
    rule = '; '.join(each.rule for each in said)
    return Decision(said[0].point_id, False, rule)


class _Ages:
    """How old points are, as far as clocks can be believed.

    A point that was made after another is not older than that one,
    whatever its row says, and one from the future has no age: a clock that
    was set wrong for a while makes points younger here, never older.
    """

    def __init__(self, good: Points, now: datetime.datetime) -> None:
        self._now = now
        self._since: dict[str, datetime.datetime | None] = {}
        latest: datetime.datetime | None = None
        for point in reversed(good):
            at = point.completed_at
            if at is not None and (latest is None or at > latest):
                latest = at
            self._since[point.id] = None if at is None else latest

    def is_past(self, point: model.RecoveryPoint, age: int | None) -> bool:
        """Say whether a point is older than so many seconds, if any."""
        since = self._since[point.id]
        if age is None or since is None:
            return False
        return (self._now - since).total_seconds() > age

    def doubt(self, point: model.RecoveryPoint) -> str:
        """Say that a point's own time cannot be believed; empty: it can."""
        at = point.completed_at
        if at is not None and at <= self._now and at == self._since[point.id]:
            return ''
        return '; no age is known of it, as a clock has jumped'


class _Space:
    """What the gigabytes still leave; what stays firmly comes first."""

    def __init__(
        self,
        group: Points,
        limit: int | None,
        firm: collections.abc.Container[str],
    ) -> None:
        self._left = limit
        if self._left is not None:
            self._left -= sum(size(p) for p in group if p.id in firm)

    def has(self, point: model.RecoveryPoint) -> bool:
        """Say whether a point fits; what does not counts all the same.

        So nothing older fits after it, however small.
        """
        if self._left is None:
            return True
        self._left -= size(point)
        return self._left >= 0


def _judge(
    group: Points,
    limits: rules.Limits,
    firm: collections.abc.Container[str],
    ages: _Ages,
) -> collections.abc.Iterator[Decision]:
    """Decide for the points of a group that nothing keeps firmly."""
    chosen = _chosen(group, limits)
    space = _Space(group, limits.gigabytes, firm)
    for point in group:
        if point.id in firm:
            continue
        if ages.is_past(point, limits.age):
            refusal = f'older than {duration(limits.age or 0)}'
        elif point.id not in chosen:
            refusal = _beyond(limits)
        elif not space.has(point):
            refusal = (
                f'over {limits.gigabytes} GiB with what is kept before it'
            )
        else:
            doubt = '' if limits.age is None else ages.doubt(point)
            yield Decision(point.id, True, chosen[point.id] + doubt)
            continue
        yield Decision(point.id, False, refusal)


def _chosen(group: Points, limits: rules.Limits) -> Kept:
    """Give what count and tiers keep; all, where neither is set."""
    if limits.count is None and not periods.is_any(limits.tiers):
        rule = _within(limits)
        return {point.id: rule for point in group}
    kept: Kept = {}
    if limits.count is not None:
        rule = f'among the {limits.count} newest'
        newest = group[: max(limits.count, 0)]
        kept = {point.id: rule for point in newest}
    if limits.tiers is not None:
        first = periods.first_of_each(group, limits.tiers)
        kept = first | kept
    return kept


def _beyond(limits: rules.Limits) -> str:
    if limits.count is None:
        return 'no tier keeps it'
    beyond = f'beyond the {limits.count} newest'
    if periods.is_any(limits.tiers):
        beyond += ', and no tier keeps it'
    return beyond


def _within(limits: rules.Limits) -> str:
    bounds = []
    if limits.age is not None:
        bounds.append(f'not older than {duration(limits.age)}')
    if limits.gigabytes is not None:
        bounds.append(f'within {limits.gigabytes} GiB')
    return ' and '.join(bounds) or 'the quota sets no bound'


def duration(seconds: int) -> str:
    """Say seconds in the largest unit that goes into them."""
    for length, unit in _UNITS:
        if seconds and seconds % length == 0:
            return f'{seconds // length} {unit}'
    return f'{seconds} s'
