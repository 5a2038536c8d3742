"""Check: a web server on the server answers as expected."""

import contextlib
import http.client
import typing

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
            server, lambda each: judge(*_get(each, options), options)
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


def _get(host: str, options: check.Options) -> tuple[int, str]:
    """Ask once.

    :raises OSError: there is no answer, or none that is HTTP
    """
    connection = http.client.HTTPConnection(
        host, int(options['port']), timeout=check.PROBE
    )
    with contextlib.closing(connection):
        try:
            connection.request('GET', options.get('path', '/'))
            answer = connection.getresponse()
            return answer.status, answer.read(MOST).decode(errors='replace')
        except http.client.HTTPException as error:
            raise OSError(f'answers no HTTP ({error!r})') from error
