"""Keystone gone, tokens that expire: the service goes on by itself."""

import time

import pytest

from tests.cloud import tenant
from tests.demo import service
from tests.demo import world
from tests.minicloud import faults
from tests.minicloud import lifecycle

TOKEN_SECONDS = 8


def _ended(business, task_id):
    return lambda: business.task(task_id)['status'] in ('done', 'failed')


def test_keystone_down_at_start_is_waited_for(alpha, snapfault, state, until):
    business = alpha.business(volumes=1)
    snapfault.stop()
    faults.kill(state, 'keystone')
    try:
        snapfault.resume()
        snapfault.wait_until_it_answers()
        with pytest.raises(tenant.Refused) as caught:
            alpha.ask('GET', '/v1/policies')
        assert caught.value.status == 503
    finally:
        faults.start(state, 'keystone')
    task_id = business.run()
    until(_ended(business, task_id))
    assert business.task(task_id)['status'] == 'done'


def test_killed_while_a_backup_is_under_way_it_finishes_it(
    alpha, snapfault, state, until
):
    business = alpha.business()
    victim = business.volume_ids['/dev/sdb']
    with faults.arm(
        state, 'cinder.create_snapshot', match=victim, delay=3, count=1
    ):
        task_id = business.run()
        until(lambda: business.points('creating'))
        snapfault.kill()
    snapfault.resume()
    snapfault.wait_until_it_answers()
    until(_ended(business, task_id), 90)
    assert business.task(task_id)['status'] == 'done'
    assert len(business.points('good')) == 1
    until(lambda: len(business.snapshots()) == 2)


@pytest.fixture
def short_lived(tmp_path):
    """Give a minicloud of its own whose tokens live a few seconds."""
    state = tmp_path / 'minicloud'
    lifecycle.up(state, token_expiration=TOKEN_SECONDS)
    process = service.Snapfault(
        tmp_path / 'snapfault', service.read_minicloud(state)
    )
    try:
        process.start()
        yield state
    finally:
        process.stop()
        lifecycle.down(state, purge=True)


def test_a_token_that_expires_in_a_long_run_is_fetched_anew(
    short_lived, until
):
    """Both the backup and the recovery outlive several tokens."""
    clouds = short_lived / 'clouds.yaml'
    business = tenant.Tenant(world.connect(clouds, 'alpha')).business()
    until(_ended(business, business.run()))
    time.sleep(TOKEN_SECONDS + 1)
    with faults.arm(
        short_lived,
        'cinder.create_snapshot',
        match=business.volume_ids['/dev/sdb'],
        delay=TOKEN_SECONDS + 2,
        count=1,
    ):
        task_id = business.run()
        until(_ended(business, task_id))
    assert business.task(task_id)['status'] == 'done'
    with faults.arm(
        short_lived, 'nova.spawn', delay=TOKEN_SECONDS + 2, count=1
    ):
        business.recover(recovery_point_id=business.points('good')[0]['id'])
        until(
            lambda: (
                business.recoveries()[0]['status']
                not in ('waiting', 'running')
            )
        )
    recovery = business.recoveries()[0]
    assert recovery['status'] == 'done', recovery['reason']
