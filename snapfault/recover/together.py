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


def wait(
    asked: collections.abc.Collection[concurrent.futures.Future[typing.Any]],
) -> None:
    """Wait for all, whatever they come to; errors stay with them.

    What is no error but the end of the process ends the waiting one, too.
    """
    concurrent.futures.wait(asked)
    for each in asked:
        if not isinstance(each.exception(), Exception | None):
            each.result()  # raises
