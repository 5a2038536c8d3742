"""Have no request wait for the time of day where no rate is limited.

Every request of a keystoneauth adapter waits for its turn until a moment of
``time.time()``, also where no rate is limited and each may go at once. On a
machine whose clock is set back by an hour all requests of a process would
wait an hour; its leases are renewed meanwhile, so that nobody takes over.
"""

import functools
import typing

from keystoneauth1 import _fair_semaphore

_Semaphore: typing.TypeAlias = _fair_semaphore.FairSemaphore


def wait_for_no_clock() -> None:
    """Have requests whose rate is not limited go at once."""
    wait = _Semaphore._wait_for_execution
    if hasattr(wait, '__wrapped__'):
        return  # it is so already

    @functools.wraps(wait)
    def wait_if_limited(self: _Semaphore, execution_time: float) -> None:
        if self._rate_delay:
            wait(self, execution_time)

    _Semaphore._wait_for_execution = wait_if_limited
