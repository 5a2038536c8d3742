"""A right that dies in the middle of a run: its project, and the others."""

import dataclasses

import pytest

from snapfault import model
from snapfault import rules
from snapfault.cycle import leave
from snapfault.db import endings
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import tasks
from tests import build
from tests.functional import stage as stages
from tests.functional import test_levels

OTHER = 'f' * 32  #: a project that has nothing to do with it


@pytest.fixture
def dead(stage):
    """Give a service whose right dies while its snapshots are made."""
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.cloud.hang_next('create_snapshot', times=2)
    stage.tick()
    stage.cloud.kill_trusts_of(build.PROJECT)
    return stage


def statuses(stage):
    return [str(point.status) for point in stage.history()]


def state(stage):
    (task,) = tasks.list_page(stage.database, build.PROJECT, limit=2)
    return task


def beside(stage):
    """Protect a server of another project, and ask for a run of it."""
    image = stage.cloud.add_image()
    server = stage.cloud.add_server(OTHER, volumes=2, image=image, name='o')
    policies.create(
        stage.database,
        build.policy(
            id='policy-o', project_id=OTHER, name='o', created_at=stage.now
        ),
    )
    theirs = protections.create(
        stage.database,
        build.protection(
            id='protection-o',
            project_id=OTHER,
            business_id='o',
            server_id=server.id,
            image_id=image.id,
            right_id=stage.cloud.add_project(OTHER).right_id,
            policy_id='policy-o',
            next_run_at=None,
        ),
    )
    return tasks.create_now(stage.database, theirs, stage.now)


def test_a_dead_right_keeps_no_other_project_from_its_backups(dead):
    """The gate has as many places as the dead right's points take."""
    few = dataclasses.replace(stages.SETTINGS.under_way, volume_type=2)
    dead.settings = dataclasses.replace(stages.SETTINGS, under_way=few)
    dead.cloud.heal()
    task = beside(dead)
    dead.tick(8)
    waits = tasks.get(dead.database, None, task.id)
    assert waits.status is model.TaskStatus.WAITING  # the places are taken
    dead.wait(minutes=10)
    dead.tick(8)
    done = tasks.get(dead.database, None, task.id)
    assert done.status is model.TaskStatus.DONE


def test_its_run_fails_and_says_what_to_do(dead):
    dead.wait(minutes=10)
    dead.tick(2)
    (point,) = dead.history()
    assert point.status is model.PointStatus.FAILED
    assert 'openstack protection set shop --delegation' in point.reason
    for member in point.members:
        assert member.snapshot_id in point.reason
    assert state(dead).status is model.TaskStatus.FAILED
    assert state(dead).reason == point.reason
    assert point.reason in dead.protection().alarm


def test_until_the_timeout_a_right_may_live_again(dead):
    dead.wait(minutes=5)
    dead.tick(16)
    assert statuses(dead) == ['creating']
    dead.cloud.revive_trust(dead.right)
    dead.cloud.heal()
    dead.tick(16)
    assert statuses(dead) == ['good']
    assert state(dead).status is model.TaskStatus.DONE


def test_what_is_left_goes_by_another_right(dead):
    dead.wait(minutes=10)
    dead.tick(2)
    dead.cloud.heal()
    dead.cloud.settle()
    assert len(dead.cloud.snapshots_of(build.PROJECT)) == 2
    right = dead.cloud.add_project(build.PROJECT)
    assert right != dead.right
    protections.update(
        dead.database,
        dataclasses.replace(dead.protection(), right_id=right.right_id),
    )
    dead.tick(32)
    assert statuses(dead) == ['deleted']
    assert dead.cloud.snapshots_of(build.PROJECT) == []


def test_a_deleted_protection_goes_though_its_right_is_dead(dead):
    endings.end(dead.database, build.PROJECT, 'protection-shop', dead.now)
    dead.wait(minutes=10)
    dead.tick(2)
    leave.look(dead.database, dead.cloud, dead.now)
    assert protections.by_ids(dead.database, ['protection-shop']) == {}


def test_a_run_whose_worker_died_too_is_given_up_by_another(dead):
    dead.wait(minutes=10)
    dead.tick(2, worker='worker-2')
    assert statuses(dead) == ['failed']
    assert state(dead).status is model.TaskStatus.FAILED


def test_a_point_whose_run_has_ended_is_given_up_too(dead):
    """Its protection is gone, and with it the last right there was."""
    failed = model.TaskStatus.FAILED
    task_claims.finish(dead.database, state(dead), failed, 'cut off', dead.now)
    gone = endings.end(
        dead.database, build.PROJECT, 'protection-shop', dead.now
    )
    assert gone is None
    dead.wait(minutes=10)
    dead.tick(2)
    assert statuses(dead) == ['failed']


@pytest.fixture
def off(tmp_path):
    """Give a service that is off for its point, and whose right is dead."""
    stage = test_levels.make(tmp_path, rules.Level.STOPPED)
    stage.cloud.hang_next('create_snapshot', times=2)
    test_levels.start(stage)
    stage.tick(4)
    stage.cloud.kill_trusts_of(build.PROJECT)
    stage.wait(minutes=10)
    stage.tick(2)
    assert stage.servers['shop'].status == 'SHUTOFF'
    return stage


def test_a_server_that_is_off_is_started_by_another_right(off):
    (point,) = off.history()
    assert f'server {point.server_id} was stopped for it' in point.reason
    right = off.cloud.add_project(build.PROJECT)
    protections.update(
        off.database,
        dataclasses.replace(off.protection(), right_id=right.right_id),
    )
    off.tick(32)
    assert off.servers['shop'].status == 'ACTIVE'


def test_a_server_that_is_off_keeps_nothing_without_a_right(off):
    """Nobody is left who could start it but its owner."""
    owner = off.protection()
    off.tick(32)
    assert off.history()[0].power in model.HELD_POWER
    ending = endings.end(off.database, build.PROJECT, owner.id, off.now)
    assert ending is not None
    off.tick(32)
    leave.look(off.database, off.cloud, off.now)
    assert protections.by_ids(off.database, [owner.id]) == {}
