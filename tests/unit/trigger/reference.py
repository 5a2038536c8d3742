"""Debian's cron, minute by minute: slow, plain, and nothing of ours.

What cron(8) of Debian says, "when the clock is changed": jobs "that run at a
particular time", without a star in minutes or hours, run soon after time
that was skipped, and not again in time that is repeated; the others go by
the clock. crontab(5): with a star in front of day of month or day of week
both must match, else either.
"""

import calendar
import collections.abc
import datetime
import random
import zoneinfo

from snapfault import rules
from snapfault.trigger import schedule

MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
#: More than any clock is ever changed by.
SPAN = datetime.timedelta(minutes=200)
YEARS = range(2019, 2029)
MONTHS = calendar.month_abbr[1:]
DAYS = calendar.day_abbr[-1:] + calendar.day_abbr[:-1]


def numbers(
    field: str, least: int, most: int, names: collections.abc.Sequence[str]
) -> set[int]:
    """Read a field of numbers, names, ranges and steps."""
    found: set[int] = set()
    for part in field.split(','):
        span, _, step = part.partition('/')
        begin, _, end = span.partition('-')
        if span == '*':
            low, high = least, most
        else:
            low = _number(begin, least, names)
            high = _number(end, least, names) if end else low
            if step and not end:
                high = most
        found |= set(range(low, high + 1, int(step or 1)))
    return found


def _number(
    text: str, least: int, names: collections.abc.Sequence[str]
) -> int:
    known = [each.upper() for each in names]
    return known.index(text) + least if text in known else int(text)


class Pattern:
    """A cron expression that says whether a naive minute matches."""

    def __init__(self, cron: str) -> None:
        minute, hour, self.day, month, self.weekday = cron.split()
        self.minutes = numbers(minute, 0, 59, ())
        self.hours = numbers(hour, 0, 23, ())
        self.months = numbers(month, 1, 12, MONTHS)
        self.goes_by_the_clock = minute[0] == '*' or hour[0] == '*'
        self._days: dict[datetime.date, bool] = {}

    def matches(self, shown: datetime.datetime) -> bool:
        if shown.minute not in self.minutes or shown.hour not in self.hours:
            return False
        date = shown.date()
        if date not in self._days:
            self._days[date] = self._matches_day(date)
        return self._days[date]

    def _matches_day(self, date: datetime.date) -> bool:
        if date.month not in self.months:
            return False
        if self.day == 'L':
            of_month = (date + DAY).day == 1
        else:
            of_month = date.day in numbers(self.day, 1, 31, ())
        weekday = date.isoweekday() % 7
        if '#' in self.weekday:
            name, nth = self.weekday.split('#')
            of_week = weekday == _number(name, 0, DAYS) % 7 and (
                (date.day - 1) // 7 + 1 == int(nth)
            )
        else:
            of_week = weekday in {
                each % 7 for each in numbers(self.weekday, 0, 7, DAYS)
            }
        if '*' in (self.day[0], self.weekday[0]):
            return of_month and of_week
        return of_month or of_week


def runs(
    cron: str,
    place: zoneinfo.ZoneInfo,
    begin: datetime.datetime,
    end: datetime.datetime,
) -> list[datetime.datetime]:
    """Walk each minute from ``begin`` to ``end``, as the daemon does.

    It knows what it has shown only from ``begin`` on, so that has to lie
    before a change of the clocks by more than their change.
    """
    pattern = Pattern(cron)
    found = []
    latest: datetime.datetime | None = None  # that the clocks ever showed
    at = begin
    while at <= end:
        shown = at.astimezone(place).replace(tzinfo=None)
        if pattern.goes_by_the_clock:
            is_run = pattern.matches(shown)
        else:
            # All minutes up to this one that were never there before.
            minute = shown if latest is None else latest + MINUTE
            is_run = False
            while minute <= shown:
                is_run = is_run or pattern.matches(minute)
                minute += MINUTE
        if is_run:
            found.append(at)
        latest = shown if latest is None else max(latest, shown)
        at += MINUTE
    return found


def changes(place: zoneinfo.ZoneInfo, year: int) -> list[datetime.datetime]:
    """Find a year's changes of the clocks, day by day, then by minute."""
    found = []
    begin = datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)
    while begin.year == year:
        offset = begin.astimezone(place).utcoffset()
        if (begin + DAY).astimezone(place).utcoffset() != offset:
            at = begin
            while at.astimezone(place).utcoffset() == offset:
                at += MINUTE
            found.append(at)
        begin += DAY
    return found


MINUTE_FIELDS = [
    '0',
    '30',
    '*',
    '*/7',
    '*/30',
    '15,45',
    '0-10/5',
    '59',
    '5/20',
]
HOUR_FIELDS = [
    '*',
    '*/2',
    '*/3',
    '0',
    '1',
    '2',
    '3',
    '23',
    '1-3',
    '0-23',
    '2,4',
]
DAY_FIELDS = ['*', '*', '*', '*/2', '1', 'L', '25-31', '1-7']
MONTH_FIELDS = ['*', '*', '*', 'MAR,OCT,NOV', '1-6', '*/2']
WEEKDAY_FIELDS = ['*', '*', '*', 'SUN', 'SAT,SUN', 'MON-FRI', '7#1', 'SUN#2']


def compare(
    name: str, cron: str, change: datetime.datetime, chance: random.Random
) -> int:
    """Hold all runs around a moment against the reference.

    :returns: how many runs and looks back agreed
    """
    place = zoneinfo.ZoneInfo(name)
    begin, end = change - SPAN, change + SPAN
    expected = runs(cron, place, begin, end)
    given = rules.Schedule(cron=cron, time_zone=name)
    found = []
    at: datetime.datetime | None = begin - datetime.timedelta(seconds=1)
    while at is not None:
        at = schedule.next_run(given, at)
        if at is None or at > end:
            break
        found.append(at)
    said = f'{cron!r} in {name} around {change}'
    assert found == expected, f'{said}: {found} is not {expected}'
    looks = [begin + chance.random() * (end - begin) for _ in range(5)]
    for look in [*looks, *expected[:3]]:
        last = schedule.last_run(given, look)
        passed = [each for each in expected if each <= look]
        if passed:
            assert last == passed[-1], f'{said}: looking back from {look}'
        else:
            assert last is None or last < begin, f'{said}: back from {look}'
    return len(expected) + 5


def sweep(seed: int, count: int) -> tuple[int, int]:
    """Compare ``count`` times in every zone that there is.

    :returns: how many patterns were compared around a moment, and how many
        of these moments change the clocks
    """
    chance = random.Random(seed)
    done = at_changes = 0
    for name in sorted(zoneinfo.available_timezones()):
        if name in {'localtime', 'posixrules', 'Factory'}:
            continue
        for _ in range(count):
            year = chance.choice(YEARS)
            moments = changes(zoneinfo.ZoneInfo(name), year)
            at_changes += bool(moments)
            if not moments:
                begin = datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)
                moments = [begin + chance.randrange(365 * 1440) * MINUTE]
            fields = (
                MINUTE_FIELDS,
                HOUR_FIELDS,
                DAY_FIELDS,
                MONTH_FIELDS,
                WEEKDAY_FIELDS,
            )
            cron = ' '.join(chance.choice(each) for each in fields)
            compare(name, cron, chance.choice(moments), chance)
            done += 1
    return done, at_changes
