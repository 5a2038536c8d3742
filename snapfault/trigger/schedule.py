"""When a schedule's runs fall, past and to come. Pure.

A cron expression is read as Debian's cron reads it across a change of the
clocks, whatever the size of the change:

* an expression with a star in front of its minutes or its hours runs
  whenever the clocks show a time that matches, twice in an hour that comes
  twice, and not at all in one that is left out;
* any other runs once for a time that comes twice, the first time, and right
  after the change for times that are left out, once for all of them.

The clocks are ours (:mod:`snapfault.trigger.zones`); cronsim reads the
expression and walks it over naive times. Its own walk through a zone goes by
whole hours, which misses where clocks are changed by half an hour.
"""

import bisect
import collections.abc
import datetime
import typing
import zoneinfo

import cronsim

from snapfault import errors
from snapfault import rules
from snapfault import rules_check
from snapfault.trigger import zones

SECOND: typing.Final = zones.SECOND
EPOCH: typing.Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
#: Ten years, in seconds; a run that is further off is a slip of the hand.
LONGEST_INTERVAL: typing.Final = 10 * 366 * 24 * 3600
#: Characters of a cron expression.
LONGEST_CRON: typing.Final = 255
#: Where check() begins to look for a first run; any time would do.
SAMPLE: typing.Final = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def check(schedule: rules.Schedule) -> None:
    """Say what is wrong with a schedule, if anything is.

    :raises InvalidInput: with what to write instead
    """
    if (schedule.interval is None) == (schedule.cron is None):
        raise errors.InvalidInput(
            'a schedule has either an interval or a cron expression: give '
            'exactly one of them'
        )
    if schedule.cron is None:
        _check_interval(schedule.interval)
        return
    _check_cron(schedule.cron)
    rules_check.zone(schedule.time_zone)
    if next(_walk(schedule.cron, SAMPLE.replace(tzinfo=None)), None) is None:
        raise errors.InvalidInput(
            f'cron expression {schedule.cron!r} never fires: give a day that '
            f'its months have'
        )


