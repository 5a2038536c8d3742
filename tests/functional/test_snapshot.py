"""Stage 3 on the in-memory cloud, and all that may go wrong in it."""

import dataclasses
import datetime
from unittest import mock

from oslo_db import exception
import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cycle import follow
from snapfault.db import alarms
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import tasks
from tests import build
from tests.fake import crash
from tests.functional import stage as stages

DONE = model.TaskStatus.DONE
FAILED = model.TaskStatus.FAILED
WAITING = model.TaskStatus.WAITING


def _snapshots(stage):
    return stage.cloud.snapshots_of(build.PROJECT)


def _statuses(stage):
    return [str(point.status) for point in stage.history()]


def test_a_run_ends_in_a_good_point(stage):
    task = stage.run()
    (point,) = stage.good()
    assert (task.status, task.point_id) == (DONE, point.id)
    assert len(_snapshots(stage)) == 2
    assert point.completed_at is not None
    assert stage.protection().alarm == ''


def test_the_quota_keeps_the_newest_and_the_rest_is_deleted(stage):
    for _ in range(5):
        stage.run()
    assert _statuses(stage) == ['good', 'good', *['deleted'] * 3]
    assert len(_snapshots(stage)) == 4


def test_a_foreign_snapshot_is_never_touched(stage):
    project = stage.cloud.project(stage.right)
    volume = stage.cloud.volumes_of(stage.servers['shop'])[0]
    foreign = project.create_snapshot(volume.id, 'by hand', {})
    for _ in range(4):
        stage.run()
    assert foreign.id in {each.id for each in _snapshots(stage)}


@pytest.mark.parametrize(
    'error',
    [
        errors.CloudUnavailable('503'),
        errors.CloudConflict('409'),
    ],
)
def test_a_passing_trouble_is_tried_again(stage, error):
    stage.cloud.fail('create_snapshot', error)
    task = stage.run(ticks=20)
    assert (task.status, task.attempts) == (DONE, 2)
    stage.tick(150)
    assert _statuses(stage) == ['good', 'deleted']
    assert len(_snapshots(stage)) == 2
    assert stage.recoveries() == []


@pytest.mark.parametrize(
    'error',
    [
        errors.QuotaExceeded('snapshots: 10 of 10 are used'),
        errors.CloudRefused('400'),
        errors.NotFound('no volume'),
    ],
)
def test_a_lasting_trouble_alarms(stage, error):
    stage.cloud.fail('create_snapshot', error, times=None)
    task = stage.run(ticks=80)
    assert task.status is FAILED
    assert str(error) in stage.protection().alarm
    stage.tick(150)
    assert _snapshots(stage) == []
    assert stage.recoveries() == []


def test_an_answer_that_was_lost_leaves_nothing_behind(stage):
    stage.cloud.fail(
        'create_snapshot', errors.CloudUnavailable('timed out'), after=True
    )
    task = stage.run(ticks=20)
    assert task.status is DONE
    stage.tick(150)
    assert len(_snapshots(stage)) == 2


def test_a_snapshot_in_error_fails_the_set_and_is_cleaned_up(stage):
    stage.cloud.break_next('create_snapshot')
    task = stage.run(ticks=20)
    assert (task.status, task.attempts) == (DONE, 2)
    assert _statuses(stage) == ['good', 'deleted']
    assert len(_snapshots(stage)) == 2


def test_a_snapshot_that_hangs_is_given_up(stage):
    stage.cloud.hang_next('create_snapshot')
    stage.run()
    stage.wait(minutes=11)
    stage.tick(40)
    assert _statuses(stage)[0] == 'good'
    stage.cloud.heal()
    stage.tick(20)  # the looks have become rare meanwhile
    assert _statuses(stage) == ['good', 'deleted']


def test_a_refused_delete_is_recorded_and_backed_off(stage):
    stage.cloud.break_next('delete_snapshot', times=None, fate='busy')
    for _ in range(3):
        stage.run()
    stage.tick(30)
    asked = stage.cloud.count('delete_snapshot')
    assert asked == 2  # once each, not at every tick
    (going,) = stage.history(status=model.PointStatus.DELETING)
    assert 'available again' in going.reason
    assert len(stage.good()) == 2
    stage.cloud.heal()
    stage.wait(minutes=10)
    stage.tick(6)
    assert _statuses(stage) == ['good', 'good', 'deleted']


def test_a_server_in_error_is_not_backed_up_but_recovered(stage):
    stage.run()
    stage.wait(minutes=1)
    stage.cloud.break_server(stage.servers['shop'])
    task = stage.run()
    assert task.status is FAILED
    assert len(stage.good()) == 1
    (recovery,) = stage.recoveries()
    assert 'in ERROR' in recovery.cause


