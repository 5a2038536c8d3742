"""Rows and cloud drift apart: it is noticed, and nothing is guessed."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.db import points
from snapfault.db import tasks
from tests import build
from tests.functional import stage as stages

HOUR = datetime.timedelta(hours=1)
LOST = model.PointStatus.LOST


@pytest.fixture
def stage(tmp_path):
    """Give a stage that reconciles each hour, with two good points."""
    made = stages.Stage(tmp_path)
    made.settings = dataclasses.replace(made.settings, reconcile=HOUR)
    made.protect()
    made.tick()
    made.run()
    made.run()
    made.wait(hours=2)
    made.tick()
    return made


def _reconcile(stage):
    """Let an hour pass and the project's turn come."""
    stage.wait(minutes=61)
    stage.tick()


def _delete_by_hand(stage, member):
    del stage.cloud.world.snapshots[member.snapshot_id]


def test_while_all_agrees_nothing_changes_and_one_list_is_read(stage):
    before = stage.history()
    asked = stage.cloud.count()
    for _ in range(3):
        _reconcile(stage)
    assert stage.history() == before
    assert stage.cloud.count() - asked == 3
    stage.tick(30)
    assert stage.cloud.count() - asked == 3


@pytest.mark.parametrize('newest', [True, False])
def test_a_point_whose_snapshot_somebody_deleted_is_lost(stage, newest):
    victim = stage.good()[0 if newest else 1]
    _delete_by_hand(stage, victim.members[1])
    _reconcile(stage)
    lost = points.get(stage.database, None, victim.id)
    assert lost.status is LOST
    assert victim.members[1].snapshot_id in lost.reason
    assert victim.id in stage.protection().alarm
    assert len(stage.good()) == 1


def test_invariant_1_a_lost_point_does_not_count_as_one_that_is_kept(stage):
    older, newer = stage.good()[1], stage.good()[0]
    _delete_by_hand(stage, newer.members[0])
    _reconcile(stage)
    with pytest.raises(errors.Conflict):
        points.move(
            stage.database,
            older,
            model.PointStatus.DELETING,
            now=stage.now,
        )
    assert stage.good() == [older]


def test_a_snapshot_that_came_into_error_loses_its_point(stage):
    victim = stage.good()[1]
    snapshots = stage.cloud.world.snapshots
    snapshots[victim.members[0].snapshot_id].status = 'error'
    _reconcile(stage)
    assert stage.history(status=LOST)[0].id == victim.id


def test_a_volume_deleted_with_its_snapshots_loses_all_its_points(stage):
    for point in stage.good():
        _delete_by_hand(stage, point.members[0])
    _reconcile(stage)
    assert stage.good() == []
    assert len(stage.history(status=LOST)) == 2
    assert stage.run().status is model.TaskStatus.DONE
    assert stage.protection().alarm == ''


@pytest.mark.parametrize(
    ('method', 'error'),
    [
        ('list_snapshots', errors.CloudUnavailable('503')),
        ('list_snapshots', errors.DelegationDead('401')),
        ('check', errors.DelegationDead('401')),
        ('get_snapshot', errors.CloudUnavailable('503')),
        ('get_snapshot', errors.CloudRefused('403')),
    ],
)
def test_nothing_is_lost_that_cannot_be_read(stage, method, error):
    _delete_by_hand(stage, stage.good()[0].members[0])
    stage.cloud.fail(method, error, times=None)
    _reconcile(stage)
    assert len(stage.good()) == 2
    stage.cloud.heal()
    stage.wait(minutes=6)
    stage.tick()
    assert len(stage.good()) == 1


def test_a_list_that_leaves_something_out_loses_nothing(stage):
    stage.cloud.cinder.list_snapshots = lambda project_id: []
    _reconcile(stage)
    assert len(stage.good()) == 2


def test_a_snapshot_with_our_tags_is_reported_and_stays(stage, caplog):
    (tagged,) = [
        each
        for each in stage.cloud.snapshots_of(build.PROJECT)
        if each.id == stage.good()[0].members[0].snapshot_id
    ]
    project = stage.cloud.project(stage.right)
    copies = [
        project.create_snapshot(tagged.volume_id, 'a copy', tagged.metadata),
        project.create_snapshot(
            tagged.volume_id, 'alone', {resource.MARKER: 'nobody'}
        ),
    ]
    _reconcile(stage)
    for each in copies:
        assert f'{each.id} of project {build.PROJECT}' in caplog.text
    for _ in range(4):
        stage.run(ticks=10)
    left = {each.id for each in stage.cloud.snapshots_of(build.PROJECT)}
    assert {each.id for each in copies} <= left
    assert len(left) == 2 + 4


def test_what_a_recovery_keeps_is_no_stray(stage, caplog):
    stage.cloud.break_server(stage.servers['shop'])
    stage.ask_for_recovery()
    assert stage.recover().status is model.RecoveryStatus.DONE
    assert len(stage.cloud.snapshots_of(build.PROJECT)) == 4 + 2
    _reconcile(stage)
    assert 'has our tags' not in caplog.text


def test_what_is_under_way_is_no_stray(stage, caplog):
    """It begins after the rows were read, and is in the listing."""
    show = stage.cloud.cinder.list_snapshots

    def list_snapshots(project_id):
        stage.cloud.cinder.list_snapshots = show
        tasks.create_now(stage.database, stage.protection(), stage.now)
        settings, stage.settings = stage.settings, stages.SETTINGS
        stage.tick(worker='worker-2')
        stage.settings = settings
        return show(project_id)

    stage.cloud.cinder.list_snapshots = list_snapshots
    _reconcile(stage)
    assert stage.cloud.count('create_snapshot') == 6
    assert 'has our tags' not in caplog.text


def test_two_workers_may_reconcile_at_once(stage):
    _delete_by_hand(stage, stage.good()[0].members[0])
    stage.tick(worker='worker-2')
    stage.wait(minutes=61)
    stage.tick(worker='worker-2')
    stage.tick(worker='worker-1')
    assert len(stage.history(status=LOST)) == 1
    assert len(stage.good()) == 1


def test_a_worker_looks_soon_after_it_has_begun(stage):
    _delete_by_hand(stage, stage.good()[0].members[0])
    stage.tick(worker='worker-9')
    stage.wait(minutes=5)
    stage.tick(worker='worker-9')
    assert len(stage.good()) == 1
