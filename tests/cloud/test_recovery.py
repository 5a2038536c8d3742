"""Recoveries on real services: found out, asked for, killed half way."""

import contextlib
import json
import sqlite3
import time

import pytest

from tests.cloud import tenant
from tests.minicloud import faults

STEPS = (
    'safety-snapshot',
    'rebuild',
    'restore-volume',
    'stop',
    'detach',
    'attach',
    'start',
)


def _task_ended(business, task_id):
    return lambda: business.task(task_id)['status'] in ('done', 'failed')


def _recovered(business):
    def look():
        found = business.recoveries()
        ended = found and found[0]['status'] not in ('waiting', 'running')
        return found[0] if ended else None

    return look


def _protected(alpha, until, **policy):
    """Give a service with one good point, old enough for its margin."""
    business = alpha.business(**policy)
    until(_task_ended(business, business.run()))
    assert [p['status'] for p in business.points()] == ['good']
    time.sleep(1.5)  # Nova tells the time of a fault in whole seconds
    return business


def _assert_restored(business, point, recovery):
    """See with plain openstacksdk that the service stands again."""
    assert recovery['status'] == 'done', recovery['reason']
    server = business.server()
    assert (server.status, server.image.id) == ('ACTIVE', business.image_id)
    attached = business.attached()
    assert set(attached) == set(business.volume_ids)
    storage = business.tenant.cloud.block_storage
    by_device = {m['device']: m['snapshot_id'] for m in point['members']}
    for device, volume_id in attached.items():
        assert volume_id != business.volume_ids[device]
        volume = storage.get_volume(volume_id)
        assert volume.snapshot_id == by_device[device]
    made = [
        each
        for each in storage.volumes()
        if each.metadata.get('snapfault:recovery_id') == recovery['id']
    ]
    assert len(made) == len(attached)  # nothing was made twice
    for old in business.volume_ids.values():
        assert storage.get_volume(old).status == 'available'
    safety = [
        each
        for each in business.snapshots()
        if each.metadata.get('snapfault:recovery_id') == recovery['id']
    ]
    assert len(safety) == len(attached)


def test_a_fault_in_the_middle_of_a_backup_is_recovered_by_itself(
    alpha, state, until
):
    business = _protected(alpha, until)
    (point,) = business.points('good')
    victim = business.volume_ids['/dev/sdb']
    with faults.arm(
        state,
        'cinder.create_snapshot',
        match=victim,
        error='lost',
        delay=3,
        count=1,
    ):
        business.run()
        until(lambda: business.points('creating'))
        faults.set_server_error(state, business.server_id)
        recovery = until(_recovered(business))
    _assert_restored(business, point, recovery)
    assert recovery['recovery_point_id'] == point['id']
    assert [p['status'] for p in business.points('good')] == ['good']


def test_a_snapshot_that_succeeds_while_the_server_fails_is_not_good(
    alpha, state, until
):
    business = _protected(alpha, until, recovery={'automatic': False})
    victim = business.volume_ids['/dev/sdb']
    with faults.arm(
        state, 'cinder.create_snapshot', match=victim, delay=3, count=1
    ):
        task_id = business.run()
        until(lambda: business.points('creating'))
        faults.set_server_error(state, business.server_id)
        until(_task_ended(business, task_id))
    assert len(business.points('good')) == 1
    assert 'openstack recovery create' in business.protection()['alarm']
    assert business.recoveries() == []


def test_a_person_may_ask_for_a_recovery(alpha, until):
    business = _protected(alpha, until)
    (point,) = business.points('good')
    business.recover()
    _assert_restored(business, point, until(_recovered(business)))


def test_a_recovered_service_is_backed_up_and_recovered_again(alpha, until):
    business = _protected(alpha, until)
    business.recover()
    until(_recovered(business))
    first = business.attached()
    until(_task_ended(business, business.run()))
    newest = business.points('good')[0]
    assert {m['volume_id'] for m in newest['members']} == set(first.values())
    time.sleep(1.5)
    business.recover()
    recovery = until(_recovered(business))
    assert recovery['status'] == 'done', recovery['reason']
    assert recovery['recovery_point_id'] == newest['id']
    assert not set(business.attached().values()) & set(first.values())


def test_without_a_point_from_before_the_fault_nothing_is_touched(
    alpha, state, until
):
    business = alpha.business()
    faults.set_server_error(state, business.server_id)
    business.run()
    recovery = until(_recovered(business))
    assert recovery['status'] == 'refused'
    assert 'no good recovery point' in recovery['reason']
    assert business.server().status == 'ERROR'
    assert business.attached() == business.volume_ids


def test_a_compute_service_that_is_down_is_waited_for(alpha, state, until):
    """Once it is up, the next backup finds the fault, and it is mended."""
    business = _protected(alpha, until)
    (point,) = business.points('good')
    faults.force_compute(state, is_down=True)
    try:
        faults.set_server_error(state, business.server_id)
        until(_task_ended(business, business.run()))
        assert 'compute service' in business.protection()['alarm']
        assert business.recoveries() == []
    finally:
        faults.force_compute(state, is_down=False)
    business.run()
    _assert_restored(business, point, until(_recovered(business), 120))


def test_one_recovery_of_a_server_at_a_time(alpha, state, until):
    business = _protected(alpha, until)
    with faults.arm(state, 'nova.spawn', match=business.server_id, delay=3):
        business.recover()
        with pytest.raises(tenant.Refused, match='open already'):
            business.recover()
        assert until(_recovered(business))['status'] == 'done'


def _journal(snapfault, recovery_id):
    """Read the journal behind the service's back."""
    url = f'file:{snapfault.database}?mode=ro'
    with contextlib.closing(sqlite3.connect(url, uri=True)) as connection:
        return connection.execute(
            'SELECT name, status FROM recovery_steps WHERE recovery_id = ?'
            ' ORDER BY position',
            (recovery_id,),
        ).fetchall()


def test_killed_at_every_step_it_ends_as_if_nothing_had_happened(
    alpha, snapfault, state, until
):
    """One real SIGKILL in each kind of step of one recovery."""
    business = _protected(alpha, until)
    (point,) = business.points('good')
    faults.set_server_error(state, business.server_id)
    recovery_id = business.recover(recovery_point_id=point['id'])
    killed = []
    for step in STEPS:
        with _slowed(state, business):
            _until_started(snapfault, recovery_id, step)
            snapfault.kill()
            killed.append((step, _journal(snapfault, recovery_id)))
        snapfault.resume()
        snapfault.wait_until_it_answers()
    recovery = until(_recovered(business), 120)
    _assert_restored(business, point, recovery)
    print(json.dumps(killed, indent=1))


@contextlib.contextmanager
def _slowed(state, business):
    """Make each step take long enough to be killed within."""
    with contextlib.ExitStack() as stack:
        for point in ('nova.spawn', 'nova.power_off', 'nova.power_on'):
            stack.enter_context(
                faults.arm(state, point, match=business.server_id, delay=1)
            )
        yield


def _until_started(snapfault, recovery_id, step, limit=60):
    """Wait until a step of that kind is meant, and not yet done."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = [
            status
            for name, status in _journal(snapfault, recovery_id)
            if name == step
        ]
        if any(status != 'planned' for status in found):
            return
        time.sleep(0.01)
    pytest.fail(f'step {step} was never started')
