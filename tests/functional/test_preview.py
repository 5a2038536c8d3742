"""The plan: it says what then really runs, and only reads."""

import dataclasses
import datetime
import itertools

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.outlook import preview
from snapfault.rank import load
from snapfault.rank import run as rank
from tests import build
from tests.fake import faults
from tests.functional import stage as stages

CPU = rules.Metric('cpu_util')
LOADS = {'archive': 5.0, 'ledger': 60.0, 'shop': 95.0}


def _plan(stage):
    ranker = rank.Ranker(stage.cloud.read_measures, load.load())
    return preview.preview(
        stage.database, stage.cloud, ranker, build.PROJECT, stage.now
    )


def _names(plan):
    return [each.ranked.candidate.protection.business_id for each in plan]


def _limits(foreseen):
    return {
        (each.volume_type, each.what): (each.before, each.after)
        for each in foreseen.limits
    }


@pytest.fixture
def busy(tmp_path):
    """Give three services under load with a full history, all asked for."""
    stage = stages.Stage(tmp_path, thresholds=(rules.Threshold(CPU, 80.0),))
    for number, (name, cpu) in enumerate(LOADS.items(), start=1):
        stage.protect(name, volumes=number)
        stage.cloud.set_measures(stage.servers[name], {CPU: cpu})
        stage.run(name)
        stage.run(name)
    stage.wait(minutes=1)
    for name in LOADS:
        tasks.create_now(stage.database, stage.protection(name), stage.now)
    return stage


def test_what_runs_is_what_the_plan_said(busy):
    """Order, members, prunes and quota: foreseen, then found."""
    busy.cloud.limit(
        build.PROJECT, snapshots=30, gigabytes=90, snapshots_fake=25
    )
    plan = _plan(busy)
    assert _names(plan) == ['shop', 'ledger', 'archive']
    begun = len(busy.cloud.calls)
    busy.tick(1)
    created = [
        call.args[0]
        for call in busy.cloud.calls[begun:]
        if call.method == 'create_snapshot'
    ]
    foreseen = [
        {volume.volume_id for volume in each.foreseen.take} for each in plan
    ]
    for wanted in foreseen:
        assert set(created[: len(wanted)]) == wanted
        del created[: len(wanted)]
    assert created == []
    busy.tick(12)
    gone = {
        point.id: point.reason
        for name in LOADS
        for point in busy.history(name, model.PointStatus.DELETED)
    }
    assert gone == {
        prune.point_id: prune.reason
        for each in plan
        for prune in each.foreseen.prune
    }
    assert len(gone) == 3
    left = busy.cloud.project(busy.right).get_headroom()
    last = _limits(plan[-1].foreseen)
    assert last[None, 'snapshots'][1] == left.snapshots == 30 - 12
    assert last[None, 'gigabytes'][1] == left.gigabytes
    assert last['fake', 'snapshots'][1] == left.types['fake'].snapshots


def test_each_task_begins_where_the_one_before_ended(busy):
    busy.cloud.limit(build.PROJECT, snapshots=30)
    limits = [_limits(each.foreseen) for each in _plan(busy)]
    for before, after in itertools.pairwise(limits):
        for key, (_, left) in before.items():
            assert after[key][0] == left


def test_the_weights_are_those_of_the_run(busy):
    plan = _plan(busy)
    busy.tick(1)
    for each in plan:
        task = tasks.get(busy.database, None, each.ranked.candidate.task.id)
        assert task.weight == each.ranked.weight
        assert task.breakdown == each.ranked.parts


def test_room_that_has_to_be_made_is_foreseen(busy):
    """The oldest goes first; the quota finds nothing more to prune."""
    busy.cloud.limit(build.PROJECT, snapshots=14)
    plan = {
        name: each
        for name, each in zip(_names(_plan(busy)), _plan(busy), strict=True)
    }
    shop = plan['shop'].foreseen
    assert 'makes room' in shop.prune[0].reason
    busy.tick(40)
    gone = busy.history('shop', model.PointStatus.DELETED)
    assert [(p.id, p.reason) for p in gone] == [
        (each.point_id, each.reason) for each in shop.prune
    ]


def test_where_no_room_can_be_made_nothing_is_taken(stage):
    stage.run()
    stage.cloud.limit(build.PROJECT, snapshots=2)
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    (only,) = _plan(stage)
    assert 'room for 0 more snapshots' in only.foreseen.hindrance
    assert only.foreseen.prune == ()
    assert _limits(only.foreseen)[None, 'snapshots'] == (0, 0)


@pytest.mark.parametrize(
    ('limits', 'lacking'),
    [
        ({}, []),
        ({'volumes': 4}, []),
        ({'volumes': 3}, [(None, 'volumes')]),
        ({'gigabytes': 8}, []),
        ({'gigabytes': 7}, [(None, 'gigabytes')]),
        ({'gigabytes_fake': 7}, [('fake', 'gigabytes')]),
        ({'snapshots': 3}, [(None, 'snapshots')]),
    ],
)
def test_the_room_of_a_recovery_is_told(stage, limits, lacking):
    """Two clones, and snapshots of two damaged volumes; all of 1 GiB."""
    stage.cloud.limit(build.PROJECT, **limits)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    (only,) = _plan(stage)
    assert [
        (each.volume_type, each.what)
        for each in only.foreseen.needs
        if not each.is_met
    ] == lacking


