"""The one place that waits."""

from collections import abc
import time
import typing

Result = typing.TypeVar('Result')


def until(
    probe: abc.Callable[[], Result], seconds: float, pause: float = 0.1
) -> Result:
    """Ask again and again until the answer is true.

    Gives that answer; when time is up, the last one.
    """
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(pause)
