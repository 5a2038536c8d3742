"""The bulk watch: what it costs, what it sees, and what it does about it."""

import dataclasses
import datetime
import threading
import time
import types

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cycle import watch
from snapfault.db import evidence
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.worker import watching
from tests import build
from tests.functional import test_levels

DONE = model.RecoveryStatus.DONE
WAITING = model.RecoveryStatus.WAITING
WEBHOOK = model.Source.WEBHOOK


@pytest.fixture
def taken(stage):
    """Give a service with a good point, a few minutes old."""
    stage.run()
    stage.wait(minutes=5)
    return stage


def _set_rules(stage, **changes):
    recovery = dataclasses.replace(stage.policy.recovery, **changes)
    stage.policy = policies.update(
        stage.database, dataclasses.replace(stage.policy, recovery=recovery)
    )


def _say(stage, source=WEBHOOK, finding='guest', detail='no answer'):
    lasts = build.HOUR
    said = evidence.Said(source, finding, detail, lasts)
    evidence.say(stage.database, stage.protection(), said, stage.now)


def _said(stage):
    found = evidence.current(
        stage.database, [stage.protection().id], stage.now
    )
    return [
        (each.source.value, each.finding, each.count)
        for each in found.get(stage.protection().id, ())
    ]


def test_a_look_is_two_lists_a_project_however_many_services(stage):
    for number in range(30):
        stage.protect(f'service-{number}')
    before = stage.cloud.count()
    stage.watch()
    assert stage.cloud.count('list_servers') == 1
    assert stage.cloud.count('list_volumes') == 1
    assert stage.cloud.count('list_hosts') == 1
    assert stage.cloud.count() - before == 3


def test_only_what_enough_was_said_of_is_read_by_itself(taken):
    taken.protect('other')
    taken.cloud.break_server(taken.servers['shop'])
    before = taken.cloud.count('get_server')
    taken.watch(2)
    assert taken.cloud.count('get_server') == before
    taken.watch()
    assert taken.cloud.count('get_server') == before + 1


def test_a_server_in_error_is_recovered_once_it_is_confirmed(taken):
    taken.cloud.break_server(taken.servers['shop'])
    began = taken.now
    taken.watch(2)
    assert taken.recoveries() == []
    assert _said(taken) == [('watch', 'server-error', 2)]
    taken.watch()
    (opened,) = taken.recoveries()
    assert opened.cause == 'the server is in ERROR: guest lost'
    assert opened.automatic
    assert opened.onset_at == began
    assert opened.host_id == taken.servers['shop'].host_id
    assert opened.evidence['said'][0]['count'] == 3
    assert opened.id in taken.protection().alarm
    assert taken.recover().status is DONE
    assert taken.servers['shop'].rebuilds == 1


def test_a_broken_volume_is_recovered_from_without_a_rebuild(taken):
    broken = taken.cloud.volumes_of(taken.servers['shop'])[0]
    broken.status = 'error'
    taken.watch(3)
    (opened,) = taken.recoveries()
    assert opened.cause == f'volume {broken.id} is in error'


def test_a_longer_time_to_confirm_is_waited_for(taken):
    _set_rules(taken, confirm=300)
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(10)
    assert taken.recoveries() == []
    taken.watch()
    assert len(taken.recoveries()) == 1


def test_what_is_well_again_is_forgotten(taken):
    server = taken.servers['shop']
    for _ in range(6):
        taken.cloud.break_server(server)
        taken.watch()
        server.status = 'ACTIVE'
        taken.watch()
    assert taken.recoveries() == []
    assert _said(taken) == []


def test_two_workers_that_look_at_once_see_it_once(taken):
    taken.cloud.break_server(taken.servers['shop'])
    _set_rules(taken, confirm=0)
    taken.watch(seconds=1)
    taken.watch(seconds=1)
    assert _said(taken) == [('watch', 'server-error', 1)]
    assert taken.recoveries() == []


def test_where_the_policy_leaves_it_to_people_they_are_told(taken):
    _set_rules(taken, automatic=False)
    server = taken.servers['shop']
    taken.cloud.break_server(server)
    taken.watch(4)
    assert taken.recoveries() == []
    alarm = taken.protection().alarm
    assert alarm == (
        'found by the watch: the server is in ERROR: guest lost; the policy'
        ' leaves it to you: openstack recovery create shop'
    )
    server.status = 'ACTIVE'
    taken.watch()
    assert taken.protection().alarm == ''


def test_an_alarm_of_others_is_not_taken_back(taken):
    protections.set_alarm(
        taken.database, taken.protection().id, 'a run was missed', taken.now
    )
    taken.watch(2)
    assert taken.protection().alarm == 'a run was missed'