def next_run(
    schedule: rules.Schedule, after: datetime.datetime
) -> datetime.datetime | None:
    """Find the first occurrence later than ``after``; None: it never fires.

    :raises InvalidInput: the schedule has no meaning, see :func:`check`
    """
    if schedule.interval is not None:
        _check_interval(schedule.interval)
        step = datetime.timedelta(seconds=schedule.interval)
        return EPOCH + ((after - EPOCH) // step + 1) * step
    cron, place = _read(schedule)
    if _follows_the_clock(cron):
        return _next_shown(cron, place, after)
    found = _walk(cron, zones.wall(place, after))
    runs = (zones.first_shown(place, each) for each in found)
    # In the second pass of an hour, its runs were in the first.
    return next((each for each in runs if each > after), None)


def last_run(
    schedule: rules.Schedule, until: datetime.datetime
) -> datetime.datetime | None:
    """Find the latest occurrence up to and with ``until``; None: none was.

    It looks backwards from ``until``, so it costs the same after a second
    and after a year.

    :raises InvalidInput: the schedule has no meaning, see :func:`check`
    """
    if schedule.interval is not None:
        _check_interval(schedule.interval)
        step = datetime.timedelta(seconds=schedule.interval)
        return EPOCH + (until - EPOCH) // step * step
    cron, place = _read(schedule)
    if _follows_the_clock(cron):
        return _last_shown(cron, place, until)
    shown = zones.wall(place, until)
    local = until.astimezone(place)
    if local.fold:
        # What the clocks are about to show again, they have shown before.
        first = local.replace(fold=0).utcoffset()
        assert first is not None
        shown += first - zones.offset(place, until)
    found = _walk(cron, shown, back=True)
    runs = (zones.first_shown(place, each) for each in found)
    return next((each for each in runs if each <= until), None)


class Known:
    """A schedule, and the occurrences of it that were looked up."""

    def __init__(self, schedule: rules.Schedule) -> None:
        self.schedule = schedule
        self._lasts: list[datetime.datetime] = []
        self._followings: list[datetime.datetime | None] = []

    def around(
        self, at: datetime.datetime
    ) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """Give :func:`last_run` and :func:`next_run` of a moment.

        :raises InvalidInput: the schedule has no meaning
        """
        index = bisect.bisect(self._lasts, at)
        if index:
            known = self._followings[index - 1]
            if known is None or at < known:
                return self._lasts[index - 1], known
        last = last_run(self.schedule, at)
        following = next_run(self.schedule, at)
        if last is not None:
            self._lasts.insert(index, last)
            self._followings.insert(index, following)
        return last, following


def _next_shown(
    cron: str, place: zoneinfo.ZoneInfo, after: datetime.datetime
) -> datetime.datetime | None:
    """Go from one change of the clocks to the next until one run is before."""
    while True:
        ahead = zones.offset(place, after)
        found = next(_walk(cron, zones.wall(place, after)), None)
        if found is None:
            return None
        run = found.replace(tzinfo=datetime.UTC) - ahead
        change = zones.first_change(place, after, run)
        if change is None:
            return run
        if _matches(cron, zones.wall(place, change)):
            return change
        after = change


def _last_shown(
    cron: str, place: zoneinfo.ZoneInfo, until: datetime.datetime
) -> datetime.datetime | None:
    while True:
        ahead = zones.offset(place, until)
        found = next(_walk(cron, zones.wall(place, until), back=True), None)
        if found is None:
            return None
        run = found.replace(tzinfo=datetime.UTC) - ahead
        change = zones.last_change(place, run, until)
        if change is None:
            return run
        until = change - zones.SECOND


def _walk(
    cron: str, shown: datetime.datetime, *, back: bool = False
) -> collections.abc.Iterator[datetime.datetime]:
    """Walk naive times that match; it gives up after 50 dry years.

    :param back: to earlier ones, ``shown`` included; else to later ones
    """
    shown = shown.replace(microsecond=0)
    begin = shown + zones.SECOND if back else shown
    yield from cronsim.CronSim(cron, begin, reverse=back)


def _matches(cron: str, shown: datetime.datetime) -> bool:
    return next(_walk(cron, shown, back=True), None) == shown


def _follows_the_clock(cron: str) -> bool:
    minute, hour = cron.split()[:2]
    return minute.startswith('*') or hour.startswith('*')


def _read(schedule: rules.Schedule) -> tuple[str, zoneinfo.ZoneInfo]:
    _check_cron(schedule.cron)
    assert schedule.cron is not None  # it is text
    return schedule.cron, rules_check.zone(schedule.time_zone)


def _check_interval(interval: typing.Any) -> None:
    if type(interval) is not int or not 1 <= interval <= LONGEST_INTERVAL:
        raise errors.InvalidInput(
            f'interval {interval!r} is no time between runs: give whole '
            f'seconds, from 1 to {LONGEST_INTERVAL}'
        )


def _check_cron(cron: typing.Any) -> None:
    if not isinstance(cron, str) or len(cron) > LONGEST_CRON:
        raise errors.InvalidInput(
            f'a cron expression is text of at most {LONGEST_CRON} characters: '
            f"give one like '30 2 * * *'"
        )
    if len(cron.split()) != 5:
        raise errors.InvalidInput(
            f'cron expression {cron!r} has {len(cron.split())} fields: give '
            f'five, minute, hour, day of month, month and day of week, as in '
            f"'30 2 * * *'"
        )
    try:
        cronsim.CronSim(cron, SAMPLE)
    except (cronsim.CronSimError, ValueError) as error:
        raise errors.InvalidInput(
            f'cron expression {cron!r} cannot be read or never fires '
            f"({error}): give one like '30 2 * * *'"
        ) from error
