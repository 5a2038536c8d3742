"""Notifications: what people and programs are told over oslo.messaging.

Off unless ``[oslo_messaging_notifications] driver`` names a driver. One is
sent after the commit of what it tells of. Losing one harms nothing: the
tables, and so the API, say the same.
"""

import logging
import queue
import socket
import threading
import typing

from oslo_config import cfg
import oslo_messaging

from snapfault import model
from snapfault import rpc
from snapfault.db import api

LOG = logging.getLogger(__name__)

#: What waits for a broker that does not answer; beyond it news are lost.
WAITING: typing.Final = 1000


def attach(conf: cfg.ConfigOpts, database: api.Database) -> None:
    """Have the news of a database sent on, if the operator wants it."""
    rpc.register_opts(conf)
    if any(conf.oslo_messaging_notifications.driver):
        database.listeners.append(Notifier(conf))


class Notifier:
    """Sends news on; never waits, never raises.

    Sending is for a thread of its own, which starts with the first: a
    server that forks after it has loaded us keeps no threads.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Prepare; nothing is sent yet."""
        self._notifier = oslo_messaging.Notifier(
            oslo_messaging.get_notification_transport(conf),
            publisher_id=f'snapfault.{socket.gethostname()}',
        )
        self._queue: queue.Queue[model.News] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, news: model.News) -> None:
        """Have it sent."""
        try:
            self._queue.put_nowait(news)
        except queue.Full:
            LOG.warning('No notification of %s: too many wait', news.event)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name='notifier', daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            news = self._queue.get()
            try:
                self._send(news)
            except Exception as error:  # noqa: BLE001 - each driver's own
                LOG.warning('No notification of %s: %s', news.event, error)

    def _send(self, news: model.News) -> None:
        send = {
            model.Level.INFO: self._notifier.info,
            model.Level.WARNING: self._notifier.warn,
            model.Level.ERROR: self._notifier.error,
            model.Level.CRITICAL: self._notifier.error,
        }[news.level]
        send({}, news.event, dict(news.payload))
