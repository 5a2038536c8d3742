"""Do not wait for measures longer than the operator has patience."""

from collections import abc
import concurrent.futures
import threading
import time

from snapfault import errors
from snapfault import model
from snapfault import rules

#: Reads the newest measures of servers: ``read_measures`` of a cloud.
Read = abc.Callable[
    [abc.Collection[str], abc.Collection[rules.Metric]],
    abc.Mapping[str, model.Measures],
]


class Patient:
    """Reads measures in a thread of its own, and goes on when it is late.

    Whatever the metric service does, hang or answer a byte a minute: a
    reading can be left alone, but not broken off. So as long as one that is
    late has not ended no other begins, and there is never more than one
    thread. What comes late is dropped: the tasks it was for have begun.
    """

    def __init__(self, read: Read, patience: float) -> None:
        """Read by ``read``, within ``patience`` seconds."""
        self._read = read
        self._patience = patience
        self._busy = threading.Lock()
        self._late_at = 0.0  #: when the reading under way is late

    def read(
        self,
        server_ids: abc.Collection[str],
        metrics: abc.Collection[rules.Metric],
    ) -> abc.Mapping[str, model.Measures]:
        """Give the measures, or say in time that there are none.

        Several threads may ask; each waits its turn, no longer than the one
        whose turn it is may take.

        :raises CloudUnavailable: they are late, or an earlier reading still
            has not ended
        """
        now = time.monotonic()
        until = now + self._patience
        turn = max(0.0, min(until, self._late_at) - now)
        if not self._busy.acquire(timeout=turn):
            raise errors.CloudUnavailable(
                'an earlier reading of measures has not ended'
            )
        self._late_at = until
        answer = self._start(server_ids, metrics)
        try:
            return answer.result(max(0.0, until - time.monotonic()))
        except concurrent.futures.TimeoutError as error:
            raise errors.CloudUnavailable(
                f'no measures within {self._patience:g} s'
            ) from error

    def _start(
        self,
        server_ids: abc.Collection[str],
        metrics: abc.Collection[rules.Metric],
    ) -> 'concurrent.futures.Future[abc.Mapping[str, model.Measures]]':
        answer: concurrent.futures.Future[abc.Mapping[str, model.Measures]] = (
            concurrent.futures.Future()
        )

        def run() -> None:
            try:
                found = self._read(server_ids, metrics)
            except BaseException as error:  # noqa: BLE001 - for who waits
                self._busy.release()
                answer.set_exception(error)
            else:
                self._busy.release()
                answer.set_result(found)

        # a process that ends does not wait for it
        thread = threading.Thread(target=run, name='measures', daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine has no more threads
            self._busy.release()
            answer.set_exception(errors.CloudUnavailable(str(error)))
        return answer
