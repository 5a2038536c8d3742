"""SIGHUP: go on by what the configuration files say now."""

import collections.abc
import contextlib
import logging
import os
import signal
import threading
import typing

LOG = logging.getLogger(__name__)

AGAIN: typing.Final = b'r'
END: typing.Final = b'e'


@contextlib.contextmanager
def on_signal(
    act: collections.abc.Callable[[], None],
) -> collections.abc.Iterator[None]:
    """Do something at each SIGHUP until the end of the block.

    A thread does it. The handler, which may interrupt itself and whatever
    holds a lock, only writes a byte into a pipe.
    """
    told, tell = os.pipe()

    def listen() -> None:
        while os.read(told, 1) == AGAIN:
            try:
                act()
            except Exception:
                LOG.exception('The configuration stays as it was')

    thread = threading.Thread(target=listen, name='reload', daemon=True)
    thread.start()
    before = signal.signal(
        signal.SIGHUP, lambda number, frame: os.write(tell, AGAIN) and None
    )
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
        os.write(tell, END)
        thread.join()
        os.close(told)
        os.close(tell)
