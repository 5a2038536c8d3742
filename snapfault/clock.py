"""The one reader of the clock."""

import collections.abc
import dataclasses
import datetime
import time
import typing

#: Seconds: half of it is how wrong an answer may make us.
LONGEST: typing.Final = 1.0


@dataclasses.dataclass(frozen=True)
class _Told:
    """What somebody else's clock said, and when that was by our own count."""

    at: datetime.datetime
    count: float  #: seconds of :func:`time.monotonic`, which nothing sets


#: One a process, as the clock that it stands in for.
_told: _Told | None = None


def now() -> datetime.datetime:
    """Give the time, aware and in UTC.

    Read it once at an entry point or once a tick, and pass it down: what
    decides takes the time as an argument.
    """
    told = _told
    if told is None:
        return _own()
    passed = time.monotonic() - told.count
    return told.at + datetime.timedelta(seconds=passed)


def stopwatch() -> collections.abc.Callable[[], datetime.timedelta]:
    """Begin to count; what it gives says how long ago that was."""
    begun = time.monotonic()
    return lambda: datetime.timedelta(seconds=time.monotonic() - begun)


def follow(ask: collections.abc.Callable[[], datetime.datetime]) -> None:
    """Go by another clock from now on, the one that all processes share.

    Leases are compared across machines, and runs fall due for whichever
    worker looks first: a machine whose clock is wrong, or is set while we
    run, would take the others for dead. Between two tellings time is
    counted, and this machine's clock not looked at.

    :param ask: gives what that clock says, aware; an answer that was long
        in coming counts for less than an earlier one
    """
    global _told
    asked = time.monotonic()
    at = ask()
    took = time.monotonic() - asked
    if took <= LONGEST or _told is None:
        _told = _Told(at, asked + took / 2)


def _own() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
