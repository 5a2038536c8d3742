"""Watch the protected services, in a thread of its own."""

import collections.abc
import dataclasses
import datetime
import logging
import threading
import typing
import zlib

from oslo_config import cfg

from snapfault import clock
from snapfault import trouble
from snapfault.cycle import watch
from snapfault.db import evidence

LOG = logging.getLogger(__name__)

#: Seconds between looks at what something was said of, where nothing else
#: is looked at.
AGAIN: typing.Final = 30.0
#: By how much clocks may differ, and a row come later than its time.
CLOCKS: typing.Final = datetime.timedelta(seconds=10)
#: For how many looks what one has seen stays evidence: the next one may be
#: missed.
LOOKS: typing.Final = 3


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices."""

    interval: float = 0.0  #: seconds between looks; 0: only when hinted
    admin_reads: bool = False  #: all projects in one list, as an admin


def settings(conf: cfg.ConfigOpts) -> Settings:
    """Read them from the configuration."""
    return Settings(conf.watch.interval, conf.watch.admin_reads)


class Watch:
    """Looks in turn, and at once where somebody outside says something."""

    def __init__(
        self, chosen: Settings, tools: trouble.Tools, worker: str
    ) -> None:
        """Prepare; nothing is looked at yet.

        :param worker: workers look at different moments
        """
        self._all = chosen.interval > 0
        self._interval = chosen.interval or AGAIN
        seconds = datetime.timedelta(seconds=self._interval)
        self._tools = watch.Tools(
            tools, LOOKS * seconds, seconds / 2, chosen.admin_reads
        )
        share = zlib.crc32(worker.encode()) / 2**32
        self._first = self._interval * share if self._all else 0.0

    def change(self, tools: trouble.Tools) -> None:
        """Look with other tools from now on."""
        self._tools = dataclasses.replace(self._tools, trouble=tools)

    def run(
        self,
        wake: threading.Event,
        stop: threading.Event,
        now: collections.abc.Callable[[], datetime.datetime] = clock.now,
    ) -> None:
        """Look until ``stop`` is set; setting ``wake`` too ends it at once."""
        since = now()
        due = since + datetime.timedelta(seconds=self._first)
        apart = datetime.timedelta(seconds=self._interval)
        while not stop.is_set():
            at = now()
            try:
                # further off than it can be: the clock was set back
                if at >= due or due - at > apart:
                    due = at + apart
                    self._look(at)
                else:
                    self._look_where_hinted(since, at)
                since = at
            except Exception:
                LOG.exception('A look broke off; the next one goes on')
            left = (due - now()).total_seconds()
            wake.wait(min(max(0.05, left), self._interval))
            wake.clear()

    def _look(self, at: datetime.datetime) -> None:
        """Look at all, or at what anything was said of of late."""
        if self._all:
            watch.look(self._tools, at)
            return
        database = self._tools.trouble.database
        evidence.purge(database, at)
        watch.look_at(self._tools, evidence.spoken_of(database, at), at)

    def _look_where_hinted(
        self, since: datetime.datetime, at: datetime.datetime
    ) -> None:
        database = self._tools.trouble.database
        hinted = evidence.hinted(database, since - CLOCKS, at)
        watch.look_at(self._tools, hinted, at)
