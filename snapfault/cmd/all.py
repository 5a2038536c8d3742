"""``snapfault-all``: API and worker in one process, for one machine."""

import collections.abc

from snapfault import notify
from snapfault import rpc
from snapfault.cmd import assemble
from snapfault.cmd import background
from snapfault.cmd import database
from snapfault.cmd import meditation
from snapfault.cmd import serve
from snapfault.cmd import start


def main() -> int:
    """Serve and work until SIGTERM or SIGINT."""
    return start.run(_serve)


def _serve(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.configure(arguments)
    meditation.attach(conf)
    opened = database.connect(conf)
    notify.attach(conf, opened)
    doors = assemble.sessions(conf, opened)
    transport = rpc.connect(conf)
    worker = background.Background(
        conf, opened, assemble.cloud(conf, doors), transport
    )
    application = assemble.application(
        conf, opened, doors, rpc.waker(transport, worker.wake)
    )
    server = serve.make_server(
        application,
        conf.api.host,
        conf.api.port,
        conf.oslo_middleware.max_request_body_size,
    )
    with worker:
        server.run()
    server.close()
    opened.close()
    return int(worker.has_failed)
