"""Levels of consistency on the in-memory cloud, and what goes wrong."""

import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import tasks
from tests import build
from tests.fake import crash
from tests.functional import stage as stages

ALWAYS = rules.Window(datetime.time(0), datetime.time(0))
NIGHT = rules.Window(datetime.time(1), datetime.time(3))
CRASH, GROUP, STOPPED = rules.Level
FAIL, DEGRADE = rules.OrElse


def make(folder, level, *, grouped=True, **consistency):
    """Give a service of two volumes under a policy of this level."""
    if level is STOPPED:
        consistency.setdefault('maintenance', (ALWAYS,))
    made = stages.Stage(
        folder, consistency=rules.Consistency(level=level, **consistency)
    )
    made.protect()
    if grouped:
        made.cloud.add_group(
            build.PROJECT, made.cloud.volumes_of(made.servers['shop'])
        )
    return made


def start(stage):
    """Ask for a run, and give it no time."""
    stage.wait(minutes=1)
    return tasks.create_now(stage.database, stage.protection(), stage.now)


def order_of(stage, *methods):
    return [e.method for e in stage.cloud.changes() if e.method in methods]


def snapshots(stage):
    return stage.cloud.snapshots_of(build.PROJECT)


def statuses(stage):
    return [str(point.status) for point in stage.history()]


@pytest.fixture
def grouped(tmp_path):
    return make(tmp_path, GROUP)


@pytest.fixture
def stopped(tmp_path):
    return make(tmp_path, STOPPED)


@pytest.fixture
def rooted(tmp_path):
    return make(tmp_path, CRASH, root_image=True)


# crash


def test_the_skew_of_a_crash_consistent_point_is_measured(tmp_path):
    stage = make(tmp_path, CRASH)
    start(stage)
    stage.tick()
    snapshots(stage)[1].created_at += datetime.timedelta(seconds=1.5)
    stage.tick(5)
    (point,) = stage.good()
    assert (point.level, point.level_reason, point.skew) == (CRASH, '', 1.5)


# group


def test_a_group_is_taken_at_one_moment(grouped):
    task = grouped.run()
    (point,) = grouped.good()
    assert task.status is model.TaskStatus.DONE
    assert (point.level, point.level_reason) == (GROUP, '')
    assert point.skew == 0
    assert grouped.cloud.count('create_group_snapshot') == 1
    assert grouped.cloud.count('create_snapshot') == 0
    assert {each.group_snapshot_id for each in snapshots(grouped)} == {
        point.group_snapshot_id
    }


def test_the_members_of_a_good_group_bear_our_metadata(grouped):
    grouped.run()
    (point,) = grouped.good()
    for member in point.members:
        found = grouped.cloud.world.snapshots[member.snapshot_id]
        assert found.volume_id == member.volume_id
        assert found.metadata[resource.MARKER] == member.id
        assert found.metadata[resource.POINT] == point.id


def test_a_group_is_pruned_as_a_whole(grouped):
    for _ in range(4):
        grouped.run()
    assert statuses(grouped) == ['good', 'good', 'deleted', 'deleted']
    assert grouped.cloud.count('delete_group_snapshot') == 2
    assert grouped.cloud.count('delete_snapshot') == 0
    assert len(snapshots(grouped)) == 4


def test_a_point_of_a_group_can_be_recovered_from(grouped):
    grouped.run()
    grouped.wait(minutes=1)
    grouped.cloud.break_server(grouped.servers['shop'])
    grouped.ask_for_recovery()
    assert grouped.recover().status is model.RecoveryStatus.DONE


def test_a_foreign_group_snapshot_is_never_touched(grouped):
    project = grouped.cloud.project(grouped.right)
    (group_id,) = grouped.cloud.world.groups
    foreign = project.create_group_snapshot(group_id, 'by hand', 'mine')
    for _ in range(4):
        grouped.run()
    assert foreign in grouped.cloud.world.group_snapshots


@pytest.mark.parametrize('lost', [False, True], ids=['refused', 'lost'])
def test_a_passing_trouble_with_a_group_is_tried_again(grouped, lost):
    grouped.cloud.fail(
        'create_group_snapshot', errors.CloudUnavailable('503'), after=lost
    )
    task = grouped.run(ticks=20)
    assert (task.status, task.attempts) == (model.TaskStatus.DONE, 2)
    grouped.tick(150)
    assert statuses(grouped) == ['good', 'deleted']
    assert len(snapshots(grouped)) == 2


