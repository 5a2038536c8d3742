"""Choose the recovery point, and say in words why it is that one. Pure.

Points are ordered by the sequence of their making and never by a clock. A
point counts only if each of its snapshots is there, ours and available
(invariant 6).
"""

import collections
import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover.steps import verify

Snapshots = collections.abc.Mapping[str, resource.Snapshot]


@dataclasses.dataclass(frozen=True)
class History:
    """What is on record of a service, by its business id."""

    points: collections.abc.Collection[model.RecoveryPoint]  #: in any order
    #: Of the recoveries that are done, the newest first.
    outcomes: collections.abc.Sequence[model.Outcome] = ()


@dataclasses.dataclass(frozen=True)
class Choice:
    """The point, or None, and the reason of either in a clause."""

    point: model.RecoveryPoint | None
    reason: str


def choose(
    recovery: model.Recovery,
    history: History,
    snapshots: Snapshots,
    policy: rules.RecoveryRules,
) -> Choice:
    """Choose the newest point that nothing speaks against.

    :param snapshots: those of the project, by id
    """
    if recovery.point_named:
        return _named(recovery, history.points, snapshots)
    tried = rejected(recovery)
    if len(tried) > policy.steps_back:
        return Choice(
            None,
            f'the service did not work from {len(tried)} recovery points, and'
            f' the policy tries {policy.steps_back} after the first; name'
            ' another with --point',
        )
    against = _Against(
        recovery,
        policy,
        _bound(history.points, tried),
        doubtful(history, policy),
        snapshots,
    )
    return _newest(history.points, against, recovery, policy)


def doubtful(history: History, policy: rules.RecoveryRules) -> frozenset[str]:
    """Name the points of what a recovery has left behind.

    They were taken after the point that it went back to, and before its end:
    they may hold the damage. Not where it was undone, for then the service
    lives on with what they hold. Nor a point that it, or one after it, went
    back to all the same: a person has named that.
    """
    undone: set[str | None] = set()
    taken: set[str | None] = set()
    found: set[str] = set()
    for each in history.outcomes:
        if each.recovery_id in undone:
            continue
        if each.kind is model.RecoveryKind.UNDO:
            undone.add(each.origin_id)
            continue
        taken.add(each.point_id)
        is_behind = _behind(each, history, policy)
        found |= {
            point.id
            for point in history.points
            if point.id not in taken
            and point.created_at <= each.finished_at
            and is_behind(point)
        }
    return frozenset(found)


def _behind(
    outcome: model.Outcome, history: History, policy: rules.RecoveryRules
) -> collections.abc.Callable[[model.RecoveryPoint], bool]:
    """Give what says of a point whether it is later than the restored one.

    Where that is on record no more, whether it is younger than the fault.
    """
    for point in history.points:
        if point.id == outcome.point_id:
            sequence = point.sequence
            return lambda each: each.sequence > sequence
    before = latest(outcome, policy)
    return lambda each: (
        each.completed_at is not None and each.completed_at > before
    )


def rejected(recovery: model.Recovery) -> tuple[str, ...]:
    """Give the points from which the service did not work, once each."""
    found = [
        attempt.point_id
        for attempt in recovery.attempts
        if attempt.way in model.RESTORING
        and attempt.point_id is not None
        and failed_verification(recovery, attempt)
    ]
    return tuple(dict.fromkeys(found))


def failed_verification(
    recovery: model.Recovery, attempt: model.Attempt
) -> bool:
    """Say whether all of an attempt was done and its last look said no.

    Where nobody could look, nothing is known against the point.
    """
    if attempt.status is not model.AttemptStatus.FAILED:
        return False
    steps = [each for each in recovery.steps if each.attempt == attempt.number]
    return bool(steps) and all(
        each.status
        is (
            model.StepStatus.FAILED
            if each.name == verify.Verify.name
            else model.StepStatus.DONE
        )
        for each in steps
    )


def latest(
    recovery: model.Recovery | model.Outcome, policy: rules.RecoveryRules
) -> datetime.datetime:
    """Give the moment before which a point must have been complete."""
    if recovery.before_at is not None:
        return recovery.before_at
    return recovery.onset_at - datetime.timedelta(seconds=policy.margin)


