"""Whether a window of a policy's is open. Pure."""

import datetime
import typing

from snapfault import rules

WEEK: typing.Final = tuple(rules.Weekday)


def is_shown(window: rules.Window, shown: datetime.datetime) -> bool:
    """Say whether a window is open when the clocks of its zone show this.

    One whose end is not after its begin goes on into the following day.
    """
    time = shown.time()
    today = WEEK[shown.weekday()] in window.days
    if window.begin < window.end:
        return today and window.begin <= time < window.end
    yesterday = WEEK[shown.weekday() - 1] in window.days
    return (today and time >= window.begin) or (
        yesterday and time < window.end
    )
