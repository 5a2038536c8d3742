"""How stage 3 flows: what it asks, and how much it has under way."""

import collections
import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.snapshot import admit
from tests import build
from tests.functional import stage as stages
from tests.functional.db import test_statements


@pytest.fixture
def crowd(tmp_path):
    """Give what makes a stage with that many services."""

    def make(count, volumes=2, **policy):
        stage = stages.Stage(tmp_path, **policy)
        for number in range(count):
            stage.protect(f'service-{number}', volumes=volumes)
        stage.wait(minutes=1)
        return stage

    return make


def _ask(stage):
    """Ask for a run of every service; nothing is begun yet."""
    stage.wait(minutes=5)
    return [
        tasks.create_now(stage.database, stage.protection(name), stage.now).id
        for name in stage.servers
    ]


def _ended(stage, ids):
    return [tasks.get(stage.database, None, each).status for each in ids]


def _cycle(stage, ticks=8):
    """Run every service once and give the calls, by method."""
    before = len(stage.cloud.calls)
    ids = _ask(stage)
    stage.tick(ticks)
    assert set(_ended(stage, ids)) == {model.TaskStatus.DONE}
    return collections.Counter(
        each.method for each in stage.cloud.calls[before:]
    )


@pytest.mark.parametrize(
    ('services', 'volumes'), [(1, 1), (3, 2), (2, 8), (100, 2)]
)
def test_calls_of_a_cycle(crowd, services, volumes):
    stage = crowd(services, volumes, quota=rules.Quota(1))
    first = _cycle(stage)
    assert first['list_attachments'] == services  # each has new volumes
    for _ in range(2):
        calls = _cycle(stage)
        assert calls.pop('create_snapshot') == services * volumes
        assert calls.pop('delete_snapshot') == services * volumes
        # one look a tick while it changes, one for the tags, and the
        # servers once to begin and once before points are called good
        assert calls.pop('list_snapshots') <= 6
        assert calls == {
            'list_servers': 2,
            'list_volumes': 1,
            'get_headroom': 1,
        }
    members = services * volumes
    if members >= 200:
        assert 2 * members + 10 <= 2.5 * members


def test_what_hangs_is_looked_at_ever_more_rarely(stage):
    stage.cloud.hang_next('create_snapshot', times=None)
    (task_id,) = _ask(stage)
    stage.tick(300)
    asked = stage.cloud.count('list_snapshots')
    assert 20 <= asked <= 32  # every second at first, then every 15
    stage.cloud.heal()
    stage.tick(17)
    assert _ended(stage, [task_id]) == [model.TaskStatus.DONE]


def test_an_outage_is_asked_about_once_a_project_and_uses_no_attempt(crowd):
    stage = crowd(30)
    with stage.cloud.outage('nova'):
        ids = _ask(stage)
        stage.tick(60)
        assert stage.cloud.count() < 30
        assert 'go on by themselves' in stage.protection('service-7').alarm
    stage.tick(20)
    ended = [tasks.get(stage.database, None, each) for each in ids]
    assert {each.status for each in ended} == {model.TaskStatus.DONE}
    assert {each.attempts for each in ended} == {1}
    assert stage.protection('service-7').alarm == ''


@pytest.mark.parametrize(
    ('bounds', 'most'),
    [
        (admit.Bounds(4, 99, 99), 4),
        (admit.Bounds(99, 6, 99), 6),
        (admit.Bounds(99, 99, 2), 2),
        (admit.Bounds(1, 1, 1), 2),  # a service is taken as a whole
    ],
)
def test_no_more_is_under_way_than_allowed(crowd, bounds, most):
    stage = crowd(7)
    stage.settings = dataclasses.replace(stage.settings, under_way=bounds)
    ids = _ask(stage)
    seen = []
    for _ in range(25):
        stage.tick()
        seen.append(
            sum(
                point.status is model.PointStatus.CREATING
                for name in stage.servers
                for point in stage.history(name)
            )
            * 2
        )
    assert max(seen) == most
    assert set(_ended(stage, ids)) == {model.TaskStatus.DONE}


def test_what_waits_begins_in_the_order_of_its_rank(crowd):
    stage = crowd(5)
    stage.settings = dataclasses.replace(
        stage.settings, under_way=admit.Bounds(2, 2, 2)
    )
    ids = _ask(stage)
    stage.tick(30)
    made = sorted(
        (stage.good(name)[0] for name in stage.servers),
        key=lambda point: point.sequence,
    )
    ranked = [tasks.get(stage.database, None, p.task_id) for p in made]
    weights = [each.weight for each in ranked]
    assert weights == sorted(weights, reverse=True)
    assert len(made) == len(ids)


