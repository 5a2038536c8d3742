"""``snapfault-manage reconcile``: what differs is told, little is repaired."""

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cmd import drifting
from snapfault.db import kept
from snapfault.db import points
from tests import build
from tests.functional import stage as stages

LOST = model.PointStatus.LOST


@pytest.fixture
def stage(tmp_path):
    """Give a stage with one good point."""
    made = stages.Stage(tmp_path)
    made.protect()
    made.tick()
    made.run()
    yield made
    made.database.close()


def _compare(stage, wanted=None, repair=False):
    rows, unread = drifting.compare_all(
        stage.database, stage.cloud, wanted, repair=repair
    )
    return [(each['what'], each['outcome']) for each in rows], unread


def _project(stage):
    return stage.cloud.project(stage.right)


def test_where_all_agrees_nothing_is_told_or_changed(stage):
    before = stage.history()
    assert _compare(stage, repair=True) == ([], [])
    assert _compare(stage, [build.PROJECT]) == ([], [])
    assert stage.history() == before


def test_a_lost_point_is_told_and_repaired_only_when_asked(stage):
    (point,) = stage.good()
    del stage.cloud.world.snapshots[point.members[0].snapshot_id]
    changes = stage.cloud.count('delete_snapshot')
    for _ in range(2):
        assert _compare(stage) == ([('lost point', 'left alone')], [])
        assert stage.good() == [point]
    assert _compare(stage, repair=True) == ([('lost point', 'repaired')], [])
    assert stage.history(status=LOST)[0].id == point.id
    assert point.id in stage.protection().alarm
    assert _compare(stage, repair=True) == ([], [])
    assert stage.cloud.count('delete_snapshot') == changes


def test_a_list_that_leaves_something_out_is_not_believed(stage):
    stage.cloud.cinder.list_snapshots = lambda project_id: []
    assert _compare(stage, repair=True) == ([], [])


def test_marked_resources_that_no_row_knows_are_told_and_stay(stage):
    (point,) = stage.good()
    project = _project(stage)
    marks = {resource.MARKER: 'nobody/restored/x', resource.RECOVERY: 'nobody'}
    volume = project.create_volume(
        point.members[0].snapshot_id, 1, 'left behind', marks
    )
    snapshot = project.create_snapshot(
        point.members[0].volume_id, 'copy', {resource.MARKER: 'nobody'}
    )
    stage.cloud.tick()
    found, unread = _compare(stage, repair=True)
    assert sorted(found) == [
        ('stray snapshot', 'left alone'),
        ('stray volume', 'left alone'),
    ]
    assert unread == []
    assert project.get_volume(volume.id).status == 'available'
    assert project.get_snapshot(snapshot.id).status == 'available'


def test_what_a_recovery_keeps_and_restores_is_no_stray(stage):
    stage.cloud.break_server(stage.servers['shop'])
    stage.ask_for_recovery()
    assert stage.recover().status is model.RecoveryStatus.DONE
    assert kept.of_recoveries(stage.database, [stage.recoveries()[0].id]) != {}
    assert _compare(stage) == ([], [])


def test_a_project_that_cannot_be_read_is_named(stage):
    stage.cloud.fail(
        'list_snapshots', errors.CloudUnavailable('503'), times=None
    )
    found, (said,) = _compare(stage, repair=True)
    assert found == []
    assert build.PROJECT in said
    assert '503' in said


def test_a_project_that_protects_nothing_is_refused(stage):
    with pytest.raises(errors.InvalidInput, match='project-z'):
        _compare(stage, ['project-z'])


def test_an_answer_that_was_lost_is_noted(stage):
    (point,) = stage.good()
    made = points.create(
        stage.database,
        build.point(
            id='point-lost',
            sequence=0,
            status=model.PointStatus.CREATING,
            members=(
                build.member(
                    id='member-lost',
                    snapshot_id=None,
                    volume_id=point.members[0].volume_id,
                ),
            ),
        ),
    )
    marks = {
        resource.MARKER: 'member-lost',
        resource.POINT: made.id,
        resource.PROTECTION: made.protection_id,
    }
    _project(stage).create_snapshot(point.members[0].volume_id, 'x', marks)
    stage.cloud.tick()
    assert _compare(stage) == ([('lost answer', 'left alone')], [])
    assert _compare(stage, repair=True) == ([('lost answer', 'repaired')], [])
    found = points.get(stage.database, None, made.id)
    assert found.members[0].snapshot_id is not None
