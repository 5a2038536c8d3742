"""Messages and news on a real broker: whatever becomes of them, no harm."""

import contextlib
import signal
import socket
import threading
import time

import oslo_messaging
import pytest

from snapfault import model
from snapfault import notify
from snapfault import rpc
from snapfault.db import recoveries
from tests.functional import stage as stages
from tests.functional import test_cmd
from tests.functional import test_notify
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


class _Heard(list):
    """Listens to notifications, as any program of the operator's may."""

    def _note(self, level):
        def note(_context, publisher, event, payload, _metadata):
            self.append((level, publisher, event, payload))

        return note

    def __getattr__(self, name):
        if name not in ('info', 'warn', 'error'):
            raise AttributeError(name)
        return self._note(name)


@contextlib.contextmanager
def _heard(conf):
    """Have one listen; gives what it has heard so far."""
    heard = _Heard()
    transport = oslo_messaging.get_notification_transport(conf)
    listener = oslo_messaging.get_notification_listener(
        transport,
        [oslo_messaging.Target(topic='notifications')],
        [heard],
        executor='threading',
    )
    listener.start()
    try:
        yield heard
    finally:
        listener.stop()
        listener.wait()
        transport.cleanup()


@pytest.fixture
def told(broker, tmp_path):
    """Give a stage whose news go to the broker, and the configuration."""
    conf = test_notify.configure(
        tmp_path, f'driver = messagingv2\ntransport_url = {broker.url}'
    )
    stage = stages.Stage(tmp_path)
    stage.protect()
    notify.attach(conf, stage.database)
    yield stage, conf
    stage.database.close()


def _fail_a_recovery(stage):
    """Move a recovery to its end."""
    asked = stage.ask_for_recovery()
    held = recoveries.claim(stage.database, asked, 'w', stage.now, stage.now)
    recoveries.finish(
        stage.database, held, model.RecoveryStatus.FAILED, 'so', stage.now
    )
    return asked


def test_each_move_is_told_to_who_listens_to_the_broker(told):
    stage, conf = told
    with _heard(conf) as heard:
        asked = _fail_a_recovery(stage)
        _eventually(lambda: len(heard) == 3)
    assert [(level, event) for level, _, event, _ in heard] == [
        ('info', 'recovery.waiting'),
        ('info', 'recovery.running'),
        ('error', 'recovery.failed'),
    ]
    _, publisher, _, payload = heard[-1]
    assert publisher == f'snapfault.{socket.gethostname()}'
    assert payload == {
        'recovery_id': asked.id,
        'project_id': asked.project_id,
        'protection_id': asked.protection_id,
        'business_id': 'shop',
        'server_id': asked.server_id,
        'status': 'failed',
        'reason': 'so',
        'at': stage.now.isoformat(),
    }


@pytest.mark.parametrize('was_there', [True, False])
def test_a_broker_that_is_down_holds_no_move_up(told, broker, was_there):
    """It comes back only after the moves; the next are told then."""
    stage, conf = told
    if was_there:
        with _heard(conf) as heard:
            _fail_a_recovery(stage)
            _eventually(lambda: len(heard) == 3)
    broker.kill()
    try:
        asked = _fail_a_recovery(stage)
        assert asked.id in [each.id for each in stage.recoveries()]
        assert {each.status for each in stage.recoveries()} == {
            model.RecoveryStatus.FAILED
        }
    finally:
        broker.start(broker.answers)
    with _heard(conf) as heard:
        told_of = ('recovery.failed', _fail_a_recovery(stage).id)
        _eventually(
            lambda: told_of in [(e, at['recovery_id']) for *_, e, at in heard]
        )


def _eventually(true):
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


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
