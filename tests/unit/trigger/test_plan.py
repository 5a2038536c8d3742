"""When runs fall due: tables of cases, then properties."""

import collections.abc
import dataclasses
import datetime
import itertools
import time

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.trigger import plan

PRAGUE = 'Europe/Prague'
NEW_YORK = 'America/New_York'


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def cron(expression: str, zone: str = 'UTC') -> rules.Schedule:
    return rules.Schedule(cron=expression, time_zone=zone)


def every(seconds: int) -> rules.Schedule:
    return rules.Schedule(interval=seconds)


#: schedule, a time, the first runs after it; all in UTC
WALKS = [
    pytest.param(
        every(3600),
        '2026-01-01T00:00:00',
        ['2026-01-01T01:00:00', '2026-01-01T02:00:00'],
        id='interval: strictly after',
    ),
    pytest.param(
        every(7 * 3600),
        '2026-01-02T00:00:00',
        ['2026-01-02T04:00:00', '2026-01-02T11:00:00'],
        id='interval: multiples since the epoch, not since midnight',
    ),
    pytest.param(
        every(60),
        '2026-01-01T00:00:59.999999',
        ['2026-01-01T00:01:00'],
        id='interval: microseconds',
    ),
    pytest.param(
        cron('0 0 29 2 *'),
        '2026-01-01T00:00:00',
        ['2028-02-29T00:00:00', '2032-02-29T00:00:00'],
        id='leap day',
    ),
    pytest.param(
        cron('0 0 29 2 *'),
        '2097-01-01T00:00:00',
        ['2104-02-29T00:00:00'],
        id='leap day: 2100 has none',
    ),
    pytest.param(
        cron('30 2 * * *', PRAGUE),
        '2026-03-28T12:00:00',
        # 02:30 does not exist on the 29th: it runs as the clock jumps.
        ['2026-03-29T01:00:00', '2026-03-30T00:30:00'],
        id='Prague, gap, fixed time',
    ),
    pytest.param(
        cron('0,30 2 * * *', PRAGUE),
        '2026-03-28T12:00:00',
        ['2026-03-29T01:00:00', '2026-03-30T00:00:00'],
        id='Prague, gap, two fixed times run once',
    ),
    pytest.param(
        cron('30 * * * *', PRAGUE),
        '2026-03-29T00:00:00',
        ['2026-03-29T00:30:00', '2026-03-29T01:30:00'],
        id='Prague, gap, every hour: elapsed time',
    ),
    pytest.param(
        cron('30 2 * * *', PRAGUE),
        '2026-10-24T12:00:00',
        ['2026-10-25T00:30:00', '2026-10-26T01:30:00'],
        id='Prague, overlap, fixed time runs once',
    ),
    pytest.param(
        cron('30 2 * * *', PRAGUE),
        '2026-10-25T01:15:00',
        ['2026-10-26T01:30:00'],
        id='Prague, overlap, its second pass has no run',
    ),
    pytest.param(
        cron('30 * * * *', PRAGUE),
        '2026-10-25T00:00:00',
        [
            '2026-10-25T00:30:00',
            '2026-10-25T01:30:00',
            '2026-10-25T02:30:00',
        ],
        id='Prague, overlap, every hour: elapsed time',
    ),
    pytest.param(
        cron('30 2 * * *', NEW_YORK),
        '2026-03-07T12:00:00',
        ['2026-03-08T07:00:00', '2026-03-09T06:30:00'],
        id='New York, gap, fixed time',
    ),
    pytest.param(
        cron('30 1 * * *', NEW_YORK),
        '2026-10-31T12:00:00',
        ['2026-11-01T05:30:00', '2026-11-02T06:30:00'],
        id='New York, overlap, fixed time runs once',
    ),
    pytest.param(
        cron('*/30 * * * *', NEW_YORK),
        '2026-11-01T05:00:00',
        [
            '2026-11-01T05:30:00',
            '2026-11-01T06:00:00',
            '2026-11-01T06:30:00',
        ],
        id='New York, overlap, every half hour: elapsed time',
    ),
]


@pytest.mark.parametrize(('schedule', 'after', 'runs'), WALKS)
def test_next_run(
    schedule: rules.Schedule, after: str, runs: list[str]
) -> None:
    now = at(after)
    found = []
    for _each in runs:
        following = plan.next_run(schedule, now)
        assert following is not None
        found.append(following.replace(tzinfo=None).isoformat())
        now = following
    assert found == runs


