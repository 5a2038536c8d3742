"""Try reads again while a service is away."""

import collections.abc
import typing

import tenacity

from snapfault import errors

#: A read is tried at most so often, however quickly the answers come.
ATTEMPTS: typing.Final = 5

Answer = typing.TypeVar('Answer')


def read(
    deadline: float, function: collections.abc.Callable[[], Answer]
) -> Answer:
    """Call a function that changes nothing, until it is answered.

    :param deadline: seconds after which no further attempt is begun
    :raises CloudUnavailable: the last attempt's
    """
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(errors.CloudUnavailable),
        wait=tenacity.wait_random_exponential(multiplier=0.25, max=5),
        stop=tenacity.stop_after_delay(deadline)
        | tenacity.stop_after_attempt(ATTEMPTS),
        reraise=True,
    )(function)
