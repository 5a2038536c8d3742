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


class Stopped(Exception):
    """The worker stops; the journal says where to go on."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for recoveries."""

    step_timeout: datetime.timedelta  #: outages of the cloud not counted


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a recovery is handed beside its own row."""

    database: api.Database
    cloud: port.Cloud
    settings: Settings
    now: carry.Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]
    calls: concurrent.futures.Executor  #: requests of one recovery at once


def patiently(
    tools: Tools, read: collections.abc.Callable[[], _Read]
) -> _Read:
    """Read, and wait out an outage of the cloud (invariant 8)."""
    while True:
        try:
            return read()
        except errors.CloudUnavailable as error:
            LOG.warning('Waiting for the cloud: %s', error)
            tools.pause()
