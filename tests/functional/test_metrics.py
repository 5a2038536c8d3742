"""Metrics, from rows to the port that Prometheus asks."""

import dataclasses
import datetime
import http.client
import socket
import threading

from prometheus_client import parser
import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault.cmd import start
from snapfault.cycle import vouch
from snapfault.db import protections
from snapfault.db import workers
from snapfault.metrics import read
from snapfault.metrics import serving
from tests import build
from tests.functional import stage as stages
from tests.functional.db import test_workers

HOUR = datetime.timedelta(hours=1)
CHOSEN = read.Settings(limits=stages.LIMITS, cache=15, window=HOUR, worst=1)


@pytest.fixture
def stage(tmp_path):
    """Give a stage with two services, whose policy has an RPO."""
    made = stages.Stage(tmp_path, rpo=1800)
    made.protect()
    made.protect('bank')
    yield made
    made.database.close()


def _page(stage, **changes):
    chosen = dataclasses.replace(CHOSEN, **changes)
    return read.Page(stage.database, chosen, lambda: stage.now)


def _samples(stage, **changes):
    """Give all samples by name and values of the labels."""
    text = _page(stage, **changes).text().decode()
    return {
        (each.name.removeprefix('snapfault_'), *each.labels.values()): each
        for family in parser.text_string_to_metric_families(text)
        for each in family.samples
    }


def _values(stage, **changes):
    return {k: v.value for k, v in _samples(stage, **changes).items()}


def test_a_life_in_numbers(stage):
    stage.tick()
    stage.run()
    stage.cloud.fail('create_snapshot', stages.UNAVAILABLE, times=None)
    stage.run('bank', ticks=60)
    found = _values(stage)
    assert found['tasks_ended', 'done'] == 1
    assert found['tasks_ended_seconds', 'done'] > 0
    assert (
        found['tasks_ended_longest_seconds', 'done']
        == found['tasks_ended_seconds', 'done']
    )
    assert found['recovery_points', 'good'] == 1
    assert found['recovery_points_completed', 'good'] == 1
    assert found['snapshots_completed',] == 2
    assert found['protections', 'active'] == 2
    assert found['protections', 'orphaned'] == 0
    assert found['protections_without_point',] == 1
    assert found['protections_overdue',] == 0
    assert found['read_timestamp_seconds',] == stage.now.timestamp()
    stage.wait(minutes=59)
    found = _values(stage)
    assert found['protections_overdue',] == 2
    stage.wait(minutes=2)
    assert ('tasks_ended', 'done') not in _values(stage)


def test_the_worst_are_named_by_ids_alone(stage):
    stage.tick()
    stage.run()
    named = {k for k in _values(stage) if k[0] == 'point_age_seconds'}
    bank = stage.protection('bank')
    assert named == {('point_age_seconds', build.PROJECT, bank.id)}
    named = [k for k in _values(stage, worst=9) if k[0] == 'point_age_seconds']
    assert len(named) == 2
    named = [k for k in _values(stage, worst=0) if k[0] == 'point_age_seconds']
    assert named == []
    text = _page(stage, worst=9).text().decode()
    for each in stage.servers.values():
        assert each.id not in text
    assert _values(stage)['oldest_point_age_seconds',] > 0


def test_a_paused_protection_is_not_overdue(stage):
    stage.wait(hours=9)
    assert _values(stage)['protections_overdue',] == 2
    shop = stage.protection()
    protections.update(
        stage.database,
        dataclasses.replace(shop, status=model.ProtectionStatus.PAUSED),
    )
    found = _values(stage)
    assert found['protections_overdue',] == 1
    assert found['protections', 'paused'] == 1


def test_recoveries_and_what_is_left_of_the_budget(stage):
    stage.tick()
    stage.run()
    before = _values(stage)
    assert before['recovery_budget_left', 'open'] == stages.LIMITS.open
    assert before['recovery_budget_left', 'hour'] == stages.LIMITS.per_hour
    stage.cloud.break_server(stage.servers['shop'])
    stage.ask_for_recovery()
    during = _values(stage)
    assert during['recoveries', 'waiting'] == 1
    assert during['recovery_budget_left', 'open'] == stages.LIMITS.open - 1
    assert stage.recover().status is model.RecoveryStatus.DONE
    after = _values(stage)
    assert after['recoveries_ended', 'done'] == 1
    assert after['recoveries_ended_seconds', 'done'] > 0
    assert after['recovery_budget_left', 'open'] == stages.LIMITS.open
    assert after['recovery_budget_left', 'hour'] == stages.LIMITS.per_hour - 1
    assert after['kept_resources', 'kept'] == 4
    assert after['storm',] == 0


def test_a_storm(stage):
    chosen = dataclasses.replace(stages.LIMITS, storm_servers=2)
    for name in ('shop', 'bank'):
        stage.ask_for_recovery(name, automatic=True)
    assert _values(stage)['faulty_servers',] == 2
    assert _values(stage)['storm',] == 0
    assert _values(stage, limits=chosen)['storm',] == 1


