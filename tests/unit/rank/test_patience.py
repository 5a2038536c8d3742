"""How long ranking waits for measures."""

import threading

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.rank import patience
from tests import build

CPU = rules.Metric('cpu_util')
FOUND = {'server-1': {CPU: model.Measure(5.0, build.NOW)}}


class Service:
    """A metric service; each reading waits until it is let go."""

    def __init__(self, answer=FOUND):
        self.answer = answer
        self.let_go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.readings = 0

    def read(self, server_ids, metrics):
        self.readings += 1
        self.begun.release()
        assert self.let_go.wait(60)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def read(patient):
    return patient.read(['server-1'], [CPU])


def threads():
    return {each for each in threading.enumerate() if each.name == 'measures'}


def test_in_time():
    service = Service()
    service.let_go.set()
    patient = patience.Patient(service.read, 60.0)
    assert [read(patient) for _ in range(3)] == [FOUND] * 3
    assert service.readings == 3


@pytest.mark.parametrize(
    'error',
    [errors.CloudUnavailable('503'), KeyError('odd'), SystemExit(1)],
)
def test_what_a_reading_raises_is_raised(error):
    service = Service(error)
    service.let_go.set()
    patient = patience.Patient(service.read, 60.0)
    for _once_and_again in range(2):
        with pytest.raises(type(error)):
            read(patient)


def test_a_late_reading_is_left_alone_and_is_the_only_one():
    before = threads()
    service = Service()
    patient = patience.Patient(service.read, 0.05)
    with pytest.raises(errors.CloudUnavailable, match='no measures within'):
        read(patient)
    for _ in range(5):
        with pytest.raises(errors.CloudUnavailable, match='has not ended'):
            read(patient)
    (thread,) = threads() - before
    assert service.readings == 1
    # once it ends, the next one is read
    service.let_go.set()
    thread.join(60)
    patient = patience.Patient(service.read, 60.0)
    assert read(patient) == FOUND
    assert service.readings == 2


def test_several_wait_their_turn():
    service = Service()
    patient = patience.Patient(service.read, 60.0)
    found = []
    askers = [
        threading.Thread(target=lambda: found.append(read(patient)))
        for _ in range(4)
    ]
    for each in askers:
        each.start()
    assert service.begun.acquire(timeout=60)
    assert service.readings == 1
    service.let_go.set()
    for each in askers:
        each.join(60)
    assert found == [FOUND] * 4
    assert service.readings == 4


def test_no_patience_at_all():
    service = Service()
    with pytest.raises(errors.CloudUnavailable):
        read(patience.Patient(service.read, 0.0))
    service.let_go.set()


def test_no_thread_is_left(monkeypatch):
    service = Service()
    service.let_go.set()
    patient = patience.Patient(service.read, 60.0)
    # why a mock: a machine without threads is none to test on
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, 'start', _no_more)
        for _once_and_again in range(2):
            with pytest.raises(errors.CloudUnavailable, match='new thread'):
                read(patient)
    assert read(patient) == FOUND


def _no_more(self):
    raise RuntimeError("can't start new thread")