def test_a_dead_worker_s_points_are_taken_over_though_all_is_full(crowd):
    stage = crowd(2)
    stage.settings = dataclasses.replace(
        stage.settings, under_way=admit.Bounds(2, 2, 2)
    )
    ids = _ask(stage)
    stage.tick(worker='worker-1')
    stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    stage.tick(20, worker='worker-2')
    assert set(_ended(stage, ids)) == {model.TaskStatus.DONE}
    assert stage.cloud.count('create_snapshot') == 4


def test_only_what_fits_is_begun(crowd):
    """The creates are under way at once, and Cinder refuses none."""
    stage = crowd(5)
    stage.cloud.limit(build.PROJECT, snapshots=7)
    ids = _ask(stage)
    stage.tick(3)
    assert stage.cloud.count('create_snapshot') == 6
    stage.tick(60)
    ended = collections.Counter(_ended(stage, ids))
    assert ended == {model.TaskStatus.DONE: 3, model.TaskStatus.FAILED: 2}
    alarms = [stage.protection(name).alarm for name in stage.servers]
    assert sum('raise the Cinder quota' in each for each in alarms) == 2
    assert stage.cloud.count('create_snapshot') == 6


@pytest.mark.parametrize(
    ('limit', 'named'),
    [
        ({'snapshots_fake': 1}, 'volume type fake has room for 1 more'),
        ({'gigabytes_fake': 3}, 'volume type fake has room for 1 GiB more'),
        ({'gigabytes': 3}, 'the project has room for 1 GiB more'),
    ],
)
def test_the_limits_of_a_type_count_too(stage, limit, named):
    stage.cloud.limit(build.PROJECT, **limit)
    stage.run(ticks=60)
    assert named in stage.protection().alarm
    assert stage.cloud.count('create_snapshot') == 0


def test_gigabytes_need_not_count(stage):
    """Where Cinder has no_snapshot_gb_quota, they never stop a backup."""
    stage.settings = dataclasses.replace(stage.settings, count_gigabytes=False)
    full = {'gigabytes': 2, 'gigabytes_fake': 2}
    stage.cloud.limit(build.PROJECT, **full)
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick()
    # the fake's Cinder counts them, and says so itself
    assert stage.cloud.count('create_snapshot') == 2
    stage.cloud.limit(build.PROJECT, snapshots=1)
    stage.wait(minutes=5)
    stage.tick(30)
    assert stage.cloud.count('create_snapshot') == 2


def test_a_quota_refused_after_all_is_an_alarm_and_no_loop(stage):
    refused = errors.QuotaExceeded('413: snapshots')
    stage.run()
    stage.run()
    stage.cloud.fail('create_snapshot', refused, times=None)
    before = stage.cloud.count('create_snapshot')
    task = stage.run(ticks=200)
    assert task.status is model.TaskStatus.FAILED
    assert '413' in stage.protection().alarm
    asked = stage.cloud.count('create_snapshot') - before
    assert asked == 2 * stages.SETTINGS.attempts
    assert len(stage.good()) == 2  # and nothing was pruned for it


def test_a_refused_removal_lets_a_bounded_number_go_instead(tmp_path):
    stage = stages.Stage(tmp_path, quota=rules.Quota(6))
    stage.protect()
    for _ in range(6):
        stage.run()
    stage.cloud.limit(build.PROJECT, snapshots=12)
    stage.cloud.break_next('delete_snapshot', times=None, fate='busy')
    for _ in range(4):
        assert stage.run(ticks=80).status is model.TaskStatus.FAILED
    assert len(stage.good()) == 4  # two went, and were refused
    alarm = stage.protection().alarm
    assert '2 points that were to make room could not be removed' in alarm
    assert 'the backend says busy' in alarm
    stage.cloud.heal()
    stage.wait(hours=2)
    assert stage.run(ticks=80).status is model.TaskStatus.DONE


def test_volumes_that_come_go_and_grow_are_noticed_at_each_run(stage):
    stage.run()
    server = stage.servers['shop']
    gone, kept = stage.cloud.volumes_of(server)
    device = server.attachments[gone.id].device
    del server.attachments[gone.id]
    kept.size = 5
    new = stage.cloud.add_volume(build.PROJECT)
    stage.wait(minutes=1)
    stage.cloud.attach(server, new, device=device, tag='data', delete=True)
    stage.wait(minutes=1)
    stage.run()
    members = {m.volume_id: m for m in stage.good()[0].members}
    assert members.keys() == {kept.id, new.id}
    assert members[kept.id].size == 5
    assert (members[new.id].tag, members[new.id].delete_on_termination) == (
        'data',
        True,
    )


