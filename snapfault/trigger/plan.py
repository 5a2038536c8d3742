"""Decide when runs fall due. Pure."""

import collections.abc
import dataclasses
import datetime
import functools
import typing
import zoneinfo

import cronsim

from snapfault import errors
from snapfault import model

EPOCH: typing.Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
SECOND: typing.Final = datetime.timedelta(seconds=1)
#: Longer than any hour that a zone ever repeated.
OVERLAP: typing.Final = datetime.timedelta(hours=3)
#: Ten years, in seconds; a run that is further off is a slip of the hand.
LONGEST_INTERVAL: typing.Final = 10 * 366 * 24 * 3600
#: Characters of a cron expression, as many as the database keeps.
LONGEST_CRON: typing.Final = 255
#: Names that mean another zone on another machine.
LOCAL_ZONES: typing.Final = frozenset({'localtime', 'posixrules', 'Factory'})
#: Where check() begins to look for a first run; any time would do.
SAMPLE: typing.Final = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Due:
    """A run that is due; those missed before it are not made up for."""

    protection_id: str
    was: datetime.datetime  #: the next run that the plan was made from
    scheduled_at: datetime.datetime  #: the latest occurrence up to now
    next_run_at: datetime.datetime | None  #: the first occurrence after now


def check(schedule: model.Schedule) -> None:
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
    _zone(schedule.time_zone)
    if next_run(schedule, SAMPLE) is None:
        raise errors.InvalidInput(
            f'cron expression {schedule.cron!r} never fires: give a day that '
            f'its months have'
        )


def next_run(
    schedule: model.Schedule, after: datetime.datetime
) -> datetime.datetime | None:
    """Find the first occurrence later than ``after``; None: it never fires.

    :raises InvalidInput: the schedule has no meaning, see :func:`check`
    """
    if schedule.interval is not None:
        _check_interval(schedule.interval)
        step = datetime.timedelta(seconds=schedule.interval)
        return EPOCH + ((after - EPOCH) // step + 1) * step
    # Debian's rules can place a run of the repeated hour into its first
    # pass, which may be over: go on to one that is not.
    return next(
        (each for each in _occurrences(schedule, after) if each > after), None
    )


def last_run(
    schedule: model.Schedule, until: datetime.datetime
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
    begin = until.replace(microsecond=0) + SECOND
    if until.astimezone(_zone(schedule.time_zone)).fold:
        # The second pass of a repeated hour: a run later on the clock's
        # face may have been in the first pass already.
        begin += OVERLAP
    return next(
        (
            each
            for each in _occurrences(schedule, begin, reverse=True)
            if each <= until
        ),
        None,
    )


def due(
    protections: collections.abc.Iterable[model.Protection],
    policies: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> list[Due]:
    """Decide which runs are due; however many were missed, one is.

    A protection whose policy is absent, or whose policy's schedule has no
    meaning, is left out: its next run stays where it is.
    """

    @functools.cache
    def around(
        schedule: model.Schedule,
    ) -> tuple[datetime.datetime | None, datetime.datetime | None] | None:
        try:
            return last_run(schedule, now), next_run(schedule, now)
        except errors.InvalidInput:
            return None

    found = []
    for each in protections:
        policy = policies.get(each.policy_id)
        if each.next_run_at is None or each.next_run_at > now or not policy:
            continue
        runs = around(policy.schedule)
        if runs is None:
            continue
        last, following = runs
        # A policy that has changed since may have had no occurrence since:
        # the run that was promised is due all the same.
        scheduled_at = max(last or each.next_run_at, each.next_run_at)
        found.append(Due(each.id, each.next_run_at, scheduled_at, following))
    return found


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


def _zone(name: typing.Any) -> zoneinfo.ZoneInfo:
    try:
        if not isinstance(name, str) or name in LOCAL_ZONES:
            raise ValueError('it differs from machine to machine')
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise errors.InvalidInput(
            f'time zone {name!r} is unknown: give a name of the IANA '
            f"database, as 'UTC' or 'Europe/Prague'"
        ) from error


def _occurrences(
    schedule: model.Schedule,
    begin: datetime.datetime,
    *,
    reverse: bool = False,
) -> collections.abc.Iterator[datetime.datetime]:
    """Walk a cron's occurrences in UTC; it gives up after 50 dry years."""
    _check_cron(schedule.cron)
    local = begin.astimezone(_zone(schedule.time_zone))
    walk = cronsim.CronSim(schedule.cron, local, reverse=reverse)
    for each in walk:
        yield each.astimezone(datetime.UTC)