def test_a_group_in_error_is_cleaned_up(grouped):
    grouped.cloud.break_next('create_group_snapshot')
    task = grouped.run(ticks=20)
    assert (task.status, task.attempts) == (model.TaskStatus.DONE, 2)
    assert statuses(grouped) == ['good', 'deleted']
    assert len(grouped.cloud.world.group_snapshots) == 1


def test_a_refused_delete_of_a_group_is_backed_off(grouped):
    grouped.cloud.break_next('delete_group_snapshot', times=None, fate='busy')
    for _ in range(3):
        grouped.run()
    grouped.tick(30)
    assert grouped.cloud.count('delete_group_snapshot') == 1
    (going,) = grouped.history(status=model.PointStatus.DELETING)
    assert 'not deleted' in going.reason
    grouped.cloud.heal()
    grouped.wait(minutes=10)
    grouped.tick(6)
    assert statuses(grouped) == ['good', 'good', 'deleted']


@pytest.mark.parametrize('or_else', rules.OrElse)
def test_volumes_in_no_group(tmp_path, or_else):
    stage = make(tmp_path, GROUP, grouped=False, or_else=or_else)
    task = stage.run()
    if or_else is FAIL:
        assert task.status is model.TaskStatus.FAILED
        assert 'is in no group' in stage.protection().alarm
        assert stage.history() == []
        return
    (point,) = stage.good()
    assert point.level is CRASH
    assert 'is in no group' in point.level_reason


def test_a_group_with_a_foreign_volume_is_not_taken(grouped):
    (group_id,) = grouped.cloud.world.groups
    grouped.cloud.add_volume(build.PROJECT).group_id = group_id
    grouped.run()
    (point,) = grouped.good()
    assert point.level is CRASH
    assert grouped.cloud.count('create_group_snapshot') == 0


# stopped


def test_a_server_is_stopped_taken_and_started(stopped):
    task = stopped.run(ticks=10)
    (point,) = stopped.good()
    assert task.status is model.TaskStatus.DONE
    assert (point.level, point.level_reason) == (STOPPED, '')
    assert point.power is model.Power.LEFT
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert order_of(
        stopped, 'stop_server', 'create_snapshot', 'start_server'
    ) == ['stop_server', *['create_snapshot'] * 2, 'start_server']


def test_a_server_is_started_while_the_rest_is_under_way(stopped):
    start(stopped)
    stopped.tick(10)
    assert stopped.servers['shop'].boots == 2


def test_a_server_stopped_by_its_user_is_taken_as_it_is(stopped):
    server = stopped.servers['shop']
    server.status = 'SHUTOFF'
    stopped.run()
    (point,) = stopped.good()
    assert (point.level, point.level_reason) == (STOPPED, '')
    assert stopped.cloud.count('stop_server', 'start_server') == 0
    assert server.status == 'SHUTOFF'


def test_a_server_stopped_by_its_user_and_started_meanwhile(stopped):
    server = stopped.servers['shop']
    server.status = 'SHUTOFF'
    start(stopped)
    stopped.tick()
    server.status = 'ACTIVE'
    stopped.tick(5)
    (point,) = stopped.good()
    assert point.level is CRASH
    assert 'did not stay off' in point.level_reason


@pytest.mark.parametrize('or_else', rules.OrElse)
def test_a_server_somebody_starts_meanwhile(tmp_path, or_else):
    stage = make(tmp_path, STOPPED, or_else=or_else)
    server = stage.servers['shop']
    stage.cloud.hang_next('create_snapshot')
    start(stage)
    stage.tick(4)
    assert server.status == 'SHUTOFF'
    assert len(snapshots(stage)) == 2
    server.status = 'ACTIVE'
    stage.cloud.heal()
    stage.tick(3)
    if or_else is DEGRADE:
        (point,) = stage.good()
        assert point.level is CRASH
        assert 'did not stay off' in point.level_reason
    else:
        assert stage.good() == []
        assert 'did not stay off' in stage.history()[0].reason
    assert server.status == 'ACTIVE'


