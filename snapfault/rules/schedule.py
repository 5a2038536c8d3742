"""When runs fall due, and when they may not begin."""

import dataclasses
import datetime
import enum
import typing

#: What a schedule is called that nobody named.
LABEL: typing.Final = 'default'


@dataclasses.dataclass(frozen=True)
class Schedule:
    """When runs fall due: exactly one of ``interval`` and ``cron`` is set."""

    label: str = LABEL  #: unique in its policy; the quota may have its own
    interval: int | None = None  #: seconds; falls on multiples since the epoch
    cron: str | None = None  #: five fields, read in ``time_zone``
    time_zone: str = 'UTC'  #: an interval does not heed it


class Weekday(enum.StrEnum):
    """A day of the week, Monday first as in ``date.weekday()``."""

    MONDAY = 'mon'
    TUESDAY = 'tue'
    WEDNESDAY = 'wed'
    THURSDAY = 'thu'
    FRIDAY = 'fri'
    SATURDAY = 'sat'
    SUNDAY = 'sun'


@dataclasses.dataclass(frozen=True)
class Window:
    """A span of wall-clock time that comes again each week.

    One whose end is not after its begin ends on the following day.
    """

    begin: datetime.time
    end: datetime.time  #: the first moment outside
    days: tuple[Weekday, ...] = tuple(Weekday)  #: on which it begins
    time_zone: str = 'UTC'


class CatchUp(enum.StrEnum):
    """What becomes of runs that were missed while nobody looked."""

    ONE = 'one'  #: they collapse to one run, at once
    NONE = 'none'  #: they are let go; the next run is the next occurrence
