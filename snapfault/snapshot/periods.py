"""Choose the first point of each hour, day, week, month and year. Pure."""

import collections.abc
import datetime
import zoneinfo

from snapfault import model
from snapfault import rules

#: Names the period that a local time is in.
Period = collections.abc.Callable[[datetime.datetime], str]


def is_any(tiers: rules.Tiers | None) -> bool:
    """Say whether there is a tier that keeps something."""
    return tiers is not None and any(
        number > 0 for _, number, _ in _periods(tiers)
    )


def first_of_each(
    points: collections.abc.Sequence[model.RecoveryPoint],
    tiers: rules.Tiers,
) -> dict[str, str]:
    """Give the oldest point of each period that a tier keeps, and say so.

    Named by the longest period, which keeps it longest. In a time zone that
    is not known here all are kept, for nobody can say which may go.

    :param points: the newest first
    """
    try:
        zone = zoneinfo.ZoneInfo(tiers.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        rule = f'tiers: time zone {tiers.time_zone} is not known here'
        return {point.id: rule for point in points}
    local = [(point.id, point.created_at.astimezone(zone)) for point in points]
    kept: dict[str, str] = {}
    for name, number, period in _periods(tiers):
        if number > 0:
            for key, point_id in _oldest(local, number, period).items():
                kept.setdefault(point_id, f'{name} tier: first of {key}')
    return kept


def _periods(
    tiers: rules.Tiers,
) -> tuple[tuple[str, int, Period], ...]:
    return (
        ('yearly', tiers.yearly, _year),
        ('monthly', tiers.monthly, _month),
        ('weekly', tiers.weekly, _week),
        ('daily', tiers.daily, _day),
        ('hourly', tiers.hourly, _hour),
    )


def _oldest(
    local: collections.abc.Iterable[tuple[str, datetime.datetime]],
    number: int,
    period: Period,
) -> dict[str, str]:
    """Give the oldest point of each of the ``number`` latest periods."""
    found: dict[str, str] = {}
    for point_id, at in local:
        key = period(at)
        if key in found or len(found) < number:
            found[key] = point_id
    return found


def _year(at: datetime.datetime) -> str:
    return f'{at.year:04}'


def _month(at: datetime.datetime) -> str:
    return f'{at.year:04}-{at.month:02}'


def _week(at: datetime.datetime) -> str:
    year, week, _ = at.isocalendar()
    return f'{year:04}-W{week:02}'


def _day(at: datetime.datetime) -> str:
    return at.date().isoformat()


def _hour(at: datetime.datetime) -> str:
    """Name an hour with its offset: the one before winter comes twice."""
    return f'{at.date()} {at.hour:02}h {at:%z}'
