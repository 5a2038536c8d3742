"""The minicloud does what README.rst says: seen on a running one.

Takes a minute, with test_faults.py; needs uv, openstacksdk and pytest.
"""

import concurrent.futures
import contextlib
import pathlib
import time

from openstack import exceptions
import pytest

from tests.minicloud import api
from tests.minicloud import faults
from tests.minicloud import layout
from tests.minicloud import lifecycle
from tests.minicloud import status
from tests.minicloud import tenant


def processes_of(root):
    """Give the pids of all processes that belong to the cloud."""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            # they run in its folder; a zombie runs nowhere
            if (path / 'cwd').readlink() == root:
                found.append(int(path.name))
    return sorted(found)


def test_two_tenants(alpha, beta):
    def live(user):
        server = user.server()
        volume = user.attached(server)
        snapshot = user.snapshot(volume)
        clone = user.volume(snapshot_id=snapshot.id)
        return server, [server.status, snapshot.status, clone.status]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = list(pool.map(live, (alpha, beta)))
    assert [each[1] for each in found] == [
        ['ACTIVE', 'available', 'available']
    ] * 2
    with pytest.raises(exceptions.NotFoundException):
        beta.compute.get_server(found[0][0].id)


def test_users(state):
    admin = api.Session(layout.load(state))
    names = {
        project['name']
        for project in admin.get('keystone', '/projects')['projects']
    }
    assert names == {'admin', 'service', 'alpha', 'beta'}
    product = tenant.connected(state, 'snapfault')
    assert product.current_project.name == 'service'
    endpoint = product.session.get_endpoint(service_type=layout.PRODUCT)
    assert endpoint == layout.load(state).origin(layout.PRODUCT)


def test_an_expired_token_is_fetched_anew(state):
    admin = api.Session(layout.load(state))
    admin._token = expired = 'none that keystone gave'
    assert admin.get('keystone', '/users')['users']
    assert admin.token != expired


def test_status(state):
    found = status.collect(layout.load(state))
    assert {each['state'] for each in found['processes']} == {'runs'}
    assert {each['state'] for each in found['services']} == {'up'}
    assert found['rss_mib'] < 1300


def test_up_again_is_quick(state):
    begun = time.monotonic()
    before = processes_of(state)
    lifecycle.up(state)
    assert time.monotonic() - begun < 2
    assert processes_of(state) == before


def test_trust(state, alpha, server, volume):
    """A trust is enough to snapshot, mark, rebuild and save an image."""
    trust = alpha.connection.identity.create_trust(
        trustor_user_id=alpha.connection.current_user_id,
        trustee_user_id=tenant.connected(state, 'snapfault').current_user_id,
        project_id=alpha.connection.current_project_id,
        impersonation=True,
        roles=[{'name': 'member'}],
    )
    trusted = tenant.Tenant(tenant.connected_by_trust(state, trust.id))
    snapshot = trusted.volumes.create_snapshot(
        volume_id=volume.id, is_forced=True
    )
    found = tenant.settled(trusted.volumes.get_snapshot, snapshot.id)
    assert found.status == 'available'
    trusted.compute.rebuild_server(
        server, image=alpha.image.id, metadata={'k': 'v'}
    )
    found = tenant.settled(alpha.compute.get_server, server.id)
    assert (found.status, found.metadata) == ('ACTIVE', {'k': 'v'})
    image = trusted.compute.create_server_image(server, 'saved')
    tenant.settled(alpha.connection.image.get_image, image.id, ('active',))


def test_application_credential_twice(alpha):
    keystone = alpha.connection.identity
    user = alpha.connection.current_user_id
    for _ in range(2):
        made = keystone.create_application_credential(user, 'once')
        keystone.delete_application_credential(user, made)


def test_measures(state):
    admin = api.Session(layout.load(state))
    policy = {'archive_policy_name': 'ceilometer-low-rate'}
    metric = f'/metric/{admin.post("gnocchi", "/metric", policy)["id"]}'
    now = int(time.time()) - 60
    measures = [
        {'timestamp': now + second, 'value': 10 * second}
        for second in range(30)
    ]
    admin.ask('POST', 'gnocchi', f'{metric}/measures', measures)
    query = '?aggregation=rate:mean&granularity=1&refresh=true'
    found = admin.get('gnocchi', f'{metric}/measures{query}')
    assert [each[2] for each in found] == [10.0] * 29


def test_kill_and_up_keeps_everything(state, alpha, server, volume):
    for service in ('nova', 'cinder'):
        faults.kill(state, service)
    lifecycle.up(state)
    assert alpha.compute.get_server(server.id).status == 'ACTIVE'
    found = alpha.volumes.get_volume(volume.id)
    assert found.attachments[0]['server_id'] == server.id
    alpha.compute.rebuild_server(server, image=alpha.image.id)
    assert (
        tenant.settled(alpha.compute.get_server, server.id).status == 'ACTIVE'
    )


def test_down_leaves_no_process(state):
    assert len(processes_of(state)) == len(layout.SERVICES)
    lifecycle.down(state)
    assert processes_of(state) == []