def test_a_server_with_an_open_recovery_is_not_looked_at(taken):
    taken.ask_for_recovery()
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(5)
    assert len(taken.recoveries()) == 1
    assert _said(taken) == []


def test_a_server_that_is_off_for_a_point_is_not_looked_at(tmp_path):
    stage = test_levels.make(tmp_path, rules.Level.STOPPED)
    test_levels.start(stage)
    stage.tick(2)
    assert stage.history()[0].power is model.Power.STOP
    stage.cloud.break_server(stage.servers['shop'])
    stage.watch(5)
    assert stage.cloud.count('list_hosts') == 0
    assert _said(stage) == []


def test_after_a_recovery_in_vain_none_follows_until_it_is_well(taken):
    server = taken.servers['shop']
    taken.cloud.break_server(server)
    taken.watch(3)
    taken.cloud.fail('create_volume', errors.CloudRefused('400'), times=None)
    assert taken.recover().status is not DONE
    taken.cloud.heal()
    taken.cloud.settle()
    taken.cloud.break_server(server)
    taken.watch(9)
    assert len(taken.recoveries()) == 1
    assert 'openstack recovery create shop' in taken.protection().alarm
    server.status = 'ACTIVE'
    taken.run()
    taken.wait(minutes=5)
    taken.cloud.break_server(server)
    taken.watch(3)
    assert len(taken.recoveries()) == 2


def test_a_host_that_is_down_is_told_and_nothing_is_rebuilt(taken):
    taken.servers['shop'].host_status = 'UNKNOWN'
    taken.watch(3)
    assert taken.recoveries() == []
    assert 'compute service of the server is UNKNOWN' in (
        taken.protection().alarm
    )
    taken.servers['shop'].host_status = 'UP'
    taken.watch()
    assert taken.protection().alarm == ''


def test_a_fenced_host_is_left_where_the_policy_says_so(taken):
    _set_rules(taken, evacuate=True)
    server = taken.servers['shop']
    server.host.status, server.host.forced_down = 'DOWN', True
    taken.watch(3)
    (opened,) = taken.recoveries()
    assert 'DOWN and fenced' in opened.cause


def test_without_a_right_to_know_of_hosts_the_rest_is_watched(taken):
    taken.cloud.is_admin = False
    taken.servers['shop'].host_status = 'UNKNOWN'
    taken.watch(3)
    assert _said(taken) == []
    taken.cloud.fail('list_hosts', errors.CloudUnavailable('503'), times=None)
    taken.servers['shop'].host_status = 'UP'
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(3)
    assert len(taken.recoveries()) == 1


def test_a_dead_right_is_told_of_all_it_serves(taken):
    taken.cloud.kill_trust(taken.right)
    taken.watch()
    assert 'no right to act for the project' in taken.protection().alarm
    taken.cloud.revive_trust(taken.right)
    taken.watch()
    assert taken.protection().alarm == ''


def test_an_alarm_of_a_guest_counts_once_it_lasts(taken):
    _say(taken)
    taken.watch()
    assert taken.recoveries() == []
    taken.wait(seconds=31)
    _say(taken)
    taken.watch()
    (opened,) = taken.recoveries()
    assert opened.cause == (
        'the server is ACTIVE, but its webhook says: no answer'
    )


def _protect_another_project(stage):
    """Give its server; the protection is called protection-b."""
    right = stage.cloud.add_project('project-b')
    server = stage.cloud.add_server('project-b')
    policies.create(
        stage.database, build.policy(id='policy-b', project_id='project-b')
    )
    protections.create(
        stage.database,
        build.protection(
            id='protection-b',
            project_id='project-b',
            policy_id='policy-b',
            server_id=server.id,
            right_id=right.right_id,
        ),
    )
    return server


def test_one_project_that_cannot_be_read_keeps_no_other(stage):
    stage.cloud.break_server(_protect_another_project(stage))
    stage.cloud.fail('list_servers', errors.CloudUnavailable('503'))
    stage.watch()
    found = evidence.current(stage.database, ['protection-b'], stage.now)
    assert len(found['protection-b']) == 1


def test_an_administrator_reads_all_projects_at_once(taken):
    taken.cloud.break_server(_protect_another_project(taken))
    (volume, *_) = taken.cloud.volumes_of(taken.servers['shop'])
    volume.status = 'error'
    taken.cloud.calls.clear()
    taken.watch(admin_reads=True)
    assert [each.method for each in taken.cloud.calls] == [
        'list_all',
        'list_hosts',
    ]
    assert _said(taken) == [('watch', 'volume-error', 1)]
    found = evidence.current(taken.database, ['protection-b'], taken.now)
    assert [each.finding for each in found['protection-b']] == ['server-error']