def test_a_run_by_hand_sees_what_came_a_moment_ago(stage):
    """What was read for the run before is some seconds old, and kept."""
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick(3)
    assert _ended(stage, [task.id]) == [model.TaskStatus.DONE]
    server = stage.servers['shop']
    new = stage.cloud.add_volume(build.PROJECT)
    stage.cloud.attach(server, new, device='/dev/vdd')
    again = tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick(4)
    assert _ended(stage, [again.id]) == [model.TaskStatus.DONE]
    assert tasks.get(stage.database, None, again.id).attempts == 1
    assert new.id in {m.volume_id for m in stage.good()[0].members}


def test_a_tag_that_changed_meanwhile_is_noticed(stage):
    """The same volume at the same device, attached anew under a tag."""
    stage.run()
    server = stage.servers['shop']
    again, _ = stage.cloud.volumes_of(server)
    device = server.attachments.pop(again.id).device
    stage.wait(minutes=5)
    stage.cloud.attach(server, again, device=device, tag='new')
    stage.wait(minutes=5)
    for _ in range(2):
        stage.run()
        tags = {m.volume_id: m.tag for m in stage.good()[0].members}
        assert tags[again.id] == 'new'


def test_a_server_deleted_while_it_is_captured_blocks_nobody(crowd):
    """What was captured of it is good, and the others' points are too."""
    stage = crowd(2)
    ids = _ask(stage)
    stage.tick()
    del stage.cloud.world.servers[stage.servers['service-0'].id]
    stage.tick(5)
    assert set(_ended(stage, ids)) == {model.TaskStatus.DONE}
    assert len(stage.good('service-0')) == 1


@pytest.mark.parametrize(
    ('error', 'orphaned'),
    [
        (None, True),
        (errors.CloudUnavailable('503'), False),
        (errors.CloudRefused('403'), False),
        (errors.DelegationDead('401'), False),
    ],
)
@pytest.mark.parametrize('method', ['check', 'get_server'])
def test_an_orphan_is_proven_by_a_token_and_a_404(
    stage, error, orphaned, method
):
    stage.run()
    server = stage.cloud.world.servers.pop(stage.servers['shop'].id)
    if error is not None:
        stage.cloud.fail(method, error, times=None)
    task = stage.run(ticks=90)
    protection = stage.protection()
    status = model.ProtectionStatus
    assert task.status is model.TaskStatus.FAILED
    assert (protection.status is status.ORPHANED) is orphaned
    assert len(stage.good()) == 1
    assert stage.recoveries() == []
    if orphaned:
        assert protection.next_run_at is None
        assert 'does not exist any more' in protection.alarm
    else:
        stage.cloud.world.servers[server.id] = server
        stage.cloud.heal()
        assert stage.run().status is model.TaskStatus.DONE


def test_a_volume_that_went_since_it_was_listed_is_another_try(stage):
    stage.cloud.fail('create_snapshot', errors.NotFound('no such volume'))
    task = stage.run(ticks=20)
    assert (task.status, task.attempts) == (model.TaskStatus.DONE, 2)


def test_a_server_that_went_since_it_was_listed_is_an_orphan(crowd):
    stage = crowd(2)
    stage.run('service-0', ticks=1)
    del stage.cloud.world.servers[stage.servers['service-1'].id]
    due = dataclasses.replace(
        stage.protection('service-1'),
        next_run_at=stage.now.replace(minute=0, second=0, microsecond=0),
    )
    protections.update(stage.database, due)
    asked = stage.cloud.count('list_servers')
    stage.tick(worker='worker-1')
    (task,) = tasks.list_page(
        stage.database, None, limit=9, protection_id=due.id
    )
    assert task.status is model.TaskStatus.FAILED
    assert stage.cloud.count('list_servers') - asked <= 1  # of service-0
    assert stage.protection('service-1').status is (
        model.ProtectionStatus.ORPHANED
    )


def test_a_server_that_the_list_leaves_out_is_asked_for(stage):
    """As one of a cell that is away, or was in SOFT_DELETED."""
    show = stage.cloud.nova.list_servers
    stage.cloud.nova.list_servers = lambda project_id: []
    assert stage.run().status is model.TaskStatus.DONE
    stage.cloud.nova.list_servers = show
    assert stage.protection().status is model.ProtectionStatus.ACTIVE


@pytest.mark.parametrize('services', [1, 40])
def test_statements_of_a_tick_do_not_grow(crowd, services):
    stage = crowd(services, volumes=1)

    def tick():
        with test_statements.counted(stage.database) as statements:
            stage.tick()
        return statements

    tick()
    assert len(tick()) <= 8  # no run, no drill is due; one renews the lease
    _ask(stage)
    full = admit.Bounds(1, 1, 1)
    stage.settings = dataclasses.replace(stage.settings, under_way=full)
    stage.cloud.hang_next('create_snapshot', times=None)
    tick()
    waiting = tick()  # one is under way, all others wait for it
    assert len(waiting) <= 30, waiting