@pytest.mark.parametrize(
    ('schedule', 'until', 'last'),
    [
        (every(3600), '2026-01-01T01:00:00', '2026-01-01T01:00:00'),
        (every(3600), '2026-01-01T01:59:59.9', '2026-01-01T01:00:00'),
        (cron('0 2 * * *'), '2026-01-05T02:00:00', '2026-01-05T02:00:00'),
        (cron('0 2 * * *'), '2026-01-05T02:00:00.5', '2026-01-05T02:00:00'),
        (cron('0 2 * * *'), '2026-01-05T01:59:59', '2026-01-04T02:00:00'),
        # In the second pass of 02:00..03:00, before the clock says 02:30
        # again: the run of the first pass is the latest one.
        (
            cron('30 2 * * *', PRAGUE),
            '2026-10-25T01:15:00',
            '2026-10-25T00:30:00',
        ),
        (
            cron('30 2 * * *', PRAGUE),
            '2026-10-25T00:15:00',
            '2026-10-24T00:30:00',
        ),
        (
            cron('30 2 * * *', PRAGUE),
            '2026-03-29T01:00:00',
            '2026-03-29T01:00:00',
        ),
        (
            cron('30 2 * * *', PRAGUE),
            '2026-03-29T00:59:59',
            '2026-03-28T01:30:00',
        ),
    ],
)
def test_last_run(schedule: rules.Schedule, until: str, last: str) -> None:
    assert plan.last_run(schedule, at(until)) == at(last)


