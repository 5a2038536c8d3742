"""Ask the cloud for several things at once."""

import collections.abc
import concurrent.futures
import typing

_Answer = typing.TypeVar('_Answer')


def ask(
    calls: concurrent.futures.Executor | None,
    read: collections.abc.Callable[[], _Answer],
) -> collections.abc.Callable[[], _Answer]:
    """Begin to read, and give what waits for the answer.

    :param calls: None: it is read when the answer is wanted, and not before
    """
    return read if calls is None else calls.submit(read).result
