"""Which runs are due, held back and let go: tables, then properties."""

import collections
import dataclasses
import datetime
import subprocess
import sys
import time

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.trigger import plan
from snapfault.trigger import schedule
from tests import build

PRAGUE = 'Europe/Prague'
HOURLY = rules.Schedule('hourly', interval=3600)
NIGHTLY = rules.Schedule('nightly', cron='0 2 * * *')
WEEKLY = rules.Schedule('weekly', cron='0 2 * * MON')
NONE = rules.CatchUp.NONE


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def every(seconds: int) -> rules.Schedule:
    return rules.Schedule(interval=seconds)


def cron(expression: str, zone: str = 'UTC') -> rules.Schedule:
    return rules.Schedule(cron=expression, time_zone=zone)


def due(
    was: str | None, now: str = '2026-05-01T12:00:30', **policy: object
) -> plan.Due | None:
    """Look at one protection under one policy."""
    row = build.protection(next_run_at=was and at(was))
    found = plan.due([row], {'policy-1': build.policy(**policy)}, at(now))
    return found[0] if found else None


#: schedule, next run as planned; the run that is due, and the next one
DUE = [
    pytest.param(
        every(60),
        '2026-05-01T12:00:00',
        ('2026-05-01T12:00:00', '2026-05-01T12:01:00'),
        id='on time',
    ),
    pytest.param(
        every(60),
        '2026-04-01T12:00:00',
        ('2026-05-01T12:00:00', '2026-05-01T12:01:00'),
        id='a month of minutes collapses to one',
    ),
    pytest.param(
        cron('0 2 * * *', PRAGUE),
        '2026-04-20T00:00:00',
        ('2026-05-01T00:00:00', '2026-05-02T00:00:00'),
        id='missed days collapse to one',
    ),
    pytest.param(every(60), None, None, id='never due'),
    pytest.param(every(60), '2026-05-01T12:01:00', None, id='not yet'),
    pytest.param(
        cron('a b c d e'), '2026-05-01T12:00:00', None, id='no meaning'
    ),
    pytest.param(
        rules.Schedule(), '2026-05-01T12:00:00', None, id='no schedule'
    ),
    pytest.param(
        cron('0 2 * * *', 'Atlantis'), '2026-05-01T12:00:00', None, id='zone'
    ),
]


@pytest.mark.parametrize(('given', 'was', 'expected'), DUE)
def test_due(
    given: rules.Schedule,
    was: str | None,
    expected: tuple[str, str] | None,
) -> None:
    found = due(was, schedules=(given,))
    if expected is None:
        assert found is None
        return
    assert was is not None
    assert found == plan.Due(
        'protection-1',
        at(was),
        at(expected[0]),
        at(expected[1]),
        ('default',),
        None,
    )


#: schedules, the promise and now; the labels that fell due, and the next run
TOGETHER = [
    pytest.param(
        (NIGHTLY, WEEKLY),
        ('2026-05-04T02:00', '2026-05-04T02:00:01'),
        (('nightly', 'weekly'), '2026-05-05T02:00'),
        id='both at one time: one task',
    ),
    pytest.param(
        (NIGHTLY, WEEKLY),
        ('2026-05-05T02:00', '2026-05-05T02:00:01'),
        (('nightly',), '2026-05-06T02:00'),
        id='one of them',
    ),
    pytest.param(
        (HOURLY, WEEKLY, NIGHTLY),
        ('2026-05-04T01:00', '2026-05-04T05:30'),
        (('hourly', 'weekly', 'nightly'), '2026-05-04T06:00'),
        id='all of a downtime, in the order of the policy',
    ),
    pytest.param(
        (NIGHTLY, WEEKLY),
        ('2026-05-04T02:00:30', '2026-05-04T02:01'),
        ((), '2026-05-05T02:00'),
        id='no occurrence since: moved on without a run',
    ),
]


@pytest.mark.parametrize(('schedules', 'times', 'expected'), TOGETHER)
def test_several_schedules(
    schedules: tuple[rules.Schedule, ...],
    times: tuple[str, str],
    expected: tuple[tuple[str, ...], str],
) -> None:
    found = due(*times, schedules=schedules)
    assert found is not None
    assert (found.labels, found.next_run_at) == (
        expected[0],
        at(expected[1]),
    )


def test_the_latest_of_the_runs_gives_the_time() -> None:
    found = due(
        '2026-05-04T01:00', '2026-05-04T05:30', schedules=(HOURLY, NIGHTLY)
    )
    assert found is not None
    assert found.scheduled_at == at('2026-05-04T05:00')


#: now; the labels that are run, and those that are let go
LATE = [
    ('2026-05-04T02:04:59', ('nightly', 'weekly'), ()),
    ('2026-05-04T02:05:00', ('nightly', 'weekly'), ()),
    ('2026-05-04T02:05:01', (), ('nightly', 'weekly')),
    ('2026-05-05T02:00:01', ('nightly',), ('weekly',)),
    ('2026-05-09T12:00:00', (), ('nightly', 'weekly')),
]


