"""Levels of consistency on real services."""

import contextlib
import uuid

import pytest

from tests.demo import world
from tests.minicloud import faults

ALWAYS = {'begin': '00:00', 'end': '00:00'}


def _ended(business, task_id):
    def look():
        task = business.task(task_id)
        return task if task['status'] in ('done', 'failed') else None

    return look


def _runs(business):
    return lambda: (
        (found := business.server()).status == 'ACTIVE'
        and found.task_state is None
    )


def _point(business, until):
    """Take one and give it."""
    task = until(_ended(business, business.run()))
    assert task['status'] == 'done'
    return next(p for p in business.points() if p['id'])


@contextlib.contextmanager
def _group(admin, tenant, business, specs):
    """Have the volumes in a group of a type with these specs."""
    storage = admin.block_storage
    made_type = storage.create_group_type(name=f'type-{uuid.uuid4().hex[:8]}')
    storage.create_group_type_group_specs(made_type, group_specs=specs)
    volume_type = storage.find_type('fake')
    mine = tenant.cloud.block_storage
    group = mine.create_group(
        name='group', group_type=made_type.id, volume_types=[volume_type.id]
    )
    world.wait(lambda: mine.get_group(group.id), 'available')
    added = ','.join(business.volume_ids.values())
    mine.update_group(group, add_volumes=added)
    world.wait(lambda: mine.get_group(group.id), 'available')
    yield group


CONSISTENT = {'consistent_group_snapshot_enabled': '<is> True'}


def test_crash(alpha, until):
    business = alpha.business()
    point = _point(business, until)
    assert (point['level'], point['level_reason']) == ('crash', '')
    assert 0 <= point['skew'] < 10


def test_group(alpha, admin, until):
    business = alpha.business(consistency={'level': 'group'})
    with _group(admin, alpha, business, CONSISTENT):
        points = [_point(business, until) for _ in range(3)]
        until(lambda: business.points()[-1]['status'] == 'deleted')
    assert {point['level'] for point in points} == {'group'}
    assert all(point['skew'] < 1 for point in points)
    storage = alpha.cloud.block_storage
    wholes = {each.id for each in storage.group_snapshots()}
    ids = [point['group_snapshot_id'] for point in points]
    assert ids[0] not in wholes
    assert {ids[1], ids[2]} <= wholes
    made = {each.id: each for each in business.snapshots()}
    for member in points[-1]['members']:
        tags = made[member['snapshot_id']].metadata
        assert tags['snapfault:point_id'] == points[-1]['id']


def test_a_point_of_a_group_is_recovered_from(alpha, admin, state, until):
    business = alpha.business(consistency={'level': 'group'})
    with _group(admin, alpha, business, CONSISTENT):
        _point(business, until)
        faults.set_server_error(state, business.server_id)
        business.recover()
        until(lambda: business.recoveries()[0]['status'] == 'done', 90)


def test_a_type_that_promises_nothing(alpha, admin, until):
    business = alpha.business(consistency={'level': 'group'})
    with _group(admin, alpha, business, {'a': 'b'}):
        point = _point(business, until)
    assert point['level'] == 'crash'
    assert 'does not promise' in point['level_reason']


@pytest.mark.parametrize('root_image', [False, True])
def test_stopped(alpha, until, root_image):
    business = alpha.business(
        consistency={
            'level': 'stopped',
            'maintenance': [ALWAYS],
            'root_image': root_image,
        }
    )
    point = _point(business, until)
    assert (point['level'], point['level_reason']) == ('stopped', '')
    assert business.server().status == 'ACTIVE'
    actions = {
        each.action: each.start_time
        for each in alpha.cloud.compute.server_actions(business.server_id)
    }
    assert actions['stop'] < actions['start']
    assert ('createImage' in actions) is root_image
    for each in business.snapshots():
        assert actions['stop'][:19] <= each.created_at[:19]
        assert each.created_at[:19] <= actions['start'][:19]


def test_a_server_is_started_though_taking_fails(alpha, state, until):
    business = alpha.business(
        consistency={'level': 'stopped', 'maintenance': [ALWAYS]}
    )
    with faults.arm(state, 'cinder.create_snapshot', error='full'):
        task = until(_ended(business, business.run()), 120)
    assert task['status'] == 'failed'
    until(_runs(business))


def test_a_worker_that_dies_leaves_no_server_off(
    alpha, snapfault, state, until
):
    business = alpha.business(
        consistency={'level': 'stopped', 'maintenance': [ALWAYS]}
    )
    with faults.arm(state, 'cinder.create_snapshot', delay=4, count=1):
        task = business.run()
        # all are asked for: dying before that would use up another attempt
        until(lambda: len(business.snapshots()) == 2)
        assert business.server().status == 'SHUTOFF'
        snapfault.kill()
    snapfault.start()
    ended = until(_ended(business, task), 120)
    assert (ended['status'], ended['reason']) == ('done', '')
    until(_runs(business))
    assert business.points()[0]['level'] == 'stopped'


def test_a_root_image_comes_and_goes(alpha, until):
    business = alpha.business(
        consistency={'root_image': True}, quota={'count': 1}
    )
    first, second = (_point(business, until) for _ in range(2))
    images = alpha.cloud.image
    until(lambda: images.find_image(first['root_image_id']) is None)
    kept = images.get_image(second['root_image_id'])
    assert (kept.status, kept.owner) == ('active', alpha.project_id)
    assert business.server().image.id == business.image_id
