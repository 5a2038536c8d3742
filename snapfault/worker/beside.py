"""Threads beside the worker's loop, which end with it."""

import collections.abc
import contextlib
import threading
import typing


def begin(
    stack: contextlib.ExitStack,
    target: collections.abc.Callable[..., None],
    name: str,
    *arguments: typing.Any,
) -> None:
    """Run something in a thread; the stack waits for its end."""
    thread = threading.Thread(target=target, name=name, args=arguments)
    thread.start()
    stack.callback(thread.join)
