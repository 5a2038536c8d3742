"""What a recovery would do, foreseen on the in-memory cloud."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import trouble
from snapfault.db import step_times
from snapfault.outlook import foresight
from snapfault.recover import plan
from tests import build
from tests.functional import stage as stages


@pytest.fixture
def broken(stage):
    """Give a service with one good point whose server then failed."""
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    return stage


def _foresee(stage, **changes):
    recovery = trouble.new_recovery(
        stage.protection(),
        cause='asked for by a person',
        onset_at=stage.now,
        evidence={},
        now=stage.now,
    )
    return foresight.foresee(
        stage.database,
        stage.cloud,
        stage.protection(),
        dataclasses.replace(recovery, **changes),
    )


def _names(planned):
    return [[each.name for each in phase] for phase in planned.phases]


def test_what_is_foreseen_is_what_is_done(broken):
    before = len(broken.cloud.changes())
    seen = _foresee(broken)
    assert len(broken.cloud.changes()) == before
    assert seen.planned.way is model.Way.FULL
    assert seen.point.id == broken.good()[0].id
    broken.ask_for_recovery()
    done = broken.recover()
    taken = {}
    for step in broken.recoveries()[0].steps:
        taken.setdefault(step.phase, []).append(step.name)
    assert done.status is model.RecoveryStatus.DONE
    assert list(taken.values()) == _names(seen.planned)


def test_what_is_lost(broken):
    seen = _foresee(broken)
    server = broken.servers['shop']
    volumes = [each.id for each in broken.cloud.volumes_of(server)]
    assert [each.resource_id for each in seen.losses] == [server.id, *volumes]
    assert [each.device for each in seen.losses] == [
        '',
        '/dev/vdb',
        '/dev/vdc',
    ]
    point = broken.good()[0]
    since = point.asked_at or point.created_at
    assert [each.since for each in seen.losses] == [None, since, since]


def test_a_root_volume_is_lost_and_kept_safe(tmp_path):
    stage = stages.Stage(tmp_path)
    stage.protect(volumes=0, volume_backed=True)
    stage.run()
    stage.wait(minutes=1)
    (loss,) = _foresee(stage).losses
    assert loss.resource_id == stage.servers['shop'].root_id
    assert 'a snapshot of it is taken before' in loss.text


def test_a_root_volume_in_error_is_kept_safe_as_it_is_said(tmp_path):
    recovery = rules.RecoveryRules(margin=0, repair=True)
    stage = stages.Stage(tmp_path, recovery=recovery)
    stage.protect(volumes=0, volume_backed=True)
    stage.run()
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    stage.cloud.world.volumes[server.root_id].status = 'error'
    stage.wait(minutes=1)
    seen = _foresee(stage)
    (loss,) = seen.losses
    assert 'a snapshot of it is taken before' in loss.text
    assert _names(seen.planned)[:3] == [
        ['repair'],
        ['safety-snapshot'],
        ['rebuild'],
    ]
    assert seen.planned.phases[1][0].volume_id == loss.resource_id


def test_how_long_it_takes_is_known_from_past_steps(broken):
    assert _foresee(broken).estimate.seconds is None
    broken.ask_for_recovery()
    broken.recover()
    times = step_times.of_project(broken.database, build.PROJECT)
    assert {'rebuild', 'restore-volume', 'detach', 'attach'} <= set(times)
    broken.cloud.break_server(broken.servers['shop'])
    broken.wait(minutes=1)
    took = (
        broken.recoveries()[0].finished_at - broken.recoveries()[0].created_at
    )
    seconds = _foresee(broken).estimate.by_steps
    assert 0 < seconds <= took.total_seconds() + 1


def test_another_projects_steps_tell_nothing(broken):
    broken.ask_for_recovery()
    broken.recover()
    assert step_times.of_project(broken.database, 'project-b') == {}


def test_why_not(stage):
    seen = _foresee(stage)
    assert isinstance(seen.planned, plan.Refusal)
    assert 'no good recovery point' in seen.planned.reason


def test_the_volumes_may_be_kept(broken):
    seen = _foresee(broken, keep_volumes=True)
    assert seen.planned.way is model.Way.SERVER
    assert [each.resource_id for each in seen.losses] == [
        broken.servers['shop'].id
    ]


@pytest.mark.parametrize(
    'error',
    [errors.CloudUnavailable('503'), errors.DelegationDead('role removed')],
)
def test_a_cloud_that_cannot_be_read_is_told(broken, error):
    broken.cloud.fail('check', error)
    seen = _foresee(broken)
    assert seen.planned is None
    assert seen.unread == str(error)


def test_a_recovery_that_is_open_is_named(broken):
    asked = broken.ask_for_recovery()
    assert _foresee(broken).open_recovery_id == asked.id
    broken.recover()
    assert _foresee(broken).open_recovery_id is None


def test_the_gentle_way_loses_nothing(tmp_path):
    stage = stages.Stage(
        tmp_path, recovery=rules.RecoveryRules(margin=0, reboot_first=True)
    )
    stage.protect()
    stage.run()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    seen = _foresee(stage)
    assert seen.planned.way is model.Way.REBOOT
    assert seen.losses == ()
