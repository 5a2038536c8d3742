"""A clock that is set keeps no request waiting."""

import threading
import time

from keystoneauth1 import adapter
from keystoneauth1 import session
import pytest
import requests

from snapfault import steady

HOUR = 3600


class _Answers(requests.Session):
    """Answers everything, without a network."""

    def request(self, *_args, **_options):
        """Answer."""
        answer = requests.Response()
        answer.status_code = 200
        return answer


def _asked(**limits):
    """Give what asks, by an adapter that is made now."""
    made = adapter.Adapter(session.Session(session=_Answers()), **limits)
    return lambda: made.get('http://nova/')


def _answered(ask, patience):
    """Say whether it is answered in so many seconds."""
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience)
    return not thread.is_alive()


@pytest.fixture
def hour_back(monkeypatch):
    """Have the clock set back once what asks is made."""
    real = time.time
    steady.wait_for_no_clock()

    def step():
        monkeypatch.setattr(time, 'time', lambda: real() - HOUR)

    return step


def test_a_clock_set_back_keeps_no_request_waiting(hour_back):
    """keystoneauth would sleep until the clock is where it was."""
    ask = _asked()
    hour_back()
    assert _answered(ask, 20)


def test_a_limited_rate_is_kept_and_its_clock_heeded():
    ask = _asked(rate_limit=20)
    began = time.monotonic()
    steady.wait_for_no_clock()
    for _ in range(3):
        ask()
    assert time.monotonic() - began >= 0.1


def test_it_is_so_but_once():
    steady.wait_for_no_clock()
    before = adapter._fair_semaphore.FairSemaphore._wait_for_execution
    steady.wait_for_no_clock()
    after = adapter._fair_semaphore.FairSemaphore._wait_for_execution
    assert after is before
