"""Decide which runs are due, which wait and which are let go. Pure."""

import collections.abc
import dataclasses
import datetime
import functools
import hashlib
import typing

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.trigger import schedule
from snapfault.trigger import windows

#: A run that is found later than so much was missed. A worker that is begun
#: anew, or has a hundred thousand protections to look at, is back by then.
GRACE: typing.Final = datetime.timedelta(minutes=5)
#: How long a task that is held back without a known end is left alone. What
#: ends the cause calls it back at once.
RECHECK: typing.Final = datetime.timedelta(hours=1)
WAITING: typing.Final = model.TaskStatus.WAITING


@dataclasses.dataclass(frozen=True)
class Due:
    """What becomes of a protection whose next run has come.

    Runs that were missed before it are not made up for one by one.
    """

    protection_id: str
    was: datetime.datetime  #: the next run that the plan was made from
    scheduled_at: datetime.datetime  #: the latest occurrence up to now
    next_run_at: datetime.datetime | None  #: the first occurrence after now
    #: Of the schedules that fell due since; empty: nothing is to be run.
    labels: tuple[str, ...]
    deadline_at: datetime.datetime | None  #: None: it may begin at any time
    let_go: tuple[
        str, ...
    ] = ()  #: labels whose run was missed and is not made


@dataclasses.dataclass(frozen=True)
class Hold:
    """Why a waiting task does not begin now."""

    until: datetime.datetime
    reason: str


@dataclasses.dataclass(frozen=True)
class Around:
    """A schedule's occurrences next to a moment."""

    label: str
    last: datetime.datetime | None
    following: datetime.datetime | None


def check(preset: rules.Rules) -> None:
    """Say what is wrong with the times in a policy's rules, if anything is.

    :raises InvalidInput: with what to write instead
    """
    if not preset.schedules:
        raise errors.InvalidInput(
            'a policy has at least one schedule: give one'
        )
    labels = [each.label for each in preset.schedules]
    for label in labels:
        if labels.count(label) > 1:
            raise errors.InvalidInput(
                f'schedules: two have the label {label!r}: give each its own'
            )
    for each in preset.schedules:
        schedule.check(each)
    if preset.recovery.drills.schedule is not None:
        schedule.check(preset.recovery.drills.schedule)
    windows.check(preset.blackouts)


def stagger(protection_id: str, span: int) -> datetime.timedelta:
    """Give a protection's share of a policy's stagger, from 0 up to it.

    It is the same in every process and for ever.
    """
    if span <= 0:
        return datetime.timedelta(0)
    digest = hashlib.sha256(protection_id.encode()).digest()
    return datetime.timedelta(seconds=int.from_bytes(digest[:8]) % span)


def next_run(
    preset: rules.Rules, protection_id: str, after: datetime.datetime
) -> datetime.datetime | None:
    """Find when a protection is next due, later than ``after``.

    :returns: None: the policy is paused, or fires no more
    :raises InvalidInput: a schedule has no meaning, see :func:`check`
    """
    if preset.paused:
        return None
    share = stagger(protection_id, preset.stagger)
    found = (schedule.next_run(e, after - share) for e in preset.schedules)
    return min((each + share for each in found if each), default=None)


def replan(
    preset: rules.Rules, now: datetime.datetime
) -> datetime.datetime | None:
    """Give the next look at all protections of a policy that has changed.

    Where each has a share of the stagger of its own, they are looked at at
    once: :func:`due` then gives each its next run, and makes none.

    :returns: None: the policy is paused, or fires no more
    :raises InvalidInput: a schedule has no meaning, see :func:`check`
    """
    if preset.stagger and not preset.paused:
        return now
    return next_run(preset, '', now)


def due(
    protections: collections.abc.Iterable[model.Protection],
    policies: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> list[Due]:
    """Decide what becomes of the protections whose next run has come.

    Of all the occurrences since then, however many, one run is made, with
    the labels of all schedules that had one. A protection whose policy is
    absent, or whose schedules have no meaning, is left out: its next run
    stays where it is.
    """

    @functools.cache
    def known(policy_id: str) -> tuple[schedule.Known, ...] | None:
        policy = policies[policy_id]
        try:
            windows.within(policy.blackouts, now)
            each = tuple(map(schedule.Known, policy.schedules))
            for one in each:
                one.around(now)
        except errors.InvalidInput:
            return None
        return each

    found = []
    for each in protections:
        policy = policies.get(each.policy_id)
        if each.next_run_at is None or each.next_run_at > now or not policy:
            continue
        runs = known(each.policy_id)
        if runs is None:
            continue
        share = stagger(each.id, policy.stagger)
        around = [_around(one, share, now) for one in runs]
        found.append(_due(each.id, each.next_run_at, policy, around, now))
    return found


def _around(
    known: schedule.Known, share: datetime.timedelta, now: datetime.datetime
) -> Around:
    last, following = known.around(now - share)
    return Around(
        known.schedule.label,
        last and last + share,
        following and following + share,
    )


def _due(
    protection_id: str,
    was: datetime.datetime,
    policy: rules.Rules,
    runs: collections.abc.Sequence[Around],
    now: datetime.datetime,
) -> Due:
    fallen = {
        each.label: each.last
        for each in runs
        if each.last and each.last >= was and not policy.paused
    }
    let_go: tuple[str, ...] = ()
    if policy.catch_up is rules.CatchUp.NONE:
        let_go = tuple(e for e, last in fallen.items() if last < now - GRACE)
    kept = {e: last for e, last in fallen.items() if e not in let_go}
    scheduled_at = max(kept.values(), default=was)
    upcoming = [each.following for each in runs if each.following]
    return Due(
        protection_id=protection_id,
        was=was,
        scheduled_at=scheduled_at,
        next_run_at=None if policy.paused else min(upcoming, default=None),
        labels=tuple(kept),
        deadline_at=deadline_at(policy, scheduled_at) if kept else None,
        let_go=let_go,
    )


def deadline_at(
    preset: rules.Rules, scheduled_at: datetime.datetime
) -> datetime.datetime | None:
    """Say when a run that has not begun is missed; None: never."""
    if preset.deadline is None:
        return None
    return scheduled_at + datetime.timedelta(seconds=preset.deadline)


def holds(
    candidates: collections.abc.Iterable[model.Candidate],
    now: datetime.datetime,
) -> dict[str, Hold]:
    """Say which waiting tasks do not begin now, and why; by task.

    What a person asks for begins, paused or not, in a blackout or not: the
    person decides. What has begun once goes on.
    """

    @functools.cache
    def by_policy(policy_id: str) -> Hold | None:
        return _policy_hold(policies[policy_id], now)

    found = {}
    policies = {}
    for each in candidates:
        if each.task.by_hand or each.task.status is not WAITING:
            continue
        policies[each.policy.id] = each.policy
        held = by_policy(each.policy.id)
        if each.protection.status is model.ProtectionStatus.PAUSED:
            held = Hold(now + RECHECK, 'its protection is paused')
        if held is not None:
            found[each.task.id] = held
    return found


def _policy_hold(policy: rules.Rules, now: datetime.datetime) -> Hold | None:
    if policy.paused:
        return Hold(now + RECHECK, 'its policy is paused')
    try:
        free = windows.free_from(policy.blackouts, now)
    except errors.InvalidInput as error:  # broken by hand
        return Hold(now + RECHECK, str(error))
    if free is None:
        return Hold(now + RECHECK, 'the blackouts leave no time')
    if free > now:
        return Hold(free, f'a blackout lasts until {free:%Y-%m-%dT%H:%M:%SZ}')
    return None
