"""Follow the servers that policies' selectors hold for."""

import logging
import threading

from snapfault import clock
from snapfault.cloud import port
from snapfault.db import api
from snapfault.trigger import enlist

LOG = logging.getLogger(__name__)


def follow(
    database: api.Database,
    cloud: port.Cloud,
    interval: float,
    stop: threading.Event,
) -> None:
    """Look now and each ``interval`` seconds, until ``stop`` is set.

    It has a thread of its own: a cloud that is slow to list servers keeps
    no snapshot waiting.
    """
    while not stop.is_set():
        try:
            enlist.enlist(database, cloud, clock.now())
        except Exception:
            LOG.exception('The selectors were not followed; it goes on')
        stop.wait(interval)
