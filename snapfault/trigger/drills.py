"""Decide when recoveries are rehearsed. Pure."""

import collections.abc
import dataclasses
import datetime
import functools
import typing

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.trigger import plan
from snapfault.trigger import schedule


class Nexts(typing.TypedDict):
    """When a protection's next run and its next drill are due."""

    next_run_at: datetime.datetime | None
    next_drill_at: datetime.datetime | None


#: Of a protection that nothing falls due for.
NONE: typing.Final = Nexts(next_run_at=None, next_drill_at=None)


@dataclasses.dataclass(frozen=True)
class Due:
    """What becomes of a protection whose next drill has come."""

    protection_id: str
    was: datetime.datetime  #: the next drill that the plan was made from
    next_drill_at: datetime.datetime | None
    #: Why there is a drill; empty: there is none, it only moves on.
    cause: str


def nexts(
    preset: rules.Rules, protection_id: str, after: datetime.datetime
) -> Nexts:
    """Find when a protection's next run and next drill are due.

    :raises InvalidInput: a schedule has no meaning
    """
    return Nexts(
        next_run_at=plan.next_run(preset, protection_id, after),
        next_drill_at=next_drill(preset, after),
    )


def next_drill(
    preset: rules.Rules, after: datetime.datetime
) -> datetime.datetime | None:
    """Find when the next drill is due, later than ``after``.

    All protections of a policy at once: how many are under way together,
    the operator bounds; the others wait their turn.

    :returns: None: the policy has no drills, or is paused
    :raises InvalidInput: the schedule has no meaning
    """
    if preset.paused or preset.recovery.drills.schedule is None:
        return None
    return schedule.next_run(preset.recovery.drills.schedule, after)


def due(
    protections: collections.abc.Iterable[model.Protection],
    policies: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> list[Due]:
    """Decide on the protections whose next drill has come.

    Of all the drills since then, however many, one is made. One whose
    policy cannot be read is looked at again an hour later.
    """

    @functools.cache
    def around(policy_id: str) -> tuple[datetime.datetime | None, ...]:
        return _around(policies[policy_id], now)

    found = []
    for each in protections:
        if each.next_drill_at is None or each.next_drill_at > now:
            continue
        policy = policies.get(each.policy_id)
        try:
            if policy is None:
                raise errors.InvalidInput('it cannot be read')
            last, following = around(each.policy_id)
        except errors.InvalidInput:
            later = now + plan.RECHECK
            found.append(Due(each.id, each.next_drill_at, later, ''))
            continue
        cause = _cause(policy, each.next_drill_at, last, now)
        found.append(Due(each.id, each.next_drill_at, following, cause))
    return found


def _around(
    policy: rules.Rules, now: datetime.datetime
) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    rehearsed = policy.recovery.drills.schedule
    if policy.paused or rehearsed is None:
        return None, None
    last = schedule.last_run(rehearsed, now)
    return last, schedule.next_run(rehearsed, now)


def _cause(
    policy: rules.Rules,
    was: datetime.datetime,
    last: datetime.datetime | None,
    now: datetime.datetime,
) -> str:
    """Say why there is a drill; empty: there is none."""
    if last is None or last < was:
        return ''  # the schedule is another one now
    is_late = last < now - plan.GRACE
    if is_late and policy.catch_up is rules.CatchUp.NONE:
        return ''
    return f'due at {last:%Y-%m-%dT%H:%M:%SZ} by its policy'