@pytest.mark.parametrize(('now', 'labels', 'let_go'), LATE)
def test_missed_runs_are_let_go(
    now: str, labels: tuple[str, ...], let_go: tuple[str, ...]
) -> None:
    late = ('2026-05-04T02:00', now)
    found = due(*late, schedules=(NIGHTLY, WEEKLY), catch_up=NONE)
    assert found is not None
    assert (found.labels, found.let_go) == (labels, let_go)
    assert found.next_run_at is not None
    assert found.next_run_at > at(now)
    made_up = due(*late, schedules=(NIGHTLY, WEEKLY))
    assert made_up is not None
    assert (made_up.labels, made_up.let_go) == (('nightly', 'weekly'), ())


def test_a_deadline_counts_from_the_schedule() -> None:
    found = due('2026-05-01T12:00', schedules=(every(60),), deadline=90)
    assert found is not None
    assert found.deadline_at == at('2026-05-01T12:01:30')


def test_nothing_falls_due_under_a_paused_policy() -> None:
    found = due('2026-05-01T12:00', paused=True)
    assert found is not None
    assert (found.labels, found.next_run_at) == ((), None)
    paused = build.policy(paused=True)
    assert plan.next_run(paused, 'protection-1', build.NOW) is None
    assert plan.replan(paused, build.NOW) is None


def test_due_leaves_out_one_whose_policy_is_absent() -> None:
    rows = [
        build.protection(id='a', policy_id='gone'),
        build.protection(id='b'),
    ]
    found = plan.due(rows, {'policy-1': build.policy()}, build.NOW)
    assert [each.protection_id for each in found] == ['b']


def test_due_leaves_out_one_whose_blackouts_have_no_meaning() -> None:
    window = rules.Window(
        datetime.time(8), datetime.time(9), time_zone='Atlantis'
    )
    assert due('2026-05-01T12:00', blackouts=(window,)) is None


