"""Spans of the week: tables of cases, then every minute by the clock."""

import datetime
import random
import zoneinfo

import pytest

from snapfault import errors
from snapfault import rules
from snapfault.trigger import windows

MINUTE = datetime.timedelta(minutes=1)
PRAGUE = 'Europe/Prague'
WEEKDAY = rules.Weekday


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def window(
    begin: str, end: str, days: str = '', zone: str = 'UTC'
) -> rules.Window:
    return rules.Window(
        datetime.time.fromisoformat(begin),
        datetime.time.fromisoformat(end),
        tuple(map(WEEKDAY, days.split())) if days else tuple(WEEKDAY),
        zone,
    )


WORK = window('08:00', '18:00', 'mon tue wed thu fri', PRAGUE)
NIGHT = window('22:00', '06:00', 'fri')

#: windows, a moment, the first free one; 2026-05-01 is a Friday
FREE = [
    pytest.param([], '2026-05-01T12:00', '2026-05-01T12:00', id='none'),
    pytest.param([WORK], '2026-05-01T05:59', '2026-05-01T05:59', id='before'),
    pytest.param([WORK], '2026-05-01T06:00', '2026-05-01T16:00', id='begin'),
    pytest.param([WORK], '2026-05-01T16:00', '2026-05-01T16:00', id='end'),
    pytest.param([WORK], '2026-05-02T12:00', '2026-05-02T12:00', id='day'),
    pytest.param([NIGHT], '2026-05-01T21:59', '2026-05-01T21:59', id='eve'),
    pytest.param([NIGHT], '2026-05-01T23:00', '2026-05-02T06:00', id='wraps'),
    pytest.param([NIGHT], '2026-05-02T05:00', '2026-05-02T06:00', id='after'),
    pytest.param([NIGHT], '2026-05-01T05:00', '2026-05-01T05:00', id='wrong'),
    pytest.param(
        [window('08:00', '12:00'), window('11:00', '15:00')],
        '2026-05-01T09:00',
        '2026-05-01T15:00',
        id='overlapping windows',
    ),
    pytest.param(
        [window('12:00', '15:00'), window('08:00', '12:00')],
        '2026-05-01T09:00',
        '2026-05-01T15:00',
        id='one begins where another ends',
    ),
    pytest.param(
        [window('08:00', '08:00', 'fri')],
        '2026-05-01T09:00',
        '2026-05-02T08:00',
        id='a whole day',
    ),
    pytest.param(
        [window('01:00', '02:30', zone=PRAGUE)],
        '2026-03-29T00:30',
        '2026-03-29T01:00',
        id='its end is left out: as the clocks jump over it',
    ),
    pytest.param(
        [window('02:15', '02:45', zone=PRAGUE)],
        '2026-03-29T00:59',
        '2026-03-29T00:59',
        id='all of it is left out',
    ),
    pytest.param(
        [window('02:00', '03:00', zone=PRAGUE)],
        '2026-10-25T00:10',
        '2026-10-25T02:00',
        id='the hour comes twice',
    ),
    pytest.param(
        [window('01:00', '02:30', zone=PRAGUE)],
        '2026-10-25T00:10',
        '2026-10-25T00:30',
        id='free between its two passes',
    ),
    pytest.param(
        [window('01:00', '02:30', zone=PRAGUE)],
        '2026-10-25T01:10',
        '2026-10-25T01:30',
        id='its second pass',
    ),
    pytest.param(
        [window('00:00', '12:00'), window('12:00', '00:00')],
        '2026-05-01T12:00',
        None,
        id='always',
    ),
]


@pytest.mark.parametrize(('given', 'moment', 'free'), FREE)
def test_free_from(
    given: list[rules.Window], moment: str, free: str | None
) -> None:
    assert windows.free_from(given, at(moment)) == (free and at(free))


def test_within_says_which() -> None:
    assert windows.within([NIGHT, WORK], at('2026-05-01T12:00')) == WORK
    assert windows.within([NIGHT, WORK], at('2026-05-01T20:00')) is None


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ([window('00:00', '00:00')], 'whole week'),
        ([window('10:00', '10:00')], 'whole week'),
        ([window('00:00', '12:00'), window('12:00', '00:00')], 'whole week'),
        (
            # An hour is left in winter, none in summer.
            [
                window('08:00', '06:00'),
                window('08:00', '09:00', zone=PRAGUE),
                window('07:00', '08:00'),
            ],
            'whole week of 2024-04-01',
        ),
        ([window('08:00', '09:00', zone='Mars/Olympus')], 'IANA'),
    ],
)
def test_check_refuses(given: list[rules.Window], said: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        windows.check(given)
    assert said in str(caught.value)
    assert 'give' in str(caught.value)


def test_check_accepts() -> None:
    windows.check([])
    windows.check([WORK, NIGHT])
    # A minute a week is some time.
    windows.check(
        [
            window('00:00', '00:00', 'tue wed thu fri sat sun'),
            window('00:01', '00:00', 'mon'),
        ]
    )


def shows(given: rules.Window, moment: datetime.datetime) -> bool:
    """Read the clock, and count its minutes since Monday's midnight."""
    local = moment.astimezone(zoneinfo.ZoneInfo(given.time_zone))
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    begin = given.begin.hour * 60 + given.begin.minute
    end = given.end.hour * 60 + given.end.minute
    length = (end - begin - 1) % 1440 + 1
    return any(
        (minute - list(WEEKDAY).index(day) * 1440 - begin) % 10080 < length
        for day in given.days
    )


def sweep(seed: int, count: int) -> int:
    """Hold ``count`` sets of windows against the clock, minute by minute.

    :returns: how many minutes were looked at
    """
    chance = random.Random(seed)
    zones = sorted(zoneinfo.available_timezones() - {'localtime', 'Factory'})
    looked = 0
    for _ in range(count):
        given = [
            rules.Window(
                datetime.time(
                    chance.randrange(24), chance.choice([0, 30, 59])
                ),
                datetime.time(
                    chance.randrange(24), chance.choice([0, 15, 30])
                ),
                tuple(chance.sample(list(WEEKDAY), chance.randint(1, 7))),
                chance.choice([PRAGUE, 'Australia/Lord_Howe', *zones[::7]]),
            )
            for _ in range(chance.randint(1, 3))
        ]
        moment = chance.choice(
            [
                at('2026-03-29T00:00'),
                at('2026-10-25T00:00'),
                at('2026-04-04T14:00'),
                at('2026-05-01T00:00') + chance.randrange(500_000) * MINUTE,
            ]
        )
        free = windows.free_from(given, moment)
        said = f'{given} from {moment}: {free}'
        for _ in range(3 * 1440):
            is_free = not any(shows(each, moment) for each in given)
            inside = windows.within(given, moment)
            assert is_free == (inside is None), f'{said}, at {moment}'
            looked += 1
            if is_free or moment == free:
                break
            moment += MINUTE
        if is_free:
            assert moment == free, said
        else:
            assert free is None or free >= moment, said
    return looked


def test_a_moment_is_free_when_no_clock_says_otherwise() -> None:
    seed = random.randrange(2**32)
    print(f'seed {seed}')
    assert sweep(seed, 20) > 1000
