"""Backups on real services, and every way they can fail."""

import contextlib
import dataclasses
import uuid

from keystoneauth1 import identity
from keystoneauth1 import session as keystone
import openstack
import pytest

from tests.cloud import tenant
from tests.minicloud import faults
from tests.minicloud import layout

ANEW = 'openstack protection set PROTECTION --delegation trust'


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
    """What the alarm says to do is all that it takes."""
    business = alpha.business()
    with _colleague(alpha, admin, state) as other, _without_role(alpha, admin):
        # who gave the trust has no right to ask any more
        asked = dataclasses.replace(business, tenant=other)
        task = until(_ended(asked, asked.run()))
        assert task['status'] == 'failed'
        alarm = until(lambda: asked.protection()['alarm'])
        assert 'no right to act for the project' in alarm
        assert f'`{ANEW}`' in alarm
        assert asked.points() == asked.snapshots() == []
        assert asked.recoveries() == []
        assert asked.server().status == 'ACTIVE'
        done = other.cloud.compute.server_actions(business.server_id)
        assert 'rebuild' not in {each.action for each in done}
        body = {'protection': {'delegation': {'kind': 'trust'}}}
        other.ask('PATCH', f'/v1/protections/{asked.protection_id}', body)
        task = until(_ended(asked, asked.run()))
        assert task['status'] == 'done'
        assert asked.protection()['alarm'] == ''


@contextlib.contextmanager
def _colleague(alpha, admin, state):
    """Give another member of the project for a while."""
    accounts = admin.identity
    user = accounts.create_user(
        name=f'colleague-{uuid.uuid4().hex[:8]}',
        password=layout.PASSWORD,
        domain_id='default',
    )
    role = accounts.find_role('member')
    accounts.assign_project_role_to_user(alpha.project_id, user, role)
    logged_in = keystone.Session(
        identity.V3Password(
            auth_url=layout.load(state).auth_url,
            username=user.name,
            password=layout.PASSWORD,
            user_domain_id='default',
            project_id=alpha.project_id,
        )
    )
    try:
        yield tenant.Tenant(openstack.connection.Connection(session=logged_in))
    finally:
        accounts.delete_user(user)


@contextlib.contextmanager
def _without_role(alpha, admin):
    """Take the tenant's role for a while."""
    accounts = admin.identity
    role = accounts.find_role('member')
    where = alpha.project_id, accounts.find_user('alpha').id, role.id
    accounts.unassign_project_role_from_user(*where)
    try:
        yield
    finally:
        accounts.assign_project_role_to_user(*where)
        alpha.cloud.session.invalidate()
