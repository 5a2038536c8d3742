"""``snapfault-all``: API and worker in one process, for one machine."""

import collections.abc

import waitress.server

from snapfault import notify
from snapfault import rpc
from snapfault.cmd import assemble
from snapfault.cmd import background
from snapfault.cmd import database
from snapfault.cmd import meditation
from snapfault.cmd import start

THREADS = 8  #: requests answered at once; most of one is waiting


def main() -> int:
    """Serve and work until SIGTERM or SIGINT."""
    return start.run(_serve)


def _serve(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.configure(arguments)
    meditation.attach(conf)
    opened = database.connect(conf)
    notify.attach(conf, opened)
    doors = assemble.sessions(conf, opened)
    transport = rpc.connect(conf, default=rpc.IN_PROCESS)
    application = assemble.application(
        conf, opened, doors, rpc.waker(transport)
    )
    server = waitress.server.create_server(
        application,
        host=conf.api.host,
        port=conf.api.port,
        threads=THREADS,
        ident=None,
        # Whether to believe a proxy is for oslo.middleware to say.
        clear_untrusted_proxy_headers=False,
    )
    worker = background.Background(
        conf, opened, assemble.cloud(conf, doors), transport
    )
    with worker:
        server.run()
    server.close()
    opened.close()
    return int(worker.has_failed)
