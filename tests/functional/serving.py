"""A server of HTTP in a thread of the tests' own."""

import contextlib
import threading

from snapfault.cmd import serve

LARGEST = 1000  #: bytes of a body


@contextlib.contextmanager
def running(application):
    """Serve an application; gives the server, and ends it after."""
    server = serve.make_server(application, '127.0.0.1', 0, LARGEST)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield server
    finally:
        # Its own thread closes it, and the pipe that wakes that thread as
        # well: with the lock it does so after it was woken.
        with server.trigger.lock:
            server.trigger.thunks.append(server.close)
            server.trigger.pull_trigger()
