"""A worker in a thread, for as long as the process wants one.

SIGTERM and SIGINT raise SystemExit in the main thread, which then stops the
worker: nothing is set or joined within a signal's handler. A second signal
ends the process at once. SIGHUP has the configuration files read again.
"""

import contextlib
import logging
import os
import signal
import threading
import types
import typing

from oslo_config import cfg
import oslo_messaging

from snapfault import rpc
from snapfault.cloud import port
from snapfault.cmd import reload
from snapfault.db import api
from snapfault.metrics import serving
from snapfault.worker import choices
from snapfault.worker import hearing
from snapfault.worker import service

LOG = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK: typing.Final = 1.0  #: seconds until a signal is heeded at the latest


class Background:
    """A worker that works within the ``with`` block."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: api.Database,
        cloud: port.Cloud,
        transport: oslo_messaging.Transport | None,
    ) -> None:
        """Prepare; nothing runs yet."""
        self._conf = conf
        self._reload = contextlib.ExitStack()
        self._wake = threading.Event()
        self._stop = threading.Event()
        settings = choices.settings(conf)
        self._worker = service.Worker(settings, database, cloud, self._wake)
        self._transport = transport
        self._hearing = hearing.make(conf, database, self._wake.set)
        self._metrics = serving.serving(conf, database, settings.limits)
        self._thread = threading.Thread(target=self._run, name='worker')
        self._ended = threading.Event()
        self.has_failed = False

    def __enter__(self) -> 'Background':
        """Begin to work, and to heed signals."""
        self._reload.enter_context(reload.on_signal(self._take_up))
        for each in SIGNALS:
            signal.signal(each, _leave)
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, *error: object) -> bool:
        """Stop, and wait until what is held is let go.

        :returns: True for a signal's SystemExit: it has done its work
        """
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        self._stop.set()
        self._wake.set()
        self._thread.join()
        self._reload.close()
        return kind is SystemExit

    def wake(self) -> None:
        """Have the worker look at once; from any thread."""
        self._wake.set()

    def wait(self) -> None:
        """Wait for a signal, or for the worker's end.

        Not by joining the thread: until Python 3.13 one whose join is
        interrupted counts as ended. Nor at a stretch: Python leaves a signal
        to the main thread, and one that comes just before that sleeps, or
        that another thread takes, does not wake it.
        """
        while not self._ended.wait(LOOK):
            pass

    def _take_up(self) -> None:
        """Read the configuration files again, and go by what may change."""
        self._conf.mutate_config_files()
        self._worker.change(choices.settings(self._conf))
        self._wake.set()
        LOG.info('The configuration was read again')

    def _run(self) -> None:
        try:
            with (
                rpc.listening(
                    self._transport, self._worker.id, self._wake.set
                ),
                hearing.listening(self._hearing),
                self._metrics,
            ):
                self._worker.run(self._stop)
        except Exception:
            LOG.exception('The worker broke off, and so the process ends')
            self.has_failed = True
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self._ended.set()


def _leave(number: int, frame: types.FrameType | None) -> typing.NoReturn:
    raise SystemExit(0)