def is_whole(point: model.RecoveryPoint, snapshots: Snapshots) -> bool:
    """Look whether each snapshot is there, ours and available."""
    for member in point.members:
        snapshot = snapshots.get(member.snapshot_id or '')
        if snapshot is None or snapshot.status != 'available':
            return False
        if snapshot.metadata.get(resource.MARKER) != member.id:
            return False
    return bool(point.members)


def _named(
    recovery: model.Recovery,
    history: collections.abc.Iterable[model.RecoveryPoint],
    snapshots: Snapshots,
) -> Choice:
    """Take the point that a person named, whatever its age, or none."""
    name = f'recovery point {recovery.point_id}'
    for point in history:
        if point.id != recovery.point_id:
            continue
        if point.status is not model.PointStatus.GOOD:
            return Choice(None, f'{name} is {point.status} and not good')
        if point.proof is model.Proof.DISPROVEN:
            return Choice(
                None, f'{name} did not bring the service up in a drill'
            )
        if point.id in rejected(recovery):
            return Choice(None, f'the service did not work from {name}')
        if not is_whole(point, snapshots):
            return Choice(None, f'{name} has lost snapshots in the cloud')
        return Choice(point, 'it was named by a person')
    return Choice(None, f'{name} is not of this service')


def _bound(
    history: collections.abc.Iterable[model.RecoveryPoint],
    tried: collections.abc.Container[str],
) -> int | None:
    """Give the sequence below which a step back begins; None: no step."""
    return min(
        (point.sequence for point in history if point.id in tried),
        default=None,
    )


@dataclasses.dataclass(frozen=True)
class _Against:
    """What may speak against a point."""

    recovery: model.Recovery
    policy: rules.RecoveryRules
    below: int | None
    doubtful: collections.abc.Set[str]
    snapshots: Snapshots

    def say(self, point: model.RecoveryPoint) -> str:
        """Give what speaks against it, to be counted; empty: nothing."""
        before = latest(self.recovery, self.policy)
        if self.below is not None and point.sequence >= self.below:
            return 'no older than one from which the service did not work'
        if point.completed_at is None or point.completed_at > before:
            return f'younger than {before.isoformat()}'
        if point.id in self.doubtful:
            return 'of what a recovery from an older one has left behind'
        said = self._say_of_proof(point)
        if not said and not is_whole(point, self.snapshots):
            return 'missing snapshots in the cloud'
        return said

    def _say_of_proof(self, point: model.RecoveryPoint) -> str:
        if point.proof is model.Proof.DISPROVEN:
            return 'disproven by a drill'
        if self.policy.proven_only and point.proof is not model.Proof.PROVEN:
            return 'not proven by a drill, which the policy asks for'
        return ''


def _newest(
    history: collections.abc.Iterable[model.RecoveryPoint],
    against: _Against,
    recovery: model.Recovery,
    policy: rules.RecoveryRules,
) -> Choice:
    good = sorted(
        (p for p in history if p.status is model.PointStatus.GOOD),
        key=lambda point: point.sequence,
        reverse=True,
    )
    passed_over: collections.Counter[str] = collections.Counter()
    for point in good:
        said = against.say(point)
        if not said:
            return Choice(point, _praise(recovery, policy, passed_over))
        passed_over[said] += 1
    before = latest(recovery, policy).isoformat()
    if not good:
        return Choice(None, 'the service has no good recovery point')
    return Choice(
        None,
        f'there is no good recovery point older than {before} to go back to:'
        f' {_counted(passed_over)}; name one with --point to take it all the'
        ' same',
    )


def _praise(
    recovery: model.Recovery,
    policy: rules.RecoveryRules,
    passed_over: collections.Counter[str],
) -> str:
    before = latest(recovery, policy).isoformat()
    text = f'it is the newest good one from before {before}'
    if passed_over:
        text += f' ({_counted(passed_over)})'
    return text


def _counted(reasons: collections.Counter[str]) -> str:
    return ', '.join(f'{count} {reason}' for reason, count in reasons.items())
