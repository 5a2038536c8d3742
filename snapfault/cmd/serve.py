"""The HTTP server of ``snapfault-all``, and how much it lets in.

waitress reads requests and sends answers in one thread for all connections,
and hands only whole requests to the others, so that a slow client holds a
connection and nothing else.
"""

import typing

import waitress.server

THREADS: typing.Final = 8  #: requests answered at once; most is waiting
#: Open at once. As many slow clients keep everybody out, so there is room for
#: more than one machine on the network is likely to hold.
CONNECTIONS: typing.Final = 2000
#: Seconds after which a connection that says nothing is closed.
SILENCE: typing.Final = 60
#: Bytes beyond the largest body that the API reads. Up to there the API
#: itself refuses, in the form of its errors; what is larger is not kept.
SPARE: typing.Final = 64 * 1024


def make_server(
    application: typing.Any, host: str, port: int, largest_body: int
) -> typing.Any:
    """Make a server that listens; its ``run`` serves.

    :param port: 0 lets the system choose, see ``effective_port``
    :param largest_body: in bytes, that the application reads
    """
    return waitress.server.create_server(
        application,
        map={},  # of its own: two servers in one process do not mix
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        # Whether to believe a proxy is for oslo.middleware to say.
        clear_untrusted_proxy_headers=False,
        connection_limit=CONNECTIONS,
        channel_timeout=SILENCE,
        # select() takes no more than 1024.
        asyncore_use_poll=True,
        # waitress keeps a body before anybody has looked at the token.
        max_request_body_size=largest_body + SPARE,
    )
