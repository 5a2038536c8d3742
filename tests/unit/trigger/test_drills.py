"""When recoveries are rehearsed."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import rules
from snapfault.trigger import drills
from snapfault.trigger import plan
from tests import build

DAY = datetime.timedelta(days=1)
NOON = build.NOW
AT_TWO = rules.Schedule(cron='0 2 * * *')


def _policy(schedule=AT_TWO, **changes):
    recovery = rules.RecoveryRules(drills=rules.DrillRules(schedule))
    return build.policy(**{'recovery': recovery} | changes)


def _due(policy, was, now=NOON):
    protection = build.protection(next_drill_at=was)
    return drills.due([protection], {policy.id: policy}, now)


TWO = NOON.replace(hour=2)


def test_the_next_drill_is_later_than_now():
    assert drills.next_drill(_policy(), NOON) == TWO + DAY
    assert drills.next_drill(_policy(), TWO) == TWO + DAY


@pytest.mark.parametrize('policy', [_policy(None), _policy(paused=True)])
def test_without_a_schedule_or_paused_none_falls_due(policy):
    assert drills.next_drill(policy, NOON) is None
    (due,) = _due(policy, TWO)
    assert (due.cause, due.next_drill_at) == ('', None)


def test_many_that_were_missed_are_one():
    (due,) = _due(_policy(), TWO - 9 * DAY)
    assert due.cause == 'due at 2026-03-01T02:00:00Z by its policy'
    assert due.next_drill_at == TWO + DAY


def test_what_is_not_yet_due_is_left():
    assert _due(_policy(), NOON + DAY) == []
    assert _due(_policy(), None) == []


def test_a_policy_may_let_a_missed_one_go():
    policy = _policy(catch_up=rules.CatchUp.NONE)
    assert _due(policy, TWO)[0].cause == ''
    soon = TWO + datetime.timedelta(minutes=1)
    assert _due(policy, TWO, soon)[0].cause != ''


def test_the_policy_was_changed_by_hand():
    """The row still holds what the schedule before it gave."""
    (due,) = _due(_policy(), NOON - datetime.timedelta(hours=1))
    assert (due.cause, due.next_drill_at) == ('', TWO + DAY)


@pytest.mark.parametrize(
    'policy', [_policy(rules.Schedule(cron='x')), build.policy(id='another')]
)
def test_what_cannot_be_read_is_looked_at_later(policy):
    (due,) = _due(policy, TWO)
    assert (due.cause, due.next_drill_at) == ('', NOON + plan.RECHECK)


def test_a_schedule_of_drills_is_checked():
    plan.check(_policy())
    with pytest.raises(errors.InvalidInput, match='cron'):
        plan.check(_policy(rules.Schedule(cron='x')))


def test_both_are_given_at_once():
    policy = dataclasses.replace(_policy())
    found = drills.nexts(policy, 'protection-1', NOON)
    assert found == {
        'next_run_at': plan.next_run(policy, 'protection-1', NOON),
        'next_drill_at': TWO + DAY,
    }
