"""Check: a TCP port of the server takes connections."""

import collections.abc
import socket
import typing

from snapfault import resource
from snapfault.cloud import port
from snapfault.recover import check
from snapfault.recover.checks import address


class Tcp(check.Check):
    """Connect, and let go at once: nothing is sent."""

    options: typing.ClassVar = {'port': 'a port, such as port=22'}
    required = frozenset({'port'})

    def wrong_value(self, options: check.Options) -> str:
        """Look at the port."""
        return check.wrong_number(options, 'port', 65535)

    def look(
        self,
        project: port.Project,
        server: resource.Server,
        options: check.Options,
    ) -> str:
        """Try each address; one that answers is enough."""
        number = int(options['port'])
        return first(
            server, lambda each, seconds: _connect(each, number, seconds)
        )


#: Says why an address does not work, or raises OSError, in so many seconds.
Probe = collections.abc.Callable[[str, float], str]


def first(server: resource.Server, probe: Probe) -> str:
    """Probe the server's addresses until one works; else say what each said.

    A tenant gives it as many as it likes: each of many has less time, so that
    none is left out, and the worker is free for others in time.
    """
    told = []
    addresses = address.of(server)
    for each in addresses:
        try:
            said = probe(each, min(check.PROBE, check.LOOK / len(addresses)))
        except OSError as error:
            said = str(error) or type(error).__name__
        if not said:
            return ''
        told.append(f'{each} {said}')
    return '; '.join(told) or 'the server has no address to try'


def _connect(host: str, number: int, seconds: float) -> str:
    socket.create_connection((host, number), seconds).close()
    return ''
