"""Check the rights to act for projects, and end those that are to end.

In a thread of its own, which a slow Keystone may keep.
"""

import datetime
import logging
import threading
import typing

from oslo_config import cfg

from snapfault import clock
from snapfault.cloud import port
from snapfault.cycle import leave
from snapfault.cycle import vouch
from snapfault.db import api

LOG = logging.getLogger(__name__)

#: Seconds between looks for what is due.
PAUSE: typing.Final = 30.0
#: Between two looks for what nobody noted, or left behind.
SWEEP: typing.Final = datetime.timedelta(hours=1)


def settings(conf: cfg.ConfigOpts) -> vouch.Settings:
    """Read the operator's choices from the configuration."""
    return vouch.Settings(
        datetime.timedelta(seconds=conf.delegation.check_interval),
        datetime.timedelta(days=conf.delegation.warn_days),
    )


def work(
    database: api.Database,
    cloud: port.Cloud,
    chosen: vouch.Settings,
    stop: threading.Event,
) -> None:
    """Look until ``stop`` is set: a slow Keystone keeps nothing waiting."""
    swept_at: datetime.datetime | None = None
    while not stop.is_set():
        now = clock.now()
        try:
            if swept_at is None or now - swept_at >= SWEEP:
                vouch.sweep(database, now)
                swept_at = now
            leave.look(database, cloud, now)
            vouch.look(database, cloud, chosen, now)
        except Exception:
            LOG.exception('The rights were not checked; it goes on')
        stop.wait(PAUSE)
