"""What a drill is handed, and how its steps are taken."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import drill_journal
from snapfault.recover import carry
from snapfault.recover import step

LOG = logging.getLogger(__name__)
_Read = typing.TypeVar('_Read')


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for drills."""

    step_timeout: datetime.timedelta  #: outages of the cloud not counted
    timeout: datetime.timedelta  #: from the begin until it is verified
    retry: datetime.timedelta  #: until a removal that failed is tried again


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a drill is handed beside its own row."""

    database: api.Database
    cloud: port.Cloud
    settings: Settings
    now: carry.Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]
    calls: concurrent.futures.Executor  #: requests of one drill at once


class Stopped(Exception):
    """The worker stops; the journal says where to go on."""


class LeftBehind(Exception):
    """Something that a drill has made stands and cannot be removed now."""


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


def take(
    tools: Tools,
    drill: model.Drill,
    project: port.Project,
    records: collections.abc.Iterable[model.StepRecord],
    pause: collections.abc.Callable[[], None],
) -> None:
    """Take steps of the journal; raises as :func:`carry.take`."""
    carrier = carry.Carrier(
        f'Drill {drill.id}',
        _Journal(tools.database, drill),
        step.Hands(project, tools.cloud),
        tools.settings.step_timeout,
        tools.now,
        pause,
        tools.calls,
    )
    carry.take(carrier, records)


@dataclasses.dataclass(frozen=True)
class _Journal:
    """The journal of one drill."""

    database: api.Database
    drill: model.Drill

    def started(self, position: int, now: datetime.datetime) -> None:
        drill_journal.step_started(self.database, self.drill, position, now)

    def asked(self, position: int, ids: collections.abc.Sequence[str]) -> None:
        drill_journal.step_asked(self.database, self.drill, position, ids)

    def finished(
        self,
        position: int,
        status: model.StepStatus,
        detail: str,
        now: datetime.datetime,
    ) -> None:
        drill_journal.step_finished(
            self.database, self.drill, position, status, detail, now
        )
