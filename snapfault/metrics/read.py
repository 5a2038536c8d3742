"""Read what metrics are made of, and keep it for a moment."""

import collections.abc
import dataclasses
import datetime
import threading
import time
import typing

from prometheus_client import core
from prometheus_client import exposition

from snapfault import clock
from snapfault.cycle import vouch
from snapfault.db import api
from snapfault.db import openings
from snapfault.db import tallies
from snapfault.db import workers
from snapfault.metrics import families
from snapfault.metrics import reading
from snapfault.recover import budget
from snapfault.recover import diagnose

#: What the alarms of protections say that nobody may act for.
POWERLESS: typing.Final = (diagnose.NO_RIGHT, vouch.DEAD)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices."""

    limits: budget.Limits
    cache: float  #: seconds
    window: datetime.timedelta
    worst: int  #: protections named


def read(
    database: api.Database, chosen: Settings, now: datetime.datetime
) -> reading.Reading:
    """Read it, in as many statements however many rows there are."""
    since = now - chosen.window
    due, due_since = tallies.queue(database, now)
    alarmed, powerless = tallies.alarmed(database, POWERLESS)
    return reading.Reading(
        at=now,
        standing={e: tallies.standing(database, e) for e in tallies.NOUNS},
        ended={e: tallies.ended(database, e, since) for e in tallies.NOUNS},
        snapshots=tallies.snapshots_made(database, since),
        due=due,
        due_since=due_since,
        alarmed=alarmed,
        powerless=powerless,
        kept=tallies.kept(database),
        ages=tallies.ages(database),
        objectives=tallies.objectives(database),
        pressure=openings.overall(database, chosen.limits.storm_window, now),
        workers=workers.all_of_them(database),
    )


class Page:
    """The page that Prometheus reads; safe for many threads.

    One reads, and the others wait for it: what scraping costs does not grow
    with who scrapes.
    """

    def __init__(
        self,
        database: api.Database,
        chosen: Settings,
        now: collections.abc.Callable[[], datetime.datetime] = clock.now,
    ) -> None:
        """Read nothing yet."""
        self._database = database
        self._chosen = chosen
        self._now = now
        self._lock = threading.Lock()
        self._text = b''
        self._until: datetime.datetime | None = None

    def text(self) -> bytes:
        """Give it in Prometheus' text format.

        :raises DBError: the database does not answer
        """
        with self._lock:
            now = self._now()
            if self._until is None or now >= self._until:
                self._text = self._write(now)
                life = datetime.timedelta(seconds=self._chosen.cache)
                self._until = now + life
            return self._text

    def _write(self, now: datetime.datetime) -> bytes:
        begun = time.monotonic()
        found = read(self._database, self._chosen, now)
        made = list(
            families.families(found, self._chosen.limits, self._chosen.worst)
        )
        made.append(
            core.GaugeMetricFamily(
                'snapfault_read_duration_seconds',
                'How long reading this from the database took',
                value=time.monotonic() - begun,
            )
        )
        return exposition.generate_latest(
            typing.cast('typing.Any', _All(made))
        )


@dataclasses.dataclass(frozen=True)
class _All:
    """What prometheus-client collects from."""

    made: list[typing.Any]

    def collect(self) -> list[typing.Any]:
        """Give the families."""
        return self.made