def test_faulted_runs_never_push_out_the_points_from_before(tmp_path):
    stage = stages.Stage(
        tmp_path, recovery=rules.RecoveryRules(automatic=False)
    )
    stage.protect()
    stage.run()
    stage.run()
    kept = [point.id for point in stage.good()]
    stage.cloud.break_server(stage.servers['shop'])
    for _ in range(5):
        stage.run()
    assert [point.id for point in stage.good()] == kept


def test_a_server_that_fails_while_it_is_captured_makes_no_good_point(stage):
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick()
    stage.cloud.break_server(stage.servers['shop'])
    stage.tick(5)
    assert stage.good() == []
    assert len(stage.recoveries()) == 1


def test_a_policy_may_leave_the_recovery_to_a_person(tmp_path):
    stage = stages.Stage(
        tmp_path, recovery=rules.RecoveryRules(automatic=False)
    )
    stage.protect()
    stage.cloud.break_server(stage.servers['shop'])
    stage.run()
    assert stage.recoveries() == []
    assert 'openstack recovery create shop' in stage.protection().alarm


def test_a_dead_delegation_alarms_and_stops_nobody_else(tmp_path):
    stage = stages.Stage(tmp_path)
    stage.protect('shop')
    other = stage.cloud.add_trust(build.PROJECT)
    stage.protect('ledger')
    stage.cloud.kill_trust(stage.right)
    stage.right = other
    stage.protect('archive')
    task = stage.run('shop')
    assert task.status is FAILED
    assert 'openstack protection set' in stage.protection('shop').alarm
    assert stage.run('archive').status is DONE
    assert stage.recoveries() == []


@pytest.mark.parametrize(
    'service', ['nova', 'cinder', 'keystone', 'gnocchi', 'glance']
)
def test_an_outage_never_rebuilds_and_needs_nobody_afterwards(stage, service):
    with stage.cloud.outage(service):
        task = stage.run(ticks=12)
    stage.tick(40)
    ended = tasks.get(stage.database, None, task.id)
    assert ended.status is DONE
    assert stage.recoveries() == []
    assert stage.protection().alarm == ''


def test_a_server_that_is_gone_keeps_its_points(stage):
    stage.run()
    del stage.cloud.world.servers[stage.servers['shop'].id]
    task = stage.run()
    assert task.status is FAILED
    assert 'does not exist' in stage.protection().alarm
    assert len(stage.good()) == 1
    assert stage.recoveries() == []


def test_a_server_without_volumes_makes_no_empty_point(stage):
    stage.run()
    stage.servers['shop'].attachments.clear()
    task = stage.run()
    assert task.status is FAILED
    assert 'no volume attached' in task.reason
    assert len(stage.good()) == 1


def test_a_volume_of_another_project_is_named_and_makes_no_half_point(stage):
    stage.run()
    foreign = stage.cloud.volumes_of(stage.servers['shop'])[1]
    foreign.project_id = 'project-b'
    task = stage.run(ticks=60)
    assert task.status is FAILED
    assert foreign.id in stage.protection().alarm
    assert 'not to be seen in its project' in stage.protection().alarm
    assert len(stage.good()) == 1
    assert len(_snapshots(stage)) == 2


def test_room_is_made_only_if_cinder_demands_it_and_one_point_a_run(stage):
    stage.run()
    stage.run()
    stage.cloud.limit(build.PROJECT, snapshots=5)
    task = stage.run(ticks=30)
    assert task.status is DONE
    assert _statuses(stage) == ['good', 'good', 'deleted']
    assert 'makes room' in stage.history()[-1].reason


def test_the_last_good_point_never_makes_room(stage):
    stage.run()
    stage.cloud.limit(build.PROJECT, snapshots=2)
    task = stage.run(ticks=90)
    assert task.status is FAILED
    assert 'raise the Cinder quota' in stage.protection().alarm
    assert len(stage.good()) == 1


def test_two_workers_take_each_task_once(stage):
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick(worker='worker-1')
    stage.tick(5, worker='worker-2')
    stage.tick(5, worker='worker-1')
    assert _statuses(stage) == ['good']
    assert stage.cloud.count('create_snapshot') == 2


def test_of_two_workers_one_asks_for_each_removal(stage):
    stage.run()
    stage.run()
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    for _ in range(6):
        # both look at the same listing
        context = stage.context(worker='worker-2')
        stage.tick(worker='worker-1')
        follow.settle(context, [], stage.now)
    assert _statuses(stage) == ['good', 'good', 'deleted']
    assert stage.cloud.count('delete_snapshot') == 2


CALLS = range(13)