def test_due_costs_the_same_after_twenty_years() -> None:
    """Walking its ten million minutes would take minutes, not a second."""
    begun = time.process_time()
    found = due('2006-05-01T12:00:00', schedules=(cron('* * * * *', PRAGUE),))
    assert time.process_time() - begun < 1
    assert found is not None
    assert found.scheduled_at == at('2026-05-01T12:00:00')


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        ({'schedules': ()}, 'at least one schedule'),
        ({'schedules': (HOURLY, HOURLY)}, "the label 'hourly'"),
        ({'schedules': (HOURLY, cron('a b c d e'))}, 'Bad minute'),
        (
            {'blackouts': (rules.Window(datetime.time(), datetime.time()),)},
            'whole week',
        ),
    ],
)
def test_check_refuses(changes: dict[str, object], said: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        plan.check(build.policy(**changes))
    assert said in str(caught.value)
    assert 'give' in str(caught.value)


SPREAD = 3600


def test_a_stagger_is_spread_evenly() -> None:
    """Chi square of 60 buckets is within what chance gives, by far."""
    count = 60_000
    buckets = collections.Counter(
        plan.stagger(f'protection-{number}', SPREAD).total_seconds() // 60
        for number in range(count)
    )
    assert set(buckets) == set(range(60))
    mean = count / 60
    square = sum((each - mean) ** 2 / mean for each in buckets.values())
    assert square < 120


def test_a_stagger_is_the_same_in_every_process() -> None:
    """Its hash is not Python's, which each process salts."""
    code = (
        'from snapfault.trigger import plan;'
        'print([plan.stagger(str(n), 3600).seconds for n in range(9)])'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        check=True,
        capture_output=True,
        text=True,
        env={'PYTHONHASHSEED': '7'},
    )
    here = [plan.stagger(str(n), 3600).seconds for n in range(9)]
    assert done.stdout.strip() == str(here)
    assert len(set(here)) > 5


SCHEDULES = strategies.lists(
    strategies.sampled_from(
        [
            HOURLY,
            NIGHTLY,
            WEEKLY,
            rules.Schedule('odd', interval=7777),
            rules.Schedule('prague', cron='30 2 * * *', time_zone=PRAGUE),
            rules.Schedule('often', cron='*/7 * * * *', time_zone=PRAGUE),
        ]
    ),
    min_size=1,
    unique_by=lambda each: each.label,
).map(tuple)
POLICIES = strategies.builds(
    build.policy,
    schedules=SCHEDULES,
    stagger=strategies.sampled_from([0, 0, 60, 1800, 90_000]),
    catch_up=strategies.sampled_from(rules.CatchUp),
)
TIMES = strategies.one_of(
    strategies.integers(0, 6 * 3600).map(
        lambda seconds: (
            at('2026-10-24T22:00') + datetime.timedelta(seconds=seconds)
        )
    ),
    strategies.integers(0, 10**8).map(
        lambda seconds: (
            at('2025-01-01T00:00') + datetime.timedelta(seconds=seconds)
        )
    ),
)
LOOKS = strategies.lists(
    strategies.one_of(
        strategies.integers(0, 2),
        strategies.integers(0, 4000),
        strategies.integers(0, 2_000_000),
    ),
    min_size=1,
    max_size=12,
)
steps = hypothesis.settings(max_examples=150, deadline=None)


@steps
@hypothesis.given(POLICIES, TIMES, LOOKS, strategies.uuids().map(str))
def test_each_occurrence_is_seen_once(
    policy: model.Policy,
    begin: datetime.datetime,
    looks: list[int],
    name: str,
) -> None:
    """However seldom somebody looks: in one run, let go, or in no other."""
    share = plan.stagger(name, policy.stagger)
    now = begin
    row = build.protection(
        id=name, next_run_at=plan.next_run(policy, name, begin)
    )
    for wait in looks:
        before, now = now, now + datetime.timedelta(seconds=wait)
        found = plan.due([row], {policy.id: policy}, now)
        fallen = {
            each.label: last + share
            for each in policy.schedules
            if (last := schedule.last_run(each, now - share)) is not None
            and last + share > before
        }
        if not found:
            assert not fallen
            continue
        (only,) = found
        assert {*only.labels, *only.let_go} == set(fallen)
        assert set(only.labels).isdisjoint(only.let_go)
        if only.labels:
            assert only.scheduled_at == max(fallen[e] for e in only.labels)
        for label in only.let_go:
            assert policy.catch_up is NONE
            assert fallen[label] < now - plan.GRACE
        assert only.next_run_at == plan.next_run(policy, name, now)
        row = dataclasses.replace(row, next_run_at=only.next_run_at)
        assert plan.due([row], {policy.id: policy}, now) == []


@steps
@hypothesis.given(POLICIES, TIMES, strategies.uuids().map(str))
def test_a_change_of_policy_fires_nothing(
    policy: model.Policy, now: datetime.datetime, name: str
) -> None:
    """What is planned anew is first due at its next occurrence."""
    moment = datetime.timedelta(microseconds=bool(policy.stagger))
    expected = plan.next_run(policy, name, now - moment)
    row = build.protection(id=name, next_run_at=plan.replan(policy, now))
    for _ in range(2):
        assert row.next_run_at is not None
        now = max(now, row.next_run_at)
        (found,) = plan.due([row], {policy.id: policy}, now)
        if found.labels:
            break
        row = dataclasses.replace(row, next_run_at=found.next_run_at)
    assert found.labels
    assert found.scheduled_at == expected


WORK = rules.Window(datetime.time(8), datetime.time(18))
ACTIVE, PAUSED = model.ProtectionStatus.ACTIVE, model.ProtectionStatus.PAUSED
WAITING, RUNNING = model.TaskStatus.WAITING, model.TaskStatus.RUNNING


def held(
    *,
    by_hand: bool = False,
    status: model.TaskStatus = WAITING,
    protection: model.ProtectionStatus = ACTIVE,
    now: str = '2026-05-01T12:00',
    **policy: object,
) -> plan.Hold | None:
    candidate = model.Candidate(
        task=build.task(by_hand=by_hand, status=status),
        protection=build.protection(status=protection),
        policy=build.policy(**policy),
        last_good_at=None,
        failures=0,
        now=at(now),
    )
    return plan.holds([candidate], at(now)).get('task-1')


def test_nothing_holds_an_ordinary_task() -> None:
    assert held() is None
    assert held(blackouts=(WORK,), now='2026-05-01T18:00') is None


def test_a_blackout_holds_until_its_end() -> None:
    found = held(blackouts=(WORK,))
    assert found is not None
    assert found.until == at('2026-05-01T18:00')
    assert '2026-05-01T18:00:00Z' in found.reason


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        ({'protection': PAUSED}, 'protection is paused'),
        ({'paused': True}, 'policy is paused'),
        (
            {'blackouts': (rules.Window(datetime.time(), datetime.time()),)},
            'leave no time',
        ),
        (
            {'blackouts': (dataclasses.replace(WORK, time_zone='Mars'),)},
            'IANA',
        ),
    ],
)
def test_what_has_no_known_end_is_looked_at_again(
    changes: dict[str, object], said: str
) -> None:
    found = held(**changes)  # type: ignore[arg-type]
    assert found is not None
    assert found.until == at('2026-05-01T12:00') + plan.RECHECK
    assert said in found.reason


@pytest.mark.parametrize(
    'changes',
    [{'blackouts': (WORK,)}, {'paused': True}, {'protection': PAUSED}],
)
def test_a_person_and_what_has_begun_are_not_held(
    changes: dict[str, object],
) -> None:
    assert held(by_hand=True, **changes) is None  # type: ignore[arg-type]
    assert held(status=RUNNING, **changes) is None  # type: ignore[arg-type]
