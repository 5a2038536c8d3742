"""When a schedule's runs fall: tables of cases, then properties."""

import collections.abc
import datetime
import itertools
import random

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import errors
from snapfault import rules
from snapfault.trigger import schedule
from tests.unit.trigger import reference

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


@pytest.mark.parametrize(('given', 'after', 'runs'), WALKS)
def test_next_run(given: rules.Schedule, after: str, runs: list[str]) -> None:
    now = at(after)
    found = []
    for _each in runs:
        following = schedule.next_run(given, now)
        assert following is not None
        found.append(following.replace(tzinfo=None).isoformat())
        now = following
    assert found == runs


@pytest.mark.parametrize(
    ('given', 'until', 'last'),
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
def test_last_run(given: rules.Schedule, until: str, last: str) -> None:
    assert schedule.last_run(given, at(until)) == at(last)


@pytest.mark.parametrize(
    ('given', 'said'),
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
def test_check_refuses(given: rules.Schedule, said: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        schedule.check(given)
    assert said in str(caught.value)
    assert 'give' in str(caught.value)  # what to do about it


@pytest.mark.parametrize(
    'given',
    [
        every(1),
        every(schedule.LONGEST_INTERVAL),
        cron('0 0 29 2 *'),
        cron('0 0 * 2 MON#5'),
        cron('0 0 L * *', PRAGUE),
        cron('*/5 8-18 * * MON-FRI', NEW_YORK),
    ],
)
def test_check_accepts(given: rules.Schedule) -> None:
    schedule.check(given)


@pytest.mark.parametrize(
    ('expression', 'at_the_jump', 'again'),
    [
        ('*/30 2 * * *', False, True),
        ('30 */2 * * *', False, True),
        ('30 * * * *', False, True),
        ('*/30 * * * *', True, True),
        ('0-59 2 * * *', True, False),
        ('30 0-23 * * *', True, False),
    ],
)
def test_a_star_goes_by_the_clock(
    expression: str, at_the_jump: bool, again: bool
) -> None:
    """The hour from 02:00 is left out in Prague, then comes twice."""
    given = cron(expression, PRAGUE)
    jump = at('2026-03-29T01:00:00')
    before = jump - datetime.timedelta(seconds=1)
    assert (schedule.next_run(given, before) == jump) == at_the_jump
    second_pass = at('2026-10-25T01:00:00')
    following = schedule.next_run(given, second_pass)
    assert following is not None
    within = following < second_pass + datetime.timedelta(hours=1)
    assert within == again


def test_a_day_that_a_zone_left_out_is_made_up_for_once() -> None:
    """Samoa had no 2011-12-30: its nightly run is right after."""
    given = cron('0 2 * * *', 'Pacific/Apia')
    first = schedule.next_run(given, at('2011-12-29T13:00:00'))
    assert first == at('2011-12-30T10:00:00')
    assert schedule.next_run(given, first) == at('2011-12-30T12:00:00')
    assert schedule.last_run(given, at('2011-12-30T11:00:00')) == first


@pytest.mark.parametrize(
    ('name', 'expression', 'change'),
    [
        # Half an hour; 45 minutes past; two hours; three; at midnight.
        ('Australia/Lord_Howe', '*/30 2 * * *', '2026-10-03T15:30'),
        ('Australia/Lord_Howe', '15 2 * * *', '2026-10-03T15:30'),
        ('Australia/Lord_Howe', '45 1 * * *', '2026-04-04T15:00'),
        ('Pacific/Chatham', '15,45 */3 * * *', '2019-09-28T14:00'),
        ('Antarctica/Troll', '30 1-2 * * *', '2026-03-29T01:00'),
        ('Antarctica/Casey', '30 0-23 * * *', '2020-10-03T16:01'),
        ('Africa/Cairo', '0 0 * * *', '2026-04-23T22:00'),
        ('America/Nuuk', '*/20 * * * *', '2026-03-29T01:00'),
    ],
)
def test_odd_changes(name: str, expression: str, change: str) -> None:
    agreed = reference.compare(
        name, expression, at(change), random.Random(change)
    )
    assert agreed > 5  # there were runs to compare


@pytest.mark.parametrize('offset', [0, 59, 3600, 86400 * 3])
def test_what_is_known_is_what_is_found(offset: int) -> None:
    given = cron('*/7 1-3 * * *', PRAGUE)
    known = schedule.Known(given)
    chance = random.Random(offset)
    for _ in range(100):
        moment = at('2026-10-25T00:00:00') + datetime.timedelta(
            seconds=chance.randrange(offset + 1)
        )
        assert known.around(moment) == (
            schedule.last_run(given, moment),
            schedule.next_run(given, moment),
        )


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
    'Australia/Lord_Howe',  # its clocks change by half an hour
    'Pacific/Chatham',
]
crons = strategies.builds(
    lambda fields, zone: cron(' '.join(fields), zone),
    strategies.tuples(*map(strategies.sampled_from, FIELDS)),
    strategies.sampled_from(ZONES),
)
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
    given: rules.Schedule, now: datetime.datetime
) -> None:
    last = schedule.last_run(given, now)
    following = schedule.next_run(given, now)
    assert last is None or last <= now
    assert following is None or following > now
    if last is not None:
        assert schedule.next_run(given, last) == following
    if following is not None:
        assert schedule.last_run(given, following) == following


@steps
@hypothesis.given(crons, times)
def test_looking_back_finds_what_walking_forward_passed(
    given: rules.Schedule, now: datetime.datetime
) -> None:
    begin = now - datetime.timedelta(hours=8)
    walked = list(
        itertools.takewhile(
            lambda each: each is not None and each <= now,
            _walk(given, begin),
        )
    )
    last = schedule.last_run(given, now)
    if walked:
        assert last == walked[-1]
    else:
        assert last is None or last <= begin


def _walk(
    given: rules.Schedule, after: datetime.datetime
) -> collections.abc.Iterator[datetime.datetime | None]:
    while True:
        following = schedule.next_run(given, after)
        yield following
        if following is None:
            return
        after = following