def _error(stage):
    stage.cloud.break_server(stage.servers['shop'])


def _bare(stage):
    stage.servers['shop'].attachments.clear()


def _foreign(stage):
    stage.cloud.volumes_of(stage.servers['shop'])[0].project_id = 'project-b'


def _recovering(stage):
    stage.ask_for_recovery()


@pytest.mark.parametrize(
    ('spoil', 'says'),
    [
        (_error, 'is in ERROR: guest lost'),
        (_bare, 'has no volume attached'),
        (_foreign, 'not to be seen in its project'),
        (_recovering, 'a recovery of the server is open'),
    ],
)
def test_a_run_that_will_take_nothing_says_why(stage, spoil, says):
    stage.run()
    stage.wait(minutes=1)
    spoil(stage)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    (only,) = _plan(stage)
    assert says in only.foreseen.hindrance
    assert only.foreseen.prune == ()
    stage.tick(10)
    assert len(stage.good()) == 1


@pytest.mark.parametrize('service', ['nova', 'cinder', 'keystone'])
def test_what_cannot_be_read_is_said_and_the_rest_is_shown(busy, service):
    with busy.cloud.outage(service):
        plan = _plan(busy)
    assert _names(plan) == ['shop', 'ledger', 'archive']
    for each in plan:
        assert each.foreseen.take is None
        assert f'{service} does not answer' in each.foreseen.unread
        assert len(each.foreseen.prune) == 1
        assert each.ranked.measures


def test_a_server_that_is_gone_is_said(stage):
    del stage.cloud.world.servers[stage.servers['shop'].id]
    tasks.create_now(stage.database, stage.protection(), stage.now)
    (only,) = _plan(stage)
    assert 'is not in the project\'s list' in only.foreseen.unread


def test_another_right_of_the_project_serves_where_one_is_dead(stage):
    other = stage.cloud.add_trust(build.PROJECT)
    stage.cloud.kill_trust(stage.right)
    stage.right = other
    stage.protect('ledger')
    for name in ('shop', 'ledger'):
        tasks.create_now(stage.database, stage.protection(name), stage.now)
    assert all(each.foreseen.take for each in _plan(stage))


def test_reading_is_bounded_and_changes_nothing(tmp_path):
    stage = stages.Stage(tmp_path)
    for number in range(20):
        stage.protect(f'service-{number}', volumes=3)
        name = f'service-{number}'
        tasks.create_now(stage.database, stage.protection(name), stage.now)
    before = stage.cloud.count()
    assert len(_plan(stage)) == 20
    assert stage.cloud.count() - before <= 4
    assert stage.cloud.changes() == []
    assert all(
        each.status is model.TaskStatus.WAITING and each.weight is None
        for each in tasks.list_page(stage.database, None, limit=99)
    )


def test_only_so_many_projects_are_read(stage, monkeypatch):
    monkeypatch.setattr(preview, 'PROJECTS', 0)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    (only,) = _plan(stage)
    assert only.foreseen.unread == (
        'a plan reads the clouds of 0 projects at most'
    )


def _due(stage, name, minutes):
    """Have a service's next run fall due then."""
    when = stage.now + datetime.timedelta(minutes=minutes)
    protections.update(
        stage.database,
        dataclasses.replace(stage.protection(name), next_run_at=when),
    )


def test_what_is_due_sooner_comes_sooner_and_ranks_by_itself(busy):
    """Weights compare only what begins together."""
    plan = _plan(busy)
    assert [each.waiting for each in plan] == [True] * 3
    busy.tick(8)
    _due(busy, 'archive', 5)
    _due(busy, 'ledger', 9)
    _due(busy, 'shop', 9)
    plan = _plan(busy)
    assert _names(plan) == ['archive', 'shop', 'ledger']
    assert [each.waiting for each in plan] == [False] * 3
    assert plan[1].begins_at - busy.now == datetime.timedelta(minutes=9)


def test_who_is_paused_has_no_plan(tmp_path):
    stage = stages.Stage(tmp_path, paused=True)
    stage.protect()
    _due(stage, 'shop', 5)
    assert _plan(stage) == []
    tasks.create_now(stage.database, stage.protection(), stage.now)
    assert len(_plan(stage)) == 1  # what a person asks for runs


def test_every_read_that_fails_is_answered(stage):
    """No error of any kind makes the plan fail."""
    tasks.create_now(stage.database, stage.protection(), stage.now)
    for method in ('list_servers', 'list_volumes', 'get_headroom'):
        assert method in faults.SERVICES
        for error in (
            errors.CloudUnavailable('503'),
            errors.CloudRefused('403'),
            errors.DelegationDead('401'),
        ):
            stage.cloud.fail(method, error)
            (only,) = _plan(stage)
            assert only.foreseen.unread == str(error)