@pytest.mark.parametrize(
    ('schedule', 'said'),
    [
        (rules.Schedule(), 'exactly one'),
        (rules.Schedule(interval=60, cron='* * * * *'), 'exactly one'),
        (every(0), 'whole seconds'),
        (every(-60), 'whole seconds'),
        (every(60.0), 'whole seconds'),  # type: ignore[arg-type]
        (every(float('nan')), 'whole seconds'),  # type: ignore[arg-type]
        (every(True), 'whole seconds'),
        (every('60'), 'whole seconds'),  # type: ignore[arg-type]
        (every(10**30), 'whole seconds'),
        (cron(''), 'has 0 fields: give five'),
        (cron('@daily'), 'has 1 fields: give five'),
        (cron('0 * * * * *'), 'has 6 fields: give five'),
        (cron(5), 'is text'),  # type: ignore[arg-type]
        (cron('1,' * 200 + '1 * * * *'), 'at most 255 characters'),
        (cron('61 * * * *'), 'Bad minute'),
        (cron('a b c d e'), 'Bad minute'),
        (cron('*/0 * * * *'), 'Bad minute'),
        (cron('0 0 31 2 *'), 'never fires'),
        (cron('0 0 31 2,4,6,9,11 *'), 'never fires'),
        (cron('0 0 */8 * MON#5'), 'never fires'),
        (cron('0 0 * * *', 'Mars/Olympus'), 'IANA'),
        (cron('0 0 * * *', ''), 'IANA'),
        (cron('0 0 * * *', '../../etc/passwd'), 'IANA'),
        (cron('0 0 * * *', 'localtime'), 'IANA'),
        (cron('0 0 * * *', None), 'IANA'),  # type: ignore[arg-type]
    ],
)
def test_check_refuses(schedule: rules.Schedule, said: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        plan.check(schedule)
    assert said in str(caught.value)
    assert 'give' in str(caught.value)  # what to do about it


@pytest.mark.parametrize(
    'schedule',
    [
        every(1),
        every(plan.LONGEST_INTERVAL),
        cron('0 0 29 2 *'),
        cron('0 0 * 2 MON#5'),
        cron('0 0 L * *', PRAGUE),
        cron('*/5 8-18 * * MON-FRI', NEW_YORK),
    ],
)
def test_check_accepts(schedule: rules.Schedule) -> None:
    plan.check(schedule)


NOW = at('2026-05-01T12:00:30')


def policy(schedule: rules.Schedule, name: str = 'p') -> model.Policy:
    return model.Policy(
        id=name,
        project_id='x',
        name=name,
        description='',
        schedules=(schedule,),
        quota=rules.Quota(1),
        created_at=NOW,
        updated_at=NOW,
    )


def protection(
    next_run_at: datetime.datetime | None, name: str = 'r', under: str = 'p'
) -> model.Protection:
    return model.Protection(
        id=name,
        project_id='x',
        business_id=name,
        policy_id=under,
        server_id='s',
        image_id='i',
        trust_id='t',
        status=model.ProtectionStatus.ACTIVE,
        selected=False,
        next_run_at=next_run_at,
        alarm='',
        alarm_at=None,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ('schedule', 'was', 'expected'),
    [
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
        pytest.param(
            cron('0 0 1 1 *'),
            '2026-05-01T11:00:00',
            ('2026-05-01T11:00:00', '2027-01-01T00:00:00'),
            id='the policy changed: the promised run is due',
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
            # Broken by hand: it fires no more, and is not asked for ever.
            cron('0 0 */8 * MON#5'),
            '2026-05-01T12:00:00',
            ('2026-05-01T12:00:00', None),
            id='fires no more',
        ),
    ],
)
def test_due(
    schedule: rules.Schedule,
    was: str | None,
    expected: tuple[str, str | None] | None,
) -> None:
    next_run_at = at(was) if was else None
    found = plan.due([protection(next_run_at)], {'p': policy(schedule)}, NOW)
    if expected is None:
        assert found == []
        return
    scheduled_at, following = expected
    assert found == [
        plan.Due(
            'r',
            next_run_at,
            at(scheduled_at),
            at(following) if following else None,
            ('default',),
        )
    ]


def test_due_leaves_out_one_whose_policy_is_absent() -> None:
    found = plan.due(
        [protection(NOW, 'a', under='gone'), protection(NOW, 'b')],
        {'p': policy(every(30))},
        NOW,
    )
    assert [each.protection_id for each in found] == ['b']


def test_due_costs_the_same_after_twenty_years() -> None:
    """Walking its ten million minutes would take minutes, not a second."""
    rows = [protection(at('2006-05-01T12:00:00'))]
    begun = time.process_time()
    found = plan.due(rows, {'p': policy(cron('* * * * *', PRAGUE))}, NOW)
    assert time.process_time() - begun < 1
    assert found[0].scheduled_at == at('2026-05-01T12:00:00')


FIELDS = (
    ['0', '30', '*/7', '*', '15,45', '0-10/5'],
    ['2', '1,2,3', '*', '*/3', '0', '23', '1-3'],
    ['*', '1', '29', 'L', '*/10', '25-31'],
    ['*', '3,10,11', '2', '*/2'],
    ['*', 'SUN', 'MON-FRI', '7#1', 'SUN,WED'],
)
ZONES = [
    'UTC',
    PRAGUE,
    NEW_YORK,
    'Africa/Cairo',  # its gap is at midnight
    'Asia/Kathmandu',
]
#: The one zone whose clock changes by half an hour. There cronsim, which
#: steps by hours, may take another of the runs within that hour when it looks
#: back than when it looks ahead.
LORD_HOWE = 'Australia/Lord_Howe'


def crons_in(zones: list[str]) -> strategies.SearchStrategy[rules.Schedule]:
    return strategies.builds(
        lambda fields, zone: cron(' '.join(fields), zone),
        strategies.tuples(*map(strategies.sampled_from, FIELDS)),
        strategies.sampled_from(zones),
    )


crons = crons_in(ZONES)
intervals = strategies.builds(every, strategies.integers(1, 10**6))
# Half of the times stand near a change of the clocks.
times = strategies.one_of(
    strategies.datetimes(
        datetime.datetime(2024, 1, 1),  # noqa: DTZ001
        datetime.datetime(2031, 1, 1),  # noqa: DTZ001
        timezones=strategies.just(datetime.UTC),
    ),
    strategies.builds(
        lambda begin, seconds: begin + datetime.timedelta(seconds=seconds),
        strategies.sampled_from(
            [
                at('2026-03-29T01:00:00'),
                at('2026-10-25T01:00:00'),
                at('2026-03-08T07:00:00'),
                at('2026-11-01T06:00:00'),
                at('2026-04-04T15:00:00'),
                at('2026-10-03T15:30:00'),
                at('2026-04-23T22:00:00'),
                at('2026-10-29T21:00:00'),
            ]
        ),
        strategies.integers(-3 * 3600, 3 * 3600),
    ),
)
steps = hypothesis.settings(
    max_examples=150, deadline=None, derandomize=False, print_blob=True
)


@steps
@hypothesis.given(strategies.one_of(crons, intervals), times)
def test_runs_rise_and_none_lies_between(
    schedule: rules.Schedule, now: datetime.datetime
) -> None:
    last = plan.last_run(schedule, now)
    following = plan.next_run(schedule, now)
    assert last is None or last <= now
    assert following is None or following > now
    if last is not None:
        assert plan.next_run(schedule, last) == following
    if following is not None:
        assert plan.last_run(schedule, following) == following


@steps
@hypothesis.given(crons, times)
def test_looking_back_finds_what_walking_forward_passed(
    schedule: rules.Schedule, now: datetime.datetime
) -> None:
    begin = now - datetime.timedelta(hours=8)
    walked = list(
        itertools.takewhile(
            lambda each: each is not None and each <= now,
            _walk(schedule, begin),
        )
    )
    last = plan.last_run(schedule, now)
    if walked:
        assert last == walked[-1]
    else:
        assert last is None or last <= begin


@steps
@hypothesis.given(
    strategies.one_of(crons_in([*ZONES, LORD_HOWE]), intervals),
    times,
    strategies.timedeltas(
        datetime.timedelta(0), datetime.timedelta(days=5000)
    ),
)
def test_a_due_run_lies_between_the_promise_and_now(
    schedule: rules.Schedule,
    now: datetime.datetime,
    late: datetime.timedelta,
) -> None:
    was = now - late
    (found,) = plan.due([protection(was)], {'p': policy(schedule)}, now)
    assert was <= found.scheduled_at <= now
    assert found.next_run_at is None or found.next_run_at > now
    # Moved on, it is due no more: no second task for what is past.
    moved = dataclasses.replace(protection(was), next_run_at=found.next_run_at)
    assert plan.due([moved], {'p': policy(schedule)}, now) == []


def _walk(
    schedule: rules.Schedule, after: datetime.datetime
) -> collections.abc.Iterator[datetime.datetime | None]:
    while True:
        following = plan.next_run(schedule, after)
        yield following
        if following is None:
            return
        after = following
