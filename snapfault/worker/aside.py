"""What looks at the cloud beside the pipeline, in threads of its own."""

import contextlib
import threading
import typing

from snapfault.cloud import port
from snapfault.cycle import vouch
from snapfault.db import api
from snapfault.worker import beside
from snapfault.worker import following
from snapfault.worker import vouching


class Settings(typing.Protocol):
    """Those of the worker that are needed."""

    @property
    def selector_interval(self) -> float:
        """Seconds between looks at what is selected."""

    @property
    def vouch(self) -> vouch.Settings:
        """How rights are checked."""


def begin(
    stack: contextlib.ExitStack,
    database: api.Database,
    cloud: port.Cloud,
    chosen: Settings,
    stop: threading.Event,
) -> None:
    """Begin to follow selectors and to check rights, until ``stop`` is set."""
    seen = database, cloud
    pause = chosen.selector_interval
    beside.begin(stack, following.follow, 'selectors', *seen, pause, stop)
    checks = *seen, chosen.vouch, stop
    beside.begin(stack, vouching.work, 'delegations', *checks)
