"""Nova's versioned notifications, over oslo.messaging's in-memory bus."""

import datetime
import logging
import threading

from oslo_config import cfg
import oslo_messaging
import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
import snapfault.conf
from snapfault.db import evidence
from snapfault.worker import hearing
from tests import build

LONG = 20  #: seconds that nothing here takes
LASTS = datetime.timedelta(minutes=5)


def _conf(tmp_path, text='', notifications=True):
    file = tmp_path / 'snapfault.conf'
    file.write_text(
        f'[DEFAULT]\ncontrol_exchange = nova\n{text}\n'
        f'[watch]\nnotifications = {notifications}\n'
    )
    conf = cfg.ConfigOpts()
    snapfault.conf.register_opts(conf)
    conf([], project='snapfault', default_config_files=[str(file)])
    return conf


def _payload(server_id, request_id='req-theirs', project_id=build.PROJECT):
    """Give what Nova sends of an action that failed, in part."""
    return {
        'nova_object.name': 'InstanceActionPayload',
        'nova_object.namespace': 'nova',
        'nova_object.version': '1.8',
        'nova_object.data': {
            'uuid': server_id,
            'tenant_id': project_id,
            'state': 'error',
            'request_id': request_id,
            'fault': {
                'nova_object.name': 'ExceptionPayload',
                'nova_object.data': {
                    'exception': 'UnsupportedVirtType',
                    'exception_message': 'virt type\nis not supported',
                },
            },
        },
    }


def _task_payload(server_id):
    """Give what the conductor sends, in part."""
    return {
        'nova_object.name': 'ComputeTaskPayload',
        'nova_object.data': {
            'instance_uuid': server_id,
            'state': 'error',
            'reason': {
                'nova_object.data': {'exception_message': 'no valid host'}
            },
        },
    }


@pytest.fixture
def heard(stage):
    """Give what hears, and counts how often it woke a worker."""
    woken = []
    made = hearing.Endpoint(
        stage.database, LASTS, lambda: woken.append(1), lambda: stage.now
    )
    made.woken = woken
    return made


def _tell(stage, heard, payload, event='instance.rebuild.error', at=None):
    sent = (at or stage.now).replace(tzinfo=None)
    heard.error(
        {}, 'nova-compute:host', event, payload, {'timestamp': str(sent)}
    )


def _said(stage):
    found = evidence.current(
        stage.database, [stage.protection().id], stage.now
    )
    return found.get(stage.protection().id, [])


def test_a_failed_action_is_kept_and_wakes_a_worker(stage, heard):
    _tell(stage, heard, _payload(stage.servers['shop'].id))
    (said,) = _said(stage)
    assert said.source is model.Source.NOTIFICATION
    assert said.finding == 'instance.rebuild.error'
    assert said.detail == (
        'Nova says instance.rebuild.error: virt type is not supported'
    )
    assert said.expires_at == stage.now + LASTS
    assert len(heard.woken) == 1


def test_a_failed_task_of_the_conductor_too(stage, heard):
    event = 'compute_task.rebuild_server.error'
    _tell(stage, heard, _task_payload(stage.servers['shop'].id), event)
    (said,) = _said(stage)
    assert said.detail == f'Nova says {event}: no valid host'


def test_nothing_is_done_because_of_one(stage, heard):
    stage.run()
    for _ in range(20):
        _tell(stage, heard, _payload(stage.servers['shop'].id))
        stage.watch()
    assert stage.recoveries() == []


def test_servers_that_are_not_protected_are_nobodys_business(stage, heard):
    _tell(stage, heard, _payload('another'))
    theirs = _payload(stage.servers['shop'].id, project_id='project-b')
    _tell(stage, heard, theirs)
    assert _said(stage) == []
    assert heard.woken == []


def test_what_comes_late_is_old_news(stage, heard):
    late = stage.now - LASTS - datetime.timedelta(seconds=1)
    _tell(stage, heard, _payload(stage.servers['shop'].id), at=late)
    assert _said(stage) == []


