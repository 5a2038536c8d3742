"""Spans of the week in which something may not, or only, be done. Pure.

A moment is within a window when the clocks of its zone show a time in it. In
an hour that comes twice, both times count; one that is left out has none.
"""

import collections.abc
import datetime
import typing
import zoneinfo

from snapfault import errors
from snapfault import rules
from snapfault import rules_check
from snapfault import week
from snapfault.trigger import zones

DAY: typing.Final = datetime.timedelta(days=1)
#: A free moment that is further off is none: each week is as the others.
FURTHEST: typing.Final = 9 * DAY
#: The week in which check() begins to look for free moments.
SAMPLE: typing.Final = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def check(
    windows: collections.abc.Sequence[rules.Window], name: str = 'blackouts'
) -> None:
    """Say what is wrong with windows, if anything is.

    :raises InvalidInput: with what to write instead; when nothing is ever
        outside them, too
    """
    # Zones change their clocks at different times: two that leave an hour
    # in summer may leave none in winter.
    weeks = 53 if len({each.time_zone for each in windows}) > 1 else 1
    for number in range(weeks):
        begin = SAMPLE + 7 * number * DAY
        if free_from(windows, begin) is None:
            raise errors.InvalidInput(
                f'{name} cover the whole week of {begin:%Y-%m-%d}, so that no '
                f'run could begin: give windows that leave some time'
            )


def within(
    windows: collections.abc.Iterable[rules.Window], at: datetime.datetime
) -> rules.Window | None:
    """Give the first of the windows that a moment is within, if any is.

    :raises InvalidInput: a window has no meaning, see :func:`check`
    """
    for each in windows:
        if week.is_shown(
            each, zones.wall(rules_check.zone(each.time_zone), at)
        ):
            return each
    return None


def free_from(
    windows: collections.abc.Sequence[rules.Window], at: datetime.datetime
) -> datetime.datetime | None:
    """Find the first moment, ``at`` or later, that no window is open.

    :returns: None: there is none within nine days
    :raises InvalidInput: a window has no meaning, see :func:`check`
    """
    free = at
    for _window, free in through(windows, at):
        if free > at + FURTHEST:
            return None
    return free


def through(
    windows: collections.abc.Sequence[rules.Window], at: datetime.datetime
) -> collections.abc.Iterator[tuple[rules.Window, datetime.datetime]]:
    """Go from window to window, each with its end, until none is open.

    It ends after some nine days, free or not.

    :raises InvalidInput: a window has no meaning, see :func:`check`
    """
    end = at
    while end <= at + FURTHEST:
        window = within(windows, end)
        if window is None:
            return
        end = _end(window, end)
        yield window, end


def _end(window: rules.Window, at: datetime.datetime) -> datetime.datetime:
    """Find where the clocks first show no time of the window, ``at`` in it.

    It may begin anew right there, as one without end does each day.
    """
    place = rules_check.zone(window.time_zone)
    while True:
        end = at + (_shown_end(window, place, at) - zones.wall(place, at))
        change = zones.first_change(place, at, end)
        if change is None:
            return end
        if not week.is_shown(window, zones.wall(place, change)):
            return change
        at = change


def _shown_end(
    window: rules.Window, place: zoneinfo.ZoneInfo, at: datetime.datetime
) -> datetime.datetime:
    """Give the end as the clocks would show it, were they not changed."""
    shown = zones.wall(place, at)
    end = datetime.datetime.combine(shown.date(), window.end)
    return end if end > shown else end + DAY
