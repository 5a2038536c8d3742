"""Give the metrics at /metrics, on a port of their own, in a thread."""

import collections.abc
import contextlib
import datetime
import logging
import socket
import socketserver
import threading
import typing
from wsgiref import simple_server

from oslo_config import cfg

from snapfault.db import api
from snapfault.metrics import read
from snapfault.recover import budget

LOG = logging.getLogger(__name__)

#: Seconds that a client may take to say what it wants.
PATIENCE: typing.Final = 10
#: Seconds until a port that another worker has is tried again.
AGAIN: typing.Final = 30.0
TEXT: typing.Final = 'text/plain; version=0.0.4; charset=utf-8'

Start = collections.abc.Callable[[str, list[tuple[str, str]]], typing.Any]


class Application:
    """The WSGI application; it knows one path and two methods."""

    def __init__(self, page: read.Page) -> None:
        """Give this page."""
        self._page = page

    def __call__(
        self, environ: collections.abc.Mapping[str, typing.Any], start: Start
    ) -> list[bytes]:
        """Answer one request; 503 while the database is away."""
        if environ.get('PATH_INFO') != '/metrics':
            return _say(start, '404 Not Found', 'there is only /metrics')
        if environ.get('REQUEST_METHOD') not in ('GET', 'HEAD'):
            return _say(start, '405 Method Not Allowed', 'only GET')
        try:
            body = self._page.text()
        except Exception:
            LOG.exception('The metrics could not be read')
            return _say(start, '503 Service Unavailable', 'see the log')
        start(
            '200 OK',
            [('Content-Type', TEXT), ('Content-Length', str(len(body)))],
        )
        return [] if environ['REQUEST_METHOD'] == 'HEAD' else [body]


def _say(start: Start, status: str, text: str) -> list[bytes]:
    body = f'{text}\n'.encode()
    start(
        status,
        [
            ('Content-Type', 'text/plain; charset=utf-8'),
            ('Content-Length', str(len(body))),
        ],
    )
    return [body]


class _Handler(simple_server.WSGIRequestHandler):
    """Reads one request; a client that is slow to send it is let go."""

    timeout = PATIENCE

    def log_message(self, format: str, *args: object) -> None:
        """Leave it to the log, and for who wants to know."""
        LOG.debug(format, *args)


class _Listener(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """Answers each client in a thread, which ends with the process."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, where: tuple[str, int]) -> None:
        if ':' in where[0]:
            self.address_family = socket.AF_INET6
        super().__init__(where, _Handler)


class Server:
    """Serves while it can have the port, and tries again while it cannot."""

    def __init__(
        self,
        application: Application,
        host: str,
        port: int,
        again: float = AGAIN,
    ) -> None:
        """Prepare; nothing listens yet."""
        self._application = application
        self._where = host, port
        self._again = again
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='metrics')

    def __enter__(self) -> 'Server':
        """Serve for as long as the block lasts."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Let go of the port."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                listener = _Listener(self._where)
            except OSError as error:
                LOG.info('No metrics on %s:%s yet: %s', *self._where, error)
                self._stop.wait(self._again)
            else:
                self._serve(listener)

    def _serve(self, listener: _Listener) -> None:
        listener.set_app(self._application)
        serve = threading.Thread(target=listener.serve_forever, args=(0.1,))
        with listener:
            serve.start()
            LOG.info('Metrics are at http://%s:%s/metrics', *self._where)
            self._stop.wait()
            listener.shutdown()
            serve.join()


def serving(
    conf: cfg.ConfigOpts, database: api.Database, limits: budget.Limits
) -> contextlib.AbstractContextManager[object]:
    """Serve within the block, if the operator wants it."""
    chosen = conf.metrics
    if chosen.port is None:
        return contextlib.nullcontext()
    settings = read.Settings(
        limits=limits,
        cache=chosen.cache,
        window=datetime.timedelta(seconds=chosen.window),
        worst=chosen.worst,
    )
    application = Application(read.Page(database, settings))
    return Server(application, chosen.host, chosen.port)