@pytest.mark.parametrize('acts', [False, True], ids=['before', 'after'])
@pytest.mark.parametrize('calls', CALLS)
def test_invariant_4_a_worker_killed_at_any_call_loses_nothing(
    stage, calls, acts
):
    """Die at each call; another worker ends it as if nothing had been."""
    stage.run()
    stage.run()
    stage.wait(minutes=1)
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    dying = crash.CrashAfter(stage.cloud, calls, acts)
    with pytest.raises(crash.Crash):
        stage.tick(8, cloud=dying)
    stage.cloud.settle()
    stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    for _ in range(4):
        stage.tick(8, worker='worker-2')
        stage.wait(minutes=3)
    ended = tasks.get(stage.database, None, task.id)
    assert ended.status is DONE
    assert len(stage.good()) == 2
    assert set(_statuses(stage)) == {'good', 'deleted'}
    assert len(_snapshots(stage)) == 4
    assert stage.recoveries() == []


def test_a_death_is_no_failed_attempt(stage, monkeypatch):
    """Not that of a task, but a point that it left half taken is."""
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    for number in range(stages.SETTINGS.attempts + 1):
        with monkeypatch.context() as patched:
            dies = mock.Mock(side_effect=crash.Crash)
            patched.setattr(points, 'create', dies)
            with pytest.raises(crash.Crash):
                stage.tick(worker=f'worker-{number}')
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    left = tasks.get(stage.database, None, task.id)
    assert (left.generation, left.attempts) == (4, 1)
    half = crash.CrashAfter(stage.cloud, 0, methods={'create_snapshot'})
    with pytest.raises(crash.Crash):
        stage.tick(cloud=half, worker='one more')
    stage.wait(minutes=3)
    stage.tick(20, worker='the last')
    ended = tasks.get(stage.database, None, task.id)
    assert (ended.status, ended.attempts) == (DONE, 2)
    stage.tick(150, worker='the last')
    assert _statuses(stage) == ['good', 'deleted']


def test_what_a_failed_attempt_leaves_does_not_hide_a_begin_cut_off(stage):
    """Its worker lives on; nobody else would ever take the task up."""
    stage.cloud.break_next('create_snapshot')
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    refused = errors.CloudConflict('409')
    stage.cloud.fail('delete_snapshot', refused, times=None)
    stage.tick(4)
    assert _statuses(stage) == ['failed']
    waits = tasks.get(stage.database, None, task.id)
    assert waits.status is WAITING
    until = stage.now + stages.LEASE
    task_claims.claim(stage.database, waits, 'worker-1', stage.now, until)
    stage.tick(20)
    ended = tasks.get(stage.database, None, task.id)
    assert (ended.status, ended.attempts) == (DONE, 3)
    assert _statuses(stage) == ['good', 'failed']


@pytest.mark.parametrize(
    ('module', 'name'),
    [
        (points, 'call_good'),
        (points, 'histories'),
        (task_claims, 'finish_good'),
        (alarms, 'backups_are_well'),
    ],
    ids=lambda each: each if isinstance(each, str) else '',
)
@pytest.mark.parametrize('killed', [False, True], ids=['failing', 'killed'])
def test_invariant_4_a_good_point_is_not_taken_again(
    stage, monkeypatch, module, name, killed
):
    """Whatever of ending a run is cut off: by a death, or by the database."""
    for _ in range(2):
        stage.run()
    cut = crash.Crash if killed else exception.DBConnectionError
    with monkeypatch.context() as patched:
        patched.setattr(module, name, mock.Mock(side_effect=cut))
        with pytest.raises(cut):
            stage.run()
    if killed:
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    stage.tick(8, worker='worker-2' if killed else 'worker-1')
    (last, *_) = tasks.list_page(stage.database, None, limit=1)
    newest = stage.good()[0]
    assert (last.status, last.point_id) == (DONE, newest.id)
    assert newest.task_id == last.id
    assert _statuses(stage) == ['good', 'good', 'deleted']
    assert stage.cloud.count('create_snapshot') == 6


def test_the_crash_matrix_reaches_the_last_call(stage):
    """If a run asks more of the cloud, CALLS has to grow with it."""
    stage.run()
    stage.run()
    before = stage.cloud.count()
    stage.run(ticks=8)
    assert stage.cloud.count() - before == len(CALLS)


def test_a_broken_row_stops_nobody_else(tmp_path):
    stage = stages.Stage(tmp_path)
    stage.protect('shop')
    stage.protect('ledger')
    tasks.create_now(stage.database, stage.protection('shop'), stage.now)
    with stage.database.writer() as session:
        session.connection().exec_driver_sql(
            "UPDATE tasks SET breakdown = '{broken'"
        )
    assert stage.run('ledger').status is DONE


def test_the_trigger_collapses_what_was_missed(tmp_path):
    stage = stages.Stage(tmp_path)
    protection = stage.protect()
    protections.update(
        stage.database,
        dataclasses.replace(
            protection, next_run_at=stage.now - datetime.timedelta(days=9)
        ),
    )
    stage.tick(10)
    made = tasks.list_page(stage.database, None, limit=10)
    assert len(made) == 1
    assert made[0].protection_id == protection.id
    assert made[0].scheduled_at == build.NOW
