"""Messages between the API and the workers: they wake, and carry nothing.

The tables say what there is to do. A message that is lost costs the delay
until a worker's next tick, one that comes twice costs a look, and with the
broker down the API answers as ever.
"""

import collections.abc
import contextlib
import importlib
import logging
import socket
import threading
import typing

from oslo_config import cfg
import oslo_messaging
from oslo_messaging import opts

LOG = logging.getLogger(__name__)

TOPIC = 'snapfault'
VERSION = '1.0'
#: Seconds that a broker has to take a leave.
GRACE: typing.Final = 3.0

#: Seconds to wait for a broker to take a connection.
PATIENCE: typing.Final = 3.0
PORT: typing.Final = 5672  #: where the URL of a broker names none

#: oslo.messaging reads these options, but registers them on the global
#: configuration only: module, and name of the list and of the group.
UNREGISTERED = (
    ('oslo_messaging._metrics.client', 'oslo_messaging_metrics'),
    ('oslo_messaging._tracing.client', 'oslo_messaging_tracing'),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make oslo.messaging's options known."""
    for group, options in opts.list_opts():
        conf.register_opts(options, group=group)
    for module, name in UNREGISTERED:
        try:
            options = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            LOG.debug('This oslo.messaging has no %s', name)
        else:
            conf.register_opts(options, group=name)


def _is_chosen(conf: cfg.ConfigOpts) -> bool:
    """Say whether the operator names a broker."""
    register_opts(conf)
    where = conf.get_location('transport_url')
    return where is not None and where.location.is_user_controlled


def connect(conf: cfg.ConfigOpts) -> oslo_messaging.Transport | None:
    """Make the transport that ``transport_url`` names; asks nothing yet.

    :returns: None where there is no URL: no message wakes anybody, and ticks
        suffice
    """
    if not _is_chosen(conf):
        LOG.info(
            'No transport_url: workers of other processes find work at their'
            ' next tick'
        )
        return None
    return oslo_messaging.get_rpc_transport(conf, url=conf.transport_url)


def refusal(conf: cfg.ConfigOpts) -> str | None:
    """Say which broker takes no connection; None: all do, or there is none."""
    if not _is_chosen(conf):
        return None  # workers find work at their next tick
    try:
        url = oslo_messaging.TransportURL.parse(conf, conf.transport_url)
    except oslo_messaging.InvalidTransportURL:
        return 'transport_url is none'  # it may hold a password
    told = []
    for host in url.hosts or ():
        address = host.hostname or '', host.port or PORT
        try:
            socket.create_connection(address, PATIENCE).close()
        except OSError as error:
            told.append(f'{address[0]}:{address[1]}: {error}')
    if not told:
        return None
    return (
        'the broker takes no connection, so workers find work only at their'
        f' next tick: {"; ".join(told)}'
    )


def _nobody() -> None:
    """Wake nobody."""


def waker(
    transport: oslo_messaging.Transport | None,
    own: collections.abc.Callable[[], None] = _nobody,
) -> collections.abc.Callable[[], None]:
    """Give what tells the workers to look at once.

    :param transport: to those of other processes; None: to none of them
    :param own: wakes the one of this process, which no message has to
    """
    if transport is None:
        return own
    others = Waker(transport)

    def wake() -> None:
        own()
        others()

    return wake


class Waker:
    """Tells the workers to look at once; never waits, never raises.

    Casts come from a thread of its own, so that no request waits for a
    broker; those asked for while one is under way become one. The thread
    starts with the first: a server that forks after it has loaded us keeps
    no threads.
    """

    def __init__(self, transport: oslo_messaging.Transport) -> None:
        """Prepare; nothing is sent yet."""
        self._client = oslo_messaging.get_rpc_client(
            transport,
            oslo_messaging.Target(topic=TOPIC, fanout=True, version=VERSION),
            retry=0,
        )
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Ask for a cast."""
        self._asked.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name='waker', daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            try:
                self._client.cast({}, 'wake')
            except Exception as error:  # noqa: BLE001 - each driver's own
                LOG.warning('The workers were not woken: %s', error)


class Endpoint:
    """What a worker understands."""

    target = oslo_messaging.Target(version=VERSION)

    def __init__(self, wake: collections.abc.Callable[[], None]) -> None:
        """Wake by calling ``wake``."""
        self._wake = wake

    def wake(self, context: object) -> None:
        """Look at the tables at once."""
        self._wake()


@contextlib.contextmanager
def listening(
    transport: oslo_messaging.Transport | None,
    worker: str,
    wake: collections.abc.Callable[[], None],
) -> collections.abc.Iterator[None]:
    """Hear the casts, from when the broker first answers.

    Starting waits for the broker, so a thread does it; one that waits still
    when the listening ends, ends with the process.

    :param worker: unique among all that listen
    """
    started = threading.Event()
    server: typing.Any = None

    def start() -> None:
        try:
            server.start()
            started.set()
        except Exception:
            LOG.exception('Nobody wakes this worker; it goes on by ticks')

    if transport is not None:
        target = oslo_messaging.Target(topic=TOPIC, server=worker)
        server = oslo_messaging.get_rpc_server(
            transport, target, [Endpoint(wake)]
        )
        threading.Thread(target=start, name='listener', daemon=True).start()
    try:
        yield
    finally:
        if started.is_set():
            leave(server)


def leave(listener: typing.Any) -> None:
    """Stop listening; a broker that does not answer is not waited for.

    The worker has handed over by now what it held, and a message that goes
    unheard does no harm.
    """

    def stop() -> None:
        listener.stop()
        listener.wait()

    thread = threading.Thread(target=stop, name='leaving', daemon=True)
    thread.start()
    thread.join(GRACE)
    if thread.is_alive():
        LOG.warning('The broker does not answer: it is left without a word')
