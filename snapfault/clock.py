"""The one reader of the clock."""

import datetime


def now() -> datetime.datetime:
    """Give the time, aware and in UTC.

    Read it once at an entry point or once a tick, and pass it down: what
    decides takes the time as an argument.
    """
    return datetime.datetime.now(datetime.UTC)