def test_what_an_administrator_has_seen_is_read_by_the_protections_right(
    taken,
):
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(3, admin_reads=True)
    assert len(taken.recoveries()) == 1
    assert taken.cloud.count('check') > 0


def test_who_is_no_administrator_reads_each_project(taken, caplog):
    taken.cloud.is_admin = False
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(admin_reads=True)
    assert _said(taken) == [('watch', 'server-error', 1)]
    assert '[watch] admin_reads: ' in caplog.text


def test_what_an_administrator_cannot_read_is_neither_said_nor_taken_back(
    taken,
):
    taken.cloud.break_server(taken.servers['shop'])
    taken.watch(admin_reads=True)
    before = _said(taken)
    taken.cloud.fail('list_all', errors.CloudUnavailable('503'))
    taken.cloud.calls.clear()
    taken.watch(admin_reads=True)
    assert _said(taken) == before
    assert [each.method for each in taken.cloud.calls] == ['list_all']


def test_expired_evidence_is_removed(taken):
    _say(taken)
    taken.wait(hours=2)
    taken.watch()
    with taken.database.reader() as session:
        left = session.connection().exec_driver_sql(
            'SELECT count(*) FROM evidence'
        )
        assert left.scalar() == 0


@pytest.fixture
def hopeless(taken):
    """Give a project of which far more lasts than one look judges."""
    left_alone = dataclasses.replace(taken.policy.recovery, automatic=False)
    policies.create(
        taken.database,
        build.policy(id='manual', name='manual', recovery=left_alone),
    )
    for number in range(3 * watch.FRESH):
        made = taken.protect(f'broken-{number}')
        protections.update(
            taken.database, dataclasses.replace(made, policy_id='manual')
        )
        taken.cloud.break_server(taken.servers[f'broken-{number}'])
    taken.watch(3)
    return taken


def test_many_that_stay_broken_keep_no_other_from_its_turn(hopeless):
    hopeless.wait(minutes=1)
    hopeless.cloud.break_server(hopeless.servers['shop'])
    hopeless.watch(20)
    (opened,) = hopeless.recoveries()
    assert opened.business_id == 'shop'


def test_one_look_reads_no_more_by_themselves_however_many_there_are(hopeless):
    before = hopeless.cloud.count('get_server')
    hopeless.watch()
    assert hopeless.cloud.count('get_server') - before == watch.FRESH


@pytest.fixture
def thread(taken):
    """Give a watch that looks at nothing by itself, in its thread."""
    wake, stop = threading.Event(), threading.Event()
    kept = watching.Watch(
        watching.Settings(interval=0), taken.context().trouble, 'worker-1'
    )
    running = threading.Thread(target=kept.run, args=(wake, stop))
    running.start()
    yield wake
    stop.set()
    wake.set()
    running.join(30)
    assert not running.is_alive()


def _until(true, limit=20):
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, 'it did not happen in time'
        time.sleep(0.01)


def test_a_hint_has_its_project_looked_at_at_once(taken, thread):
    before = taken.cloud.count('list_servers')
    thread.set()
    assert taken.cloud.count('list_servers') == before
    taken.cloud.break_server(taken.servers['shop'])
    taken.now = clock.now()
    _say(taken, model.Source.NOTIFICATION)
    thread.set()
    _until(lambda: taken.cloud.count('list_servers') > before)
    _until(lambda: ('watch', 'server-error', 1) in _said(taken))
    assert recoveries.list_page(taken.database, None, limit=1) == []


def test_a_clock_that_is_set_back_delays_no_look(taken):
    """By two hours, between a look and the wait that comes after it."""
    kept = watching.Watch(
        watching.Settings(interval=30), taken.context().trouble, 'worker-1'
    )
    readings = iter([0, 0, 0, 30, -7200, -7170, -7170, -7160, -7160])
    stop = threading.Event()
    before, looks, waits = taken.cloud.count('list_servers'), [], []

    def wait(seconds):
        looks.append(taken.cloud.count('list_servers') - before)
        waits.append(seconds)
        if len(waits) == 4:
            stop.set()

    kept.run(
        types.SimpleNamespace(wait=wait, clear=lambda: None),
        stop,
        lambda: taken.now + datetime.timedelta(seconds=next(readings)),
    )
    assert looks == [0, 1, 2, 2]
    assert waits[1:] == [30, 30, 20]
