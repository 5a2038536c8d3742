"""The cloud's own ids of what it was asked, for who wants to keep them.

An operator finds by such an id what Nova and Cinder logged of a request.
The changes of the port give none back: most who ask have no use for them.
Who has collects them, and those of the thread's own changes alone come in.
"""

import collections.abc
import contextlib
import threading

_LOCAL = threading.local()


@contextlib.contextmanager
def collected() -> collections.abc.Iterator[list[str]]:
    """Collect the ids of the changes this thread asks for in the block.

    :returns: a list that fills, in the order of asking; refused ones too
    """
    outer = getattr(_LOCAL, 'ids', None)
    ids: list[str] = []
    _LOCAL.ids = ids
    try:
        yield ids
    finally:
        _LOCAL.ids = outer


def note(request_id: str | None) -> None:
    """Add an id where somebody collects them."""
    ids = getattr(_LOCAL, 'ids', None)
    if ids is not None and request_id:
        ids.append(request_id)
