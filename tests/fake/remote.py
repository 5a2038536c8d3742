"""The fake for worker processes: one cloud, asked over a socket.

Each thread of each process has a connection of its own, and the process
that owns the cloud a thread for each, so that what takes time takes it for
all of them at once.
"""

import contextlib
import functools
import inspect
import multiprocessing.connection
import threading

from snapfault import errors


class Remote:
    """The cloud, or with a delegation a project of it, as a worker has it."""

    def __init__(self, address, delegation=None):
        """Describe it; each thread connects when it first asks."""
        self._address = address
        self._delegation = delegation
        self._mine = threading.local()

    def project(self, delegation):
        """Give the view of a project."""
        return Remote(self._address, delegation)

    def __getattr__(self, name):
        """Ask for whatever it is."""
        if name.startswith('_'):
            raise AttributeError(name)
        return functools.partial(self._ask, name)

    def _ask(self, name, *args, **kwargs):
        if not hasattr(self._mine, 'connection'):
            client = multiprocessing.connection.Client(self._address)
            self._mine.connection = client
        self._mine.connection.send((self._delegation, name, args, kwargs))
        answer, error = self._mine.connection.recv()
        if error is not None:
            raise error
        return answer


@contextlib.contextmanager
def serving(cloud, address):
    """Answer for a fake cloud until the block ends.

    :param address: of a socket that is made for it
    """
    with multiprocessing.connection.Listener(address, backlog=64) as listener:
        stop = threading.Event()
        thread = threading.Thread(
            target=_accept, args=(listener, cloud, stop), daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            multiprocessing.connection.Client(address).close()
            thread.join()


def _accept(listener, cloud, stop):
    while not stop.is_set():
        connection = listener.accept()
        threading.Thread(
            target=_answer, args=(connection, cloud), daemon=True
        ).start()


def _answer(connection, cloud):
    """Answer one thread of one worker for as long as it asks."""
    with connection, contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(_answered(cloud, *connection.recv()))


def _answered(cloud, delegation, name, args, kwargs):
    asked = cloud if delegation is None else cloud.project(delegation)
    try:
        answer = getattr(asked, name)(*args, **kwargs)
    except errors.SnapfaultError as error:
        return None, error
    return list(answer) if inspect.isgenerator(answer) else answer, None