@pytest.mark.parametrize('or_else', rules.OrElse)
def test_outside_its_windows_a_server_is_not_stopped(tmp_path, or_else):
    stage = make(tmp_path, STOPPED, maintenance=(NIGHT,), or_else=or_else)
    task = stage.run()
    assert stage.cloud.count('stop_server') == 0
    if or_else is FAIL:
        assert task.status is model.TaskStatus.FAILED
        assert 'maintenance window' in stage.protection().alarm
    else:
        (point,) = stage.good()
        assert point.level is CRASH
        assert 'maintenance window' in point.level_reason


@pytest.mark.parametrize('or_else', rules.OrElse)
def test_a_server_that_does_not_stop(tmp_path, or_else):
    stage = make(tmp_path, STOPPED, or_else=or_else)
    stage.cloud.hang_next('stop_server')
    start(stage)
    stage.tick(3)
    assert stage.cloud.count('create_snapshot') == 0
    stage.wait(minutes=3)
    stage.tick(3)
    stage.cloud.heal()  # it goes off after all
    stage.tick(10)
    assert stage.servers['shop'].status == 'ACTIVE'
    if or_else is FAIL:
        assert 'was not off' in stage.history()[-1].reason
    else:
        (point,) = stage.good()
        assert point.level is CRASH
        assert 'was not off' in point.level_reason


def test_a_stop_that_is_refused_is_asked_for_again(stopped):
    stopped.cloud.fail('stop_server', errors.CloudConflict('409'), times=2)
    stopped.run(ticks=10)
    (point,) = stopped.good()
    assert point.level is STOPPED
    assert stopped.servers['shop'].status == 'ACTIVE'


@pytest.mark.parametrize('fate', ['error', 'hang'])
def test_a_server_is_started_though_taking_fails(stopped, fate):
    stopped.cloud.break_next('create_snapshot', fate=fate)
    start(stopped)
    stopped.tick(5)
    stopped.wait(minutes=11)
    stopped.tick(40)
    stopped.cloud.heal()
    stopped.tick(20)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert statuses(stopped) == ['good', 'deleted']


def test_a_server_is_started_though_cinder_refuses(stopped):
    stopped.cloud.fail(
        'create_snapshot', errors.CloudRefused('400'), times=None
    )
    task = stopped.run(ticks=80)
    assert task.status is model.TaskStatus.FAILED
    assert stopped.cloud.count('stop_server') == stages.SETTINGS.attempts
    assert stopped.servers['shop'].status == 'ACTIVE'


def test_a_server_that_cannot_be_started_alarms_until_it_can(stopped):
    stopped.cloud.fail('start_server', errors.CloudConflict('409'), times=2)
    start(stopped)
    stopped.tick(8)
    assert 'cannot be started again' in stopped.protection().alarm
    stopped.tick(30)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert stopped.protection().alarm == ''
    assert statuses(stopped) == ['good']


def test_an_outage_delays_the_start_and_no_more(stopped):
    start(stopped)
    stopped.tick(2)
    assert stopped.servers['shop'].status == 'SHUTOFF'
    with stopped.cloud.outage('nova', 'cinder', 'keystone'):
        stopped.tick(10)
    stopped.tick(10)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert len(stopped.good()) == 1


def test_a_server_in_recovery_is_left_to_it(stopped):
    start(stopped)
    stopped.tick(2)
    assert stopped.servers['shop'].status == 'SHUTOFF'
    begun = recoveries.claim(
        stopped.database,
        stopped.ask_for_recovery(),
        'worker-2',
        stopped.now,
        stopped.now + stages.LEASE,
    )
    stopped.tick(10)
    assert stopped.cloud.count('start_server') == 0
    assert statuses(stopped) == ['creating']
    refused = model.RecoveryStatus.REFUSED
    recoveries.finish(stopped.database, begun, refused, 'so', stopped.now)
    stopped.tick(30)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert len(stopped.good()) == 1


@pytest.mark.parametrize('status', ['held', 'waiting'])
def test_a_recovery_that_has_not_begun_keeps_no_server_off(stopped, status):
    """It waits for a person or for others, and may do so for days."""
    start(stopped)
    stopped.tick(2)
    assert stopped.servers['shop'].status == 'SHUTOFF'
    stopped.ask_for_recovery(status=model.RecoveryStatus(status))
    stopped.tick(10)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert len(stopped.good()) == 1


