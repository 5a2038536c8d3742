"""Backups on real services, and every way they can fail."""

import pytest

from tests.minicloud import faults


def _ended(business, task_id):
    def look():
        task = business.task(task_id)
        return task if task['status'] in ('done', 'failed') else None

    return look


def _stand(business, *statuses):
    """Look whether the points, newest first, have come to these."""
    return lambda: [p['status'] for p in business.points()] == [*statuses]


def test_a_good_point_has_a_snapshot_of_every_volume(alpha, until):
    business = alpha.business()
    task = until(_ended(business, business.run()))
    assert task['status'] == 'done'
    (point,) = business.points()
    assert point['status'] == 'good'
    assert {m['volume_id'] for m in point['members']} == set(
        business.volume_ids.values()
    )
    made = {each.id: each for each in business.snapshots()}
    for member in point['members']:
        snapshot = made[member['snapshot_id']]
        assert snapshot.status == 'available'
        assert snapshot.project_id == alpha.project_id
        assert snapshot.metadata['snapfault:point_id'] == point['id']


def test_the_quota_prunes_the_oldest_and_nothing_else(alpha, until):
    business = alpha.business()
    by_hand = alpha.cloud.block_storage.create_snapshot(
        volume_id=business.volume_ids['/dev/sdb'],
        name='by hand',
        is_forced=True,
    )
    for _ in range(3):
        until(_ended(business, business.run()))
    until(_stand(business, 'good', 'good', 'deleted'))
    newest_first = business.points()
    kept = {
        member['snapshot_id']
        for point in newest_first[:2]
        for member in point['members']
    }
    assert {s.id for s in business.snapshots()} == kept | {by_hand.id}


def test_a_snapshot_that_ends_in_error_is_cleaned_up_and_tried_again(
    alpha, state, until
):
    business = alpha.business()
    victim = business.volume_ids['/dev/sdc']
    with faults.arm(
        state, 'cinder.create_snapshot', match=victim, error='full', count=1
    ):
        task = until(_ended(business, business.run()))
    assert (task['status'], task['attempts']) == ('done', 2)
    until(_stand(business, 'good', 'deleted'))
    assert len(business.snapshots()) == 2
    assert business.server().status == 'ACTIVE'
    assert business.recoveries() == []


def test_a_snapshot_that_keeps_failing_alarms_and_never_rebuilds(
    alpha, state, until
):
    business = alpha.business()
    victim = business.volume_ids['/dev/sdc']
    with faults.arm(
        state, 'cinder.create_snapshot', match=victim, error='full'
    ):
        task = until(_ended(business, business.run()))
    assert task['status'] == 'failed'
    assert 'is in error' in task['reason']
    alarm = business.protection()['alarm']
    assert 'only its backup failed' in alarm
    assert business.recoveries() == []
    until(lambda: business.snapshots() == [])


def test_a_create_that_hangs_is_given_up_in_time(alpha, state, until):
    business = alpha.business()
    victim = business.volume_ids['/dev/sdc']
    with faults.arm(
        state, 'cinder.create_snapshot', match=victim, delay=40, count=1
    ):
        task = until(_ended(business, business.run()), 90)
    assert (task['status'], task['attempts']) == ('done', 2)
    until(lambda: len(business.snapshots()) == 2, 90)


def test_cinder_answering_503_is_waited_out(alpha, state, until):
    business = alpha.business()
    with faults.arm(
        state,
        'api.cinder',
        method='POST',
        path='/snapshots',
        status=503,
        count=2,
    ):
        task = until(_ended(business, business.run()))
    assert task['status'] == 'done'
    assert business.recoveries() == []


def test_gnocchi_down_does_not_stop_a_backup(alpha, state, until):
    business = alpha.business(thresholds=[{'metric': 'cpu_util', 'over': 80}])
    with faults.arm(state, 'api.gnocchi', status=503):
        task = until(_ended(business, business.run()))
    assert task['status'] == 'done'
    by_name = {part['weigher']: part for part in task['breakdown']}
    assert by_name['performance']['raw'] is None


@pytest.fixture
def snapshot_quota(admin, alpha):
    """Limit the tenant's snapshots; no limit again afterwards."""

    def limit(count):
        admin.block_storage.update_quota_set(alpha.project_id, snapshots=count)

    yield limit
    limit(-1)


def _in_use(alpha):
    return len(list(alpha.cloud.block_storage.snapshots()))


def test_without_room_and_without_history_the_alarm_says_what_to_do(
    alpha, until, snapshot_quota
):
    business = alpha.business()
    snapshot_quota(_in_use(alpha) + 1)
    task = until(_ended(business, business.run()))
    assert task['status'] == 'failed'
    assert 'raise the Cinder quota' in business.protection()['alarm']
    assert business.snapshots() == []
    assert business.recoveries() == []


def test_without_room_one_old_point_makes_room_but_never_the_last(
    alpha, until, snapshot_quota
):
    business = alpha.business()
    for _ in range(2):
        until(_ended(business, business.run()))
    snapshot_quota(_in_use(alpha))
    task = until(_ended(business, business.run()))
    assert task['status'] == 'done'
    until(_stand(business, 'good', 'good', 'deleted'))
    assert 'makes room' in business.points()[-1]['reason']


def test_a_delete_that_cinder_refuses_is_on_record_and_not_looped_on(
    alpha, state, until
):
    business = alpha.business(quota={'count': 1})
    until(_ended(business, business.run()))
    with faults.arm(state, 'cinder.delete_snapshot', busy=True):
        until(_ended(business, business.run()))
        refused = until(
            lambda: [
                p
                for p in business.points('deleting')
                if 'available again' in p['reason']
            ]
        )
    assert len(refused) == 1
    assert len(business.points('good')) == 1
    assert len(business.snapshots()) == 4


def test_a_trust_that_died_alarms_and_never_rebuilds(
    alpha, admin, state, until
):
    business = alpha.business()
    identity = admin.identity
    member = identity.find_role('member')
    user = identity.find_user('alpha')
    path = f'/projects/{alpha.project_id}/users/{user.id}/roles/{member.id}'
    endpoint = admin.session.get_endpoint(service_type='identity')
    base = endpoint if endpoint.endswith('/v3') else f'{endpoint}/v3'
    task_id = business.run()
    admin.session.delete(f'{base}{path}')
    try:
        # asked of the database: the tenant itself has no right to ask now
        task = until(lambda: _status(business, task_id, admin), 60)
    finally:
        admin.session.put(f'{base}{path}')
        alpha.cloud.session.invalidate()
    assert task['status'] in ('done', 'failed')
    assert business.recoveries() == []
    assert business.server().status == 'ACTIVE'


def _status(business, task_id, admin):
    answer = admin.session.request(
        f'/v1/tasks/{task_id}?all_projects=true',
        'GET',
        endpoint_filter={'service_type': 'fault-tolerance'},
    )
    task = answer.json()['task']
    return task if task['status'] in ('done', 'failed') else None
