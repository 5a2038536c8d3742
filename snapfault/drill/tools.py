"""What a drill is handed, and how its steps are taken."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime

from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.recover import carry
from snapfault.recover import lines
from snapfault.recover import step


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


class LeftBehind(Exception):
    """Something that a drill has made stands and cannot be removed now."""


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
        lines.Lines(tools.database, drill),
        step.Hands(project, tools.cloud),
        tools.settings.step_timeout,
        tools.now,
        pause,
        tools.calls,
    )
    carry.take(carrier, records)
