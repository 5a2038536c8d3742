"""What the clocks of a time zone show, and when they are changed. Pure."""

import datetime
import typing
import zoneinfo

SECOND: typing.Final = datetime.timedelta(seconds=1)
#: A zone whose clocks are changed twice within one is not known.
DAY: typing.Final = datetime.timedelta(days=1)
#: The longest gap is a day: a zone that moved over the date line.
LONGEST_GAP: typing.Final = 2 * DAY


def offset(
    place: zoneinfo.ZoneInfo, at: datetime.datetime
) -> datetime.timedelta:
    """Give how far the clocks are ahead of UTC."""
    found = at.astimezone(place).utcoffset()
    assert found is not None  # a ZoneInfo always knows
    return found


def wall(place: zoneinfo.ZoneInfo, at: datetime.datetime) -> datetime.datetime:
    """Give what the clocks show, as a naive time."""
    return at.astimezone(place).replace(tzinfo=None)


def first_change(
    place: zoneinfo.ZoneInfo,
    after: datetime.datetime,
    until: datetime.datetime,
) -> datetime.datetime | None:
    """Find the first moment of other clocks, ``after`` not included."""
    begin = after
    while begin < until:
        end = min(begin + DAY, until)
        if offset(place, begin) != offset(place, end):
            return _change(place, begin, end)
        begin = end
    return None


def last_change(
    place: zoneinfo.ZoneInfo,
    after: datetime.datetime,
    until: datetime.datetime,
) -> datetime.datetime | None:
    """Find the last moment of other clocks, ``after`` not included."""
    end = until
    while end > after:
        begin = max(end - DAY, after)
        if offset(place, begin) != offset(place, end):
            return _change(place, begin, end)
        end = begin
    return None


def _change(
    place: zoneinfo.ZoneInfo,
    begin: datetime.datetime,
    end: datetime.datetime,
) -> datetime.datetime:
    """Halve until the change stands between two seconds."""
    old = offset(place, begin)
    begin = begin.replace(microsecond=0)
    while end - begin > SECOND:
        middle = begin + (end - begin) // (2 * SECOND) * SECOND
        middle = max(middle, begin + SECOND)
        if offset(place, middle) == old:
            begin = middle
        else:
            end = middle
    return begin + SECOND


def first_shown(
    place: zoneinfo.ZoneInfo, shown: datetime.datetime
) -> datetime.datetime:
    """Find when the clocks first show a naive time, or else pass over it."""
    at = shown.replace(tzinfo=place, fold=0).astimezone(datetime.UTC)
    if wall(place, at) == shown:
        return at
    change = last_change(place, at - LONGEST_GAP, at)
    assert change is not None  # what else left the time out?
    return change