@pytest.mark.parametrize('status', ['held', 'waiting'])
def test_nor_where_the_worker_that_stopped_it_died(stopped, status):
    start(stopped)
    stopped.tick(2, worker='worker-1')
    assert stopped.servers['shop'].status == 'SHUTOFF'
    stopped.ask_for_recovery(status=model.RecoveryStatus(status))
    stopped.wait(seconds=stages.LEASE.total_seconds() + 1)
    stopped.tick(10, worker='worker-2')
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert len(stopped.good()) == 1


def test_what_a_dead_worker_had_not_begun_waits_for_a_recovery(stopped):
    start(stopped)
    (waiting,) = tasks.waiting(stopped.database, stopped.now, 1)
    until = stopped.now + stages.LEASE
    task_claims.claim(
        stopped.database, waiting, 'worker-1', stopped.now, until
    )
    stopped.ask_for_recovery(status=model.RecoveryStatus.HELD)
    stopped.wait(seconds=stages.LEASE.total_seconds() + 1)
    stopped.tick(10, worker='worker-2')
    assert stopped.cloud.count('stop_server') == 0
    assert stopped.history() == []


def test_a_server_that_fails_to_start_makes_no_good_point(stopped):
    stopped.cloud.break_next('start_server')
    start(stopped)
    stopped.tick(10)
    assert stopped.servers['shop'].status == 'ERROR'
    assert stopped.good() == []
    assert len(stopped.recoveries()) == 1


def test_a_server_that_vanishes_while_it_is_stopped(stopped):
    start(stopped)
    stopped.tick()
    del stopped.cloud.world.servers[stopped.servers['shop'].id]
    stopped.tick(150)
    assert statuses(stopped) == ['deleted']


@pytest.mark.parametrize('found', ['ACTIVE', 'SHUTOFF'])
@pytest.mark.parametrize('or_else', rules.OrElse)
def test_a_server_that_vanishes_while_its_snapshots_are_made(
    tmp_path, found, or_else
):
    """Whether it had stayed off until then nobody can tell."""
    stage = make(tmp_path, STOPPED, or_else=or_else)
    server = stage.servers['shop']
    server.status = found
    stage.cloud.hang_next('create_snapshot', times=2)
    task = start(stage)
    stage.tick(4)
    assert len(snapshots(stage)) == 2
    del stage.cloud.world.servers[server.id]
    stage.cloud.heal()
    stage.tick(6)
    (point,) = stage.history()
    ended = tasks.get(stage.database, None, task.id)
    if or_else is DEGRADE:
        assert point.status is model.PointStatus.GOOD
        assert point.level is CRASH
        assert 'is gone' in point.level_reason
        assert ended.status is model.TaskStatus.DONE
    else:
        assert 'is gone' in point.reason
        assert stage.good() == []
        assert ended.status is not model.TaskStatus.RUNNING
    stage.tick(30)
    assert all(e.power not in model.HELD_POWER for e in stage.history())


def test_a_clock_that_is_set_back_leaves_no_server_off(stopped):
    right = stopped.now
    stopped.wait(hours=2)
    stopped.cloud.hang_next('create_snapshot')
    start(stopped)
    stopped.tick(3)
    assert stopped.servers['shop'].status == 'SHUTOFF'
    stopped.now = right
    stopped.cloud.heal()
    stopped.tick(8)
    assert stopped.servers['shop'].status == 'ACTIVE'
    assert len(stopped.good()) == 1


# the root image


def test_a_root_image_belongs_to_the_point(rooted):
    rooted.run()
    (point,) = rooted.good()
    image = rooted.cloud.world.images[point.root_image_id]
    assert (image.status, image.project_id) == ('active', build.PROJECT)
    assert image.metadata[resource.MARKER] == point.id
    assert point.image_id == rooted.servers['shop'].image_id


def test_a_root_image_goes_with_its_point(rooted):
    before = len(rooted.cloud.world.images)
    for _ in range(4):
        rooted.run()
    assert statuses(rooted) == ['good', 'good', 'deleted', 'deleted']
    assert len(rooted.cloud.world.images) == before + 2


@pytest.mark.parametrize('lost', [False, True], ids=['refused', 'lost'])
def test_a_passing_trouble_with_an_image_is_tried_again(rooted, lost):
    before = len(rooted.cloud.world.images)
    rooted.cloud.fail(
        'create_image', errors.CloudUnavailable('503'), after=lost
    )
    task = rooted.run(ticks=20)
    assert task.status is model.TaskStatus.DONE
    rooted.tick(150)
    assert statuses(rooted) == ['good', 'deleted']
    assert len(rooted.cloud.world.images) == before + 1