def test_a_dead_delegation_is_counted_however_it_was_noticed(stage):
    stage.cloud.kill_trust(stage.right)
    stage.watch()
    assert _values(stage)['delegations_dead',] == 2
    stage.cloud.revive_trust(stage.right)
    stage.watch()
    assert _values(stage)['delegations_dead',] == 0
    vouch.sweep(stage.database, stage.now)
    stage.cloud.kill_trust(stage.right)
    stage.wait(hours=2)
    chosen = vouch.Settings(HOUR, HOUR)
    vouch.look(stage.database, stage.cloud, chosen, stage.now)
    assert _values(stage)['delegations_dead',] == 2
    stage.cloud.revive_trust(stage.right)
    stage.wait(hours=2)
    vouch.look(stage.database, stage.cloud, chosen, stage.now)
    assert _values(stage)['delegations_dead',] == 0
    stage.cloud.kill_trust(stage.right)
    stage.run()
    found = _values(stage)
    assert found['delegations_dead',] == found['protections_alarmed',] == 1


def test_workers_by_host_and_status(stage):
    for name, host, ago in (
        ('a', 'one', 5),
        ('b', 'one', 9),
        ('c', 'two', 999),
        ('d', 'three', 999),
    ):
        worker = dataclasses.replace(test_workers.worker(name), host=host)
        seen = stage.now - datetime.timedelta(seconds=ago)
        workers.note(stage.database, worker, seen)
    workers.leave(stage.database, 'd', stage.now)
    found = _values(stage)
    assert found['workers', 'up'] == 2
    assert found['workers', 'down'] == 1
    assert found['workers', 'stopped'] == 1
    assert found['worker_seen_age_seconds', 'one'] == 5
    assert found['worker_seen_age_seconds', 'two'] == 999
    assert ('worker_seen_age_seconds', 'three') not in found


def test_the_page_is_read_anew_only_when_it_is_old(stage):
    page = _page(stage)
    before = page.text()
    stage.protect('third')
    assert page.text() == before
    stage.wait(seconds=14)
    assert page.text() == before
    stage.wait(seconds=1)
    assert b'status="active"} 3.0' in page.text()


def _free_port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]


def _get(port, path='/metrics', method='GET', host='127.0.0.1'):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.getheader('Content-Type')


def _eventually(port):
    for _ in range(600):
        try:
            return _get(port)
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
    raise AssertionError('nobody listens')


@pytest.mark.parametrize(
    ('path', 'method', 'status'),
    [
        ('/metrics', 'GET', 200),
        ('/metrics', 'HEAD', 200),
        ('/metrics?x=1', 'GET', 200),
        ('/', 'GET', 404),
        ('/metrics/', 'GET', 404),
        ('/v1/policies', 'GET', 404),
        ('/metrics', 'POST', 405),
        ('/metrics', 'DELETE', 405),
    ],
)
def test_one_path_and_two_methods(stage, path, method, status):
    port = _free_port()
    application = serving.Application(_page(stage))
    with serving.Server(application, '127.0.0.1', port):
        assert _eventually(port)[0] == 200
        found, body, kind = _get(port, path, method)
    assert found == status
    assert kind.startswith('text/plain')
    assert bool(body) is (method != 'HEAD')


def _execute(stage, statement):
    with stage.database.writer() as session:
        session.execute(sa.text(statement))


def test_an_absent_database_is_503_and_comes_back(stage, caplog):
    page = _page(stage)
    port = _free_port()
    with serving.Server(serving.Application(page), '127.0.0.1', port):
        _eventually(port)
        stage.wait(minutes=1)
        _execute(stage, 'ALTER TABLE workers RENAME TO away')
        assert _get(port)[:2] == (503, b'see the log\n')
        _execute(stage, 'ALTER TABLE away RENAME TO workers')
        assert _get(port)[0] == 200
    assert 'could not be read' in caplog.text


def test_the_next_takes_the_port_over(stage):
    port = _free_port()

    def server(worst):
        page = _page(stage, worst=worst)
        application = serving.Application(page)
        return serving.Server(application, '127.0.0.1', port, again=0.05)

    with server(worst=0) as first:
        assert b'point_age_seconds{' not in _eventually(port)[1]
        with server(worst=1):
            assert b'point_age_seconds{' not in _get(port)[1]
            first.__exit__()
            assert b'point_age_seconds{' in _eventually(port)[1]
    with pytest.raises(ConnectionRefusedError):
        _get(port)


def test_nothing_is_served_unless_it_is_wanted(stage):
    conf = start.prepare()
    conf([], default_config_files=[])
    limits = stages.LIMITS
    with serving.serving(conf, stage.database, limits) as nothing:
        assert nothing is None
    conf.set_override('port', _free_port(), 'metrics')
    made = serving.serving(conf, stage.database, limits)
    with made:
        assert _eventually(conf.metrics.port)[0] == 200
    assert conf.metrics.host == '127.0.0.1'