def test_what_a_recovery_of_ours_causes_is_let_go(stage, heard):
    payload = _payload(stage.servers['shop'].id)
    stage.run()
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    _tell(stage, heard, payload)
    stage.recover()
    _tell(stage, heard, payload)
    assert _said(stage) == []
    stage.wait(minutes=3)
    _tell(stage, heard, payload)
    assert len(_said(stage)) == 1


def test_what_we_asked_for_is_ours_however_late_it_fails(stage, heard):
    stage.run()
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    stage.recover()
    (ended,) = stage.recoveries()
    asked = [each for step in ended.steps for each in step.request_ids]
    assert asked
    stage.wait(minutes=3)
    for request_id in asked:
        _tell(stage, heard, _payload(stage.servers['shop'].id, request_id))
    assert _said(stage) == []


@pytest.mark.parametrize(
    ('payload', 'metadata'),
    [
        (None, {}),
        ('text', {}),
        ([], {}),
        ({}, {}),
        ({'nova_object.data': None}, {}),
        ({'nova_object.data': []}, {}),
        ({'nova_object.data': {}}, {}),
        ({'nova_object.data': {'uuid': 5}}, {}),
        ({'nova_object.data': {'uuid': ['x']}}, {}),
        ({'nova_object.data': {'uuid': 'x'}}, None),
        ({'nova_object.data': {'uuid': 'x'}}, {}),
        ({'nova_object.data': {'uuid': 'x'}}, {'timestamp': 'noon'}),
        ({'nova_object.data': {'uuid': 'x'}}, {'timestamp': 5}),
        (
            {'nova_object.data': {'uuid': 'x', 'fault': 'bad'}},
            {'timestamp': '2026-03-01 12:00:00'},
        ),
    ],
)
def test_what_makes_no_sense_is_let_go_with_a_line_in_the_log(
    stage, heard, caplog, payload, metadata
):
    heard.error({}, 'nova-compute:host', 'instance.x.error', payload, metadata)
    assert 'makes no sense' in caplog.text
    assert _said(stage) == []


def test_a_database_that_is_away_ends_nothing(stage, heard, caplog):
    with stage.database.writer() as session:
        session.connection().exec_driver_sql('DROP TABLE evidence')
    _tell(stage, heard, _payload(stage.servers['shop'].id))
    assert 'was not heard' in caplog.text


def test_over_the_bus(tmp_path, stage):
    conf = _conf(tmp_path, 'transport_url = fake:/')
    stage.now = clock.now()
    woken = threading.Event()
    listener = hearing.make(conf, stage.database, woken.set)
    transport = oslo_messaging.get_notification_transport(conf)
    nova = oslo_messaging.Notifier(
        transport,
        'nova-compute:host',
        driver='messagingv2',
        topics=[hearing.TOPIC],
    )
    payload = _payload(stage.servers['shop'].id)
    with hearing.listening(listener):
        while not woken.is_set():
            nova.info({}, 'instance.rebuild.start', payload)
            nova.error({}, 'libvirt.connect.error', payload)
            nova.error({}, 'instance.rebuild.error', {'broken': True})
            nova.error({}, 'instance.rebuild.error', payload)
            woken.wait(0.2)
    assert {each.finding for each in _said(stage)} == {
        'instance.rebuild.error'
    }


def test_not_wanted_nothing_is_listened_to(tmp_path, stage):
    conf = _conf(tmp_path, notifications=False)
    listener = hearing.make(conf, stage.database, lambda: None)
    assert listener is None
    with hearing.listening(listener):
        pass


def test_wanted_without_a_bus_it_is_said_so(tmp_path, stage):
    with pytest.raises(errors.InvalidInput, match='transport_url'):
        hearing.make(_conf(tmp_path), stage.database, lambda: None)


def test_a_bus_that_is_down_keeps_nothing(tmp_path, stage, caplog):
    caplog.set_level(logging.CRITICAL)
    conf = _conf(tmp_path, 'transport_url = rabbit://a:b@127.0.0.1:1/')
    listener = hearing.make(conf, stage.database, lambda: None)
    with hearing.listening(listener):
        is_entered = True
    assert is_entered