@pytest.mark.parametrize('fate', ['error', 'hang'])
def test_a_point_waits_for_its_root_image(rooted, fate):
    rooted.cloud.break_next('create_image', fate=fate)
    start(rooted)
    rooted.tick(5)
    assert rooted.good() == []
    rooted.wait(minutes=11)
    rooted.tick(5)
    assert 'root image' in rooted.history()[-1].reason
    rooted.cloud.heal()
    rooted.tick(40)
    assert statuses(rooted)[0] == 'good'


def test_an_image_that_lost_its_marks_is_not_deleted(rooted):
    rooted.run()
    (point,) = rooted.good()
    rooted.cloud.world.images[point.root_image_id].metadata.clear()
    for _ in range(3):
        rooted.run()
    assert statuses(rooted)[-1] == 'deleted'
    assert point.root_image_id in rooted.cloud.world.images


def test_a_refused_delete_of_an_image_is_recorded(rooted):
    rooted.cloud.fail(
        'delete_image', errors.CloudRefused('403 protected'), times=None
    )
    for _ in range(3):
        rooted.run()
    (going,) = rooted.history(status=model.PointStatus.DELETING)
    assert '403 protected' in going.reason
    asked = rooted.cloud.count('delete_image')
    rooted.tick(10)
    assert rooted.cloud.count('delete_image') == asked
    rooted.cloud.heal()
    rooted.wait(minutes=10)
    rooted.tick(6)
    assert statuses(rooted) == ['good', 'good', 'deleted']


def test_a_recovery_rebuilds_from_the_original_image(rooted):
    rooted.run()
    rooted.wait(minutes=1)
    server = rooted.servers['shop']
    original = server.image_id
    rooted.cloud.break_server(server)
    rooted.ask_for_recovery()
    assert rooted.recover().status is model.RecoveryStatus.DONE
    assert server.image_id == original


def test_a_stopped_server_is_imaged_before_it_is_started(tmp_path):
    stage = make(tmp_path, STOPPED, root_image=True)
    stage.run(ticks=12)
    (point,) = stage.good()
    assert point.level is STOPPED
    assert stage.cloud.world.images[point.root_image_id].status == 'active'
    assert order_of(stage, 'create_image', 'start_server') == [
        'create_image',
        'start_server',
    ]


# dying at each call

#: What a run at each level asks of the cloud, a removal included.
MATRIX = {GROUP: range(16), STOPPED: range(28)}


@pytest.mark.parametrize('acts', [False, True], ids=['before', 'after'])
@pytest.mark.parametrize(
    ('level', 'calls'),
    [(level, n) for level, counted in MATRIX.items() for n in counted],
)
def test_invariant_4_a_worker_killed_at_any_call_loses_nothing(
    tmp_path, level, calls, acts
):
    """Die at each call; another worker ends it, and the server runs."""
    stage = make(tmp_path, level, root_image=level is STOPPED)
    before = len(stage.cloud.world.images)
    stage.run(ticks=12)
    stage.run(ticks=12)
    task = start(stage)
    dying = crash.CrashAfter(stage.cloud, calls, acts)
    with pytest.raises(crash.Crash):
        stage.tick(14, cloud=dying)
    stage.cloud.settle()
    stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    for _ in range(4):
        stage.tick(12, worker='worker-2')
        stage.wait(minutes=3)
    ended = tasks.get(stage.database, None, task.id)
    assert ended.status is model.TaskStatus.DONE
    assert [point.level for point in stage.good()] == [level] * 2
    assert set(statuses(stage)) == {'good', 'deleted'}
    assert len(snapshots(stage)) == 4
    images = len(stage.cloud.world.images) - before
    assert images == (2 if level is STOPPED else 0)
    assert stage.servers['shop'].status == 'ACTIVE'
    assert stage.recoveries() == []


@pytest.mark.parametrize('level', MATRIX)
def test_the_crash_matrix_reaches_the_last_call(tmp_path, level):
    """If a run asks more of the cloud, MATRIX has to grow with it."""
    stage = make(tmp_path, level, root_image=level is STOPPED)
    stage.run(ticks=12)
    stage.run(ticks=12)
    before = stage.cloud.count()
    stage.run(ticks=14)
    assert stage.cloud.count() - before == len(MATRIX[level])
