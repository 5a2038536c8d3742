"""Where the load of servers is measured: behind ``snapfault.rank.sources``.

The operator names one source in ``[rank] source``; the cloud's
``read_measures`` (see :mod:`snapfault.cloud.port`) asks it.
"""

import abc
import collections.abc
import dataclasses
import datetime
import typing

from oslo_config import cfg
from stevedore import driver

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import session

NAMESPACE: typing.Final = 'snapfault.rank.sources'

Answer = dict[str, collections.abc.Mapping[rules.Metric, model.Measure]]


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a source is made with."""

    conf: cfg.ConfigOpts  #: all options, its own group among them
    sessions: session.Sessions  #: the doors to the cloud
    now: collections.abc.Callable[[], datetime.datetime] = clock.now


class Source(abc.ABC):
    """Reads measures of many servers at once; asked by one thread a time."""

    def __init__(self, tools: Tools) -> None:
        """Take what it needs; nothing is asked yet.

        :raises InvalidInput: an option cannot be
        """
        self.tools = tools

    @abc.abstractmethod
    def read(
        self,
        server_ids: collections.abc.Collection[str],
        metrics: collections.abc.Collection[rules.Metric],
    ) -> Answer:
        """Give the newest measures, by server.

        A server or metric without data that is fresh is missing. What is
        negative or no number is no data.

        :raises CloudUnavailable: there is no answer, or it makes no sense
        :raises CloudRefused: we may not ask, or not this
        """


def load(name: str, tools: Tools) -> Source:
    """Make the source of that name, ours or another package's.

    :raises InvalidInput: there is none, or it cannot be made
    """
    try:
        found = driver.DriverManager(
            NAMESPACE, name, on_load_failure_callback=_refuse
        )
    except RuntimeError as error:  # stevedore's: no such entry point
        raise errors.InvalidInput(
            f'[rank] source: there is no source {name!r}: {error}'
        ) from error
    made = found.driver(tools)
    if not isinstance(made, Source):
        raise errors.InvalidInput(
            f'[rank] source: {name!r} of {NAMESPACE} is no Source'
        )
    return made


def _refuse(
    manager: object, entry_point: typing.Any, error: BaseException
) -> typing.NoReturn:
    raise errors.InvalidInput(
        f'[rank] source: {entry_point.value} cannot be loaded: {error!r}'
    ) from error
