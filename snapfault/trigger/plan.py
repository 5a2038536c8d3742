"""Decide which runs are due, and when the next one is. Pure.

An interval falls on its multiples since the Unix epoch, so that all
protections of a policy fall due together and can be ranked against each
other. A cron expression is read on the wall clock of its zone, with the
rules of Debian's cron where clocks are put forward or back.
"""

import collections.abc
import dataclasses
import datetime
import zoneinfo

import cronsim

from snapfault import errors
from snapfault import model

#: No sane schedule is slower; and it keeps dates within what they can be.
LONGEST = 366 * 86400


@dataclasses.dataclass(frozen=True)
class Due:
    """A protection whose run is due."""

    protection_id: str
    was: datetime.datetime  #: its next run, as it was read
    scheduled_at: datetime.datetime  #: the latest one missed or due
    next_run_at: datetime.datetime | None


def check(schedule: model.Schedule) -> None:
    """Refuse a schedule that could never be followed.

    :raises InvalidInput: says what to do about it
    """
    if (schedule.interval is None) == (schedule.cron is None):
        raise errors.InvalidInput(
            'a schedule has either an interval or a cron expression'
        )
    if schedule.interval is not None:
        _check_interval(schedule.interval)
    _zone(schedule.time_zone)
    if schedule.cron is not None:
        start = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
        if next_run(schedule, start) is None:
            raise errors.InvalidInput(
                f'cron expression {schedule.cron!r} never fires: name a day'
                ' that exists'
            )


def _check_interval(interval: object) -> None:
    if not isinstance(interval, int) or isinstance(interval, bool):
        raise errors.InvalidInput(
            f'interval {interval!r} is not a whole number of seconds'
        )
    if not 1 <= interval <= LONGEST:
        raise errors.InvalidInput(
            f'interval {interval} is not between 1 and {LONGEST} seconds'
        )


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (
        zoneinfo.ZoneInfoNotFoundError,
        ValueError,
        TypeError,
        OSError,
    ) as error:
        raise errors.InvalidInput(
            f'there is no time zone {name!r}: use an IANA name such as'
            ' Europe/Prague'
        ) from error


def next_run(
    schedule: model.Schedule, after: datetime.datetime
) -> datetime.datetime | None:
    """Give the first run strictly after a time; None: there is none.

    :raises InvalidInput: the schedule cannot be read
    """
    if schedule.interval is not None:
        last = _last_multiple(schedule.interval, after)
        return last + datetime.timedelta(seconds=schedule.interval)
    return next(_occurrences(schedule, after), None)


def _last_run(
    schedule: model.Schedule, now: datetime.datetime
) -> datetime.datetime | None:
    """Give the last run that is not after ``now``."""
    if schedule.interval is not None:
        return _last_multiple(schedule.interval, now)
    a_moment_later = now + datetime.timedelta(minutes=1)
    for run in _occurrences(schedule, a_moment_later, reverse=True):
        if run <= now:
            return run
    return None


def _last_multiple(interval: int, now: datetime.datetime) -> datetime.datetime:
    seconds = int(now.timestamp()) // interval * interval
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _occurrences(
    schedule: model.Schedule,
    start: datetime.datetime,
    *,
    reverse: bool = False,
) -> collections.abc.Iterator[datetime.datetime]:
    local = start.astimezone(_zone(schedule.time_zone))
    try:
        runs = cronsim.CronSim(schedule.cron or '', local, reverse=reverse)
    except cronsim.CronSimError as error:
        raise errors.InvalidInput(
            f'cron expression {schedule.cron!r} cannot be read ({error}):'
            ' give minute, hour, day of month, month, day of week'
        ) from error
    if len((schedule.cron or '').split()) != 5:
        raise errors.InvalidInput(
            f'cron expression {schedule.cron!r} has not five fields'
        )
    return (run.astimezone(datetime.UTC) for run in runs)


def due(
    protections: collections.abc.Iterable[model.Protection],
    policies: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> list[Due]:
    """Say what falls due; runs that were missed collapse into the latest.

    A protection whose policy is missing or unreadable is left out.
    """
    found = []
    for protection in protections:
        policy = policies.get(protection.policy_id)
        was = protection.next_run_at
        if policy is None or was is None or was > now:
            continue
        latest = _last_run(policy.schedule, now)
        scheduled_at = was if latest is None else max(was, latest)
        found.append(
            Due(
                protection.id,
                was,
                scheduled_at,
                next_run(policy.schedule, now),
            )
        )
    return found
