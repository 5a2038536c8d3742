"""A service's process: its API and its RPC services, as threads.

``python -m tests.minicloud.inside.worker SERVICE SOCKET``, where SOCKET is
the number of an inherited socket that already listens.
"""

import importlib
import os
import signal
import socket
import sys

from tests.minicloud import layout
from tests.minicloud.inside import hooks

#: Enough for a service to wait for another that asks it back.
THREADS = 6


def cloud() -> layout.Cloud:
    """Give the cloud this process belongs to."""
    return layout.load(os.environ['MINICLOUD_STATE'])


def _use_threads() -> None:
    """Choose native threads, before anything could choose eventlet."""
    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = '1'
    os.environ['OS_CINDER_DISABLE_EVENTLET_PATCHING'] = '1'
    from oslo_service import backend

    backend.init_backend(backend.BackendType.THREADING)


def _exit(number: int, frame: object) -> None:
    # the databases survive it, and a clean stop takes seconds
    os._exit(0)


def serve(service: str, listener: socket.socket) -> None:
    """Run the service until a signal ends it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)
    if service != 'nova':  # which must choose by itself, and first
        _use_threads()
    module = importlib.import_module(
        f'tests.minicloud.inside.{service}_process'
    )
    application = module.application(cloud())
    import waitress

    server = waitress.create_server(
        hooks.FaultMiddleware(application, service),
        sockets=[listener],
        threads=THREADS,
        channel_timeout=300,
        max_request_body_size=1 << 33,
        ident=None,
    )
    module.start_services()
    # some of them installed handlers of their own
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)
    server.run()


if __name__ == '__main__':
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
