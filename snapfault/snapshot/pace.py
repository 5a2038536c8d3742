"""Say when a project's snapshots are looked at again. Pure.

A look is one list call. While nothing changes the looks grow rarer, up to a
bound; whatever changes brings the next one near again.
"""

import dataclasses
import datetime
import typing

#: By how much a wait is longer than the one before it.
GROWTH: typing.Final = 1.5


@dataclasses.dataclass(frozen=True)
class Bounds:
    """The operator's choice of the shortest and the longest wait."""

    least: datetime.timedelta
    most: datetime.timedelta


@dataclasses.dataclass(frozen=True)
class Pace:
    """What the last look at a project saw, and when the next one is due."""

    seen: object  #: compares equal while nothing changes
    wait: datetime.timedelta
    due_at: datetime.datetime


def after(
    last: Pace | None, seen: object, now: datetime.datetime, bounds: Bounds
) -> Pace:
    """Give the pace after a look that saw ``seen``.

    :param last: None: nobody has looked before
    """
    wait = bounds.least
    if last is not None and last.seen == seen:
        wait = max(min(last.wait * GROWTH, bounds.most), bounds.least)
    return Pace(seen, wait, now + wait)


def is_due(last: Pace | None, now: datetime.datetime) -> bool:
    """Say whether a look is due; at once, where nobody has looked.

    Or where the clock was set back since then: it is further off than it
    ever was.
    """
    if last is None or last.due_at <= now:
        return True
    return last.due_at - now > last.wait
