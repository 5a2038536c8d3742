"""Notifications go out where the operator wants them, and harm nothing."""

import threading
import time

from oslo_config import cfg
import oslo_messaging
from oslo_messaging.notify import _impl_test
import pytest

from snapfault import model
from snapfault import notify
from snapfault.db import recoveries
from tests.functional import rehearsal

LONG = 20  #: seconds that nothing here takes
RUN = 'recovery.running'


def configure(tmp_path, text):
    """Read a configuration with some text about notifications."""
    file = tmp_path / 'snapfault.conf'
    file.write_text(
        '[DEFAULT]\ntransport_url = fake:/\n'
        f'[oslo_messaging_notifications]\n{text}\n'
    )
    conf = cfg.ConfigOpts()
    conf([], project='snapfault', default_config_files=[str(file)])
    return conf


@pytest.fixture
def sent():
    """Give what the driver ``test`` was handed."""
    _impl_test.reset()
    yield _impl_test.NOTIFICATIONS
    _impl_test.reset()


def eventually(what):
    """Wait until something is true."""
    until = time.monotonic() + LONG
    while not what():
        assert time.monotonic() < until
        threading.Event().wait(0.01)


def test_each_move_is_sent_after_its_commit(stage, tmp_path, sent):
    notify.attach(configure(tmp_path, 'driver = test'), stage.database)
    asked = stage.ask_for_recovery()
    held = recoveries.claim(stage.database, asked, 'w', stage.now, stage.now)
    recoveries.finish(
        stage.database, held, model.RecoveryStatus.FAILED, 'so', stage.now
    )
    eventually(lambda: len(sent) == 3)
    told = [(each[1]['event_type'], each[2]) for each in sent]
    assert told == [
        ('recovery.waiting', 'INFO'),
        (RUN, 'INFO'),
        ('recovery.failed', 'ERROR'),
    ]
    assert sent[-1][1]['payload'] == {
        'recovery_id': asked.id,
        'project_id': asked.project_id,
        'protection_id': asked.protection_id,
        'business_id': 'shop',
        'server_id': asked.server_id,
        'status': 'failed',
        'reason': 'so',
        'at': stage.now.isoformat(),
    }
    assert sent[-1][1]['publisher_id'].startswith('snapfault.')


def test_points_are_told_of_too(stage, tmp_path, sent):
    notify.attach(configure(tmp_path, 'driver = test'), stage.database)
    stage.run()
    eventually(lambda: sent)
    (told,) = [each[1] for each in sent]
    assert told['event_type'] == 'recovery_point.good'
    assert told['payload']['recovery_point_id'] == stage.good()[0].id


def test_the_end_of_a_drill_is_told(stage):
    stage.run()
    heard = []
    stage.database.listeners.append(heard.append)
    asked = rehearsal.ask(stage)
    rehearsal.rehearse(stage)
    (told,) = [each for each in heard if each.event.startswith('drill.')]
    assert told.event == 'drill.done'
    assert told.payload['drill_id'] == asked.id


@pytest.mark.parametrize('text', ['', 'driver ='])
def test_off_unless_a_driver_is_named(stage, tmp_path, text):
    notify.attach(configure(tmp_path, text), stage.database)
    assert stage.database.listeners == []


def test_what_cannot_be_sent_harms_nothing(
    stage, tmp_path, caplog, monkeypatch
):
    """The driver is another's code: this stands for its broker's end."""

    def refuse(*_args, **_kwargs):
        raise OSError('no broker')

    monkeypatch.setattr(oslo_messaging.Notifier, 'info', refuse)
    notify.attach(configure(tmp_path, 'driver = test'), stage.database)
    asked = stage.ask_for_recovery()
    eventually(lambda: 'no broker' in caplog.text)
    assert stage.recoveries() == [asked]


def test_a_broker_that_hangs_makes_nobody_wait(
    stage, tmp_path, monkeypatch, caplog
):
    """What waits for it is bounded."""
    hung = threading.Event()
    monkeypatch.setattr(
        oslo_messaging.Notifier, 'info', lambda *_, **__: hung.wait(LONG)
    )
    monkeypatch.setattr(notify, 'WAITING', 3)
    notify.attach(configure(tmp_path, 'driver = test'), stage.database)
    (tell,) = stage.database.listeners
    news = model.News('recovery.done', model.Level.INFO, 'done', {})
    for _ in range(6):
        tell(news)
    hung.set()
    assert 'too many wait' in caplog.text
