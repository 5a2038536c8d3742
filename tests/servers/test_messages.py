"""Messages on a real broker: lost, doubled, stale ones do no harm."""

import contextlib
import signal
import threading
import time

import oslo_messaging
import pytest

from snapfault import rpc
from tests.functional import test_cmd
from tests.functional import test_rpc
from tests.servers import rabbitmq

LONG = 60  #: seconds; a broker that comes back is found again within
synced = test_cmd.synced


@pytest.fixture(scope='module')
def broker(tmp_path_factory):
    with rabbitmq.running(tmp_path_factory.mktemp('broker')) as running:
        yield running


@pytest.fixture
def transport(broker, tmp_path):
    url = f'transport_url = {broker.url}'
    made = rpc.connect(test_rpc.configure(tmp_path, url))
    yield made
    made.cleanup()


@contextlib.contextmanager
def _two(transport):
    """Have two workers listen."""
    heard = threading.Event(), threading.Event()
    with (
        rpc.listening(transport, 'worker-1', heard[0].set),
        rpc.listening(transport, 'worker-2', heard[1].set),
    ):
        yield heard


def _wake_until(wake, heard):
    """Wake again and again, as whatever falls due does, until both hear."""
    end = time.monotonic() + LONG
    while not all(each.is_set() for each in heard):
        assert time.monotonic() < end, 'nobody was woken'
        wake()
        heard[0].wait(0.2)
    for each in heard:
        each.clear()


def _cast(transport, version, method, **arguments):
    """Send what some other release may send."""
    target = oslo_messaging.Target(
        topic=rpc.TOPIC, fanout=True, version=version
    )
    client = oslo_messaging.get_rpc_client(transport, target)
    client.cast({}, method, **arguments)


def test_strange_and_doubled_messages_do_no_harm(transport):
    wake = rpc.waker(transport)
    with _two(transport) as heard:
        _wake_until(wake, heard)
        _cast(transport, '9.9', 'wake')
        _cast(transport, '1.0', 'rebuild', server_id='web')
        _cast(transport, '1.0', 'wake', task_id='of long ago')
        for _ in range(200):
            _cast(transport, '1.0', 'wake')
        _wake_until(wake, heard)


def test_a_broker_that_dies_costs_messages_and_nothing_else(transport, broker):
    wake = rpc.waker(transport)
    with _two(transport) as heard:
        _wake_until(wake, heard)
        broker.kill()
        begun = time.monotonic()
        wake()  # it is lost, and does not wait
        assert time.monotonic() - begun < 1
        broker.start(broker.answers)
        _wake_until(wake, heard)


@pytest.mark.parametrize('state', ['answers', 'hangs', 'is down'])
def test_a_worker_ends_at_once_whatever_its_broker_does(broker, synced, state):
    synced.edit('[DEFAULT]', f'[DEFAULT]\ntransport_url = {broker.url}')
    with synced.running('snapfault-worker') as process:
        test_cmd.until(lambda: 'is at work' in synced.log(), process)
        if state == 'hangs':
            broker.signal(signal.SIGSTOP)
        elif state == 'is down':
            broker.kill()
        try:
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(test_cmd.LONG) == 0
            took = time.monotonic() - begun
        finally:
            if state == 'hangs':
                broker.signal(signal.SIGCONT)
            elif state == 'is down':
                broker.start(broker.answers)
    assert took < 15
