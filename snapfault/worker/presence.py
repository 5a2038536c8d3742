"""The worker's signs of life: its leases, and its row among the workers."""

import collections.abc
import datetime
import importlib.metadata
import logging
import os
import socket
import threading
import typing
import uuid

from snapfault import clock
from snapfault import model
from snapfault.db import api
from snapfault.db import workers

LOG = logging.getLogger(__name__)

#: Whoever gave no sign of life for so long is forgotten by the next that
#: begins.
REMEMBERED: typing.Final = datetime.timedelta(days=7)


def name() -> str:
    """Give a worker its id: unlike all others, and telling where it is."""
    return f'{socket.gethostname()}:{os.getpid()}:{uuid.uuid4()}'


def beat(
    database: api.Database,
    worker_id: str,
    lease: datetime.timedelta,
    renew: collections.abc.Callable[[datetime.datetime], None],
    stop: threading.Event,
) -> None:
    """Renew the leases well before they run out, and say that it lives.

    :param renew: extends what the worker holds up to a time
    """
    born = _born(worker_id, lease, clock.now())
    is_new = True
    while True:
        try:
            database.tell_time()
            now = clock.now()
            renew(now + lease)
            workers.note(database, born, now)
            if is_new:
                workers.forget(database, now - REMEMBERED)
            is_new = False
        except Exception:
            LOG.exception('The leases could not be renewed')
        if stop.wait(lease.total_seconds() / 4):
            return


def leave(database: api.Database, worker_id: str) -> None:
    """Say that it has stopped; nothing depends on it."""
    try:
        workers.leave(database, worker_id, clock.now())
    except Exception:
        LOG.exception('Worker %s could not say that it stopped', worker_id)


def _born(
    worker_id: str, lease: datetime.timedelta, now: datetime.datetime
) -> model.Worker:
    return model.Worker(
        id=worker_id,
        host=socket.gethostname(),
        pid=os.getpid(),
        version=importlib.metadata.version('snapfault'),
        lease=int(lease.total_seconds()),
        started_at=now,
        seen_at=now,
        stopped_at=None,
    )
