"""Check: a web server on the server answers as expected."""

import collections.abc
import contextlib
import http.client
import socket
import typing

from snapfault import clock
from snapfault import resource
from snapfault.cloud import port
from snapfault.recover import check
from snapfault.recover.checks import tcp

#: Bytes of an answer in which a text is looked for.
MOST = 65536


class Http(check.Check):
    """GET one path, without following where it may redirect to."""

    options: typing.ClassVar = {
        'port': 'a port, such as port=80',
        'path': 'a path, such as path=/health (default: /)',
        'status': 'the status expected, such as status=204 (default: 200)',
        'text': 'what the answer contains',
    }
    required = frozenset({'port'})

    def wrong_value(self, options: check.Options) -> str:
        """Look at port, status and path."""
        path = options.get('path', '/')
        if not path.startswith('/') or not all('!' <= c <= '~' for c in path):
            return f'path {path!r} does not begin with / or is not plain ASCII'
        return check.wrong_number(options, 'port', 65535) or (
            check.wrong_number(options, 'status', 599)
        )

    def look(
        self,
        project: port.Project,
        server: resource.Server,
        options: check.Options,
    ) -> str:
        """Try each address; one that answers well is enough."""
        return tcp.first(
            server,
            lambda each, seconds: judge(
                *_get(each, options, seconds), options
            ),
        )


def judge(status: int, body: str, options: check.Options) -> str:
    """Say what is wrong with an answer; empty: nothing. Pure."""
    expected = int(options.get('status', '200'))
    if status != expected:
        return f'answers {status} and not {expected}'
    text = options.get('text', '')
    if text not in body:
        return f'answers {status} without the text {text!r}'
    return ''


class _Socket(socket.socket):
    """Has one deadline for all that is read of it.

    The timeout of any other is that of each read. A server that sends a byte
    now and then, and a tenant chooses which does, would hold a worker's
    thread for days.
    """

    left: collections.abc.Callable[[], float]  #: seconds until the deadline

    def recv_into(self, *args: typing.Any, **options: typing.Any) -> int:
        """Read on, if there is time left, and no longer than it lasts."""
        seconds = self.left()
        if seconds <= 0:
            raise TimeoutError('timed out')
        self.settimeout(seconds)
        return super().recv_into(*args, **options)


class _Connection(http.client.HTTPConnection):
    """Connects, asks and is answered before one deadline."""

    def __init__(self, host: str, number: int, seconds: float) -> None:
        super().__init__(host, number, timeout=seconds)
        self._seconds = seconds
        self._passed = clock.stopwatch()

    def connect(self) -> None:
        """Connect, and read of it only until the deadline."""
        super().connect()
        self.sock = _Socket(fileno=self.sock.detach())
        self.sock.left = self._left
        self.sock.settimeout(self._seconds)

    def _left(self) -> float:
        return self._seconds - self._passed().total_seconds()


def _get(host: str, options: check.Options, seconds: float) -> tuple[int, str]:
    """Ask once.

    :raises OSError: there is no answer in time, or none that is HTTP
    """
    connection = _Connection(host, int(options['port']), seconds)
    with contextlib.closing(connection):
        try:
            connection.request('GET', options.get('path', '/'))
            with connection.getresponse() as answer:
                body = answer.read(MOST)
            return answer.status, body.decode(errors='replace')
        except http.client.HTTPException as error:
            raise OSError(f'answers no HTTP ({error!r})') from error
