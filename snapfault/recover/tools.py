"""What carrying out a recovery takes."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import logging
import typing

from snapfault import errors
from snapfault.cloud import port
from snapfault.db import api
from snapfault.recover import carry

LOG = logging.getLogger(__name__)
_Read = typing.TypeVar('_Read')
SHORTEST: typing.Final = 0.02  #: seconds between two looks


def sleep(at_most: float | None, longest: float) -> float:
    """Give the seconds to sleep; None: ``longest``."""
    if at_most is None:
        return longest
    return min(longest, max(at_most, SHORTEST))


class Stopped(Exception):
    """The worker stops; the journal says where to go on."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for recoveries."""

    step_timeout: datetime.timedelta  #: outages of the cloud not counted


class Pause(typing.Protocol):
    """Sleeps until the next look."""

    def __call__(self, at_most: float | None = None) -> None:
        """Sleep.

        :param at_most: seconds; None: as long as the operator chose
        :raises Stopped: the worker stops
        """


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a recovery is handed beside its own row."""

    database: api.Database
    cloud: port.Cloud
    settings: Settings
    now: carry.Clock
    pause: Pause
    calls: concurrent.futures.Executor  #: requests of one recovery at once


def patiently(
    pause: collections.abc.Callable[[], None],
    read: collections.abc.Callable[[], _Read],
) -> _Read:
    """Read, and wait out an outage of the cloud (invariant 8)."""
    while True:
        try:
            return read()
        except errors.CloudUnavailable as error:
            LOG.warning('Waiting for the cloud: %s', error)
            pause()
