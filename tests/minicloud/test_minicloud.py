"""The minicloud does what README.rst says: seen on a running one.

Takes a minute; needs uv, openstacksdk and pytest.
"""

import concurrent.futures
import contextlib
import pathlib
import time

from keystoneauth1 import identity
import keystoneauth1.session
import openstack
from openstack import exceptions
import pytest

from tests.minicloud import api
from tests.minicloud import faults
from tests.minicloud import layout
from tests.minicloud import lifecycle
from tests.minicloud import process
from tests.minicloud import status
from tests.minicloud import waiting

SETTLED = ('ACTIVE', 'ERROR', 'available', 'error', 'error_deleting')


@pytest.fixture(scope='module')
def state(tmp_path_factory):
    root = tmp_path_factory.mktemp('minicloud')
    lifecycle.up(root)
    yield root
    lifecycle.down(root, purge=True)


@pytest.fixture(autouse=True)
def no_fault_left(state):
    yield
    if (state / 'minicloud.json').exists():
        faults.clear(state)


class Tenant:
    """A user's view of the cloud, and what it makes there."""

    def __init__(self, connection):
        self.connection = connection
        self.compute = self.connection.compute
        self.volumes = self.connection.block_storage
        self.image = self.connection.image.find_image('cirros')

    def server(self, name='web'):
        made = self.compute.create_server(
            name=name,
            image_id=self.image.id,
            flavor_id='small',
            networks='none',
        )
        return settled(self.compute.get_server, made.id)

    def volume(self, **options):
        made = self.volumes.create_volume(size=1, **options)
        return settled(self.volumes.get_volume, made.id)

    def snapshot(self, volume):
        made = self.volumes.create_snapshot(volume_id=volume.id)
        return settled(self.volumes.get_snapshot, made.id)

    def attached(self, server):
        """Give a new volume, attached to the server."""
        volume = self.volume()
        self.compute.create_volume_attachment(server, volume_id=volume.id)
        return settled(self.volumes.get_volume, volume.id, ('in-use',))


def settled(get, resource_id, wanted=SETTLED):
    def probe():
        found = get(resource_id)
        return found if found.status in wanted else None

    found = waiting.until(probe, 30, pause=0.05)
    assert found, f'{resource_id} is {get(resource_id).status}'
    return found


def connected(state, name):
    """Connect as clouds.yaml says."""
    config = openstack.config.OpenStackConfig(
        config_files=[str(state / 'clouds.yaml')]
    )
    return openstack.connection.Connection(config=config.get_one(cloud=name))


def connected_by_trust(state, trust_id):
    """Connect as the product's user, in a trust's project."""
    auth = identity.V3Password(
        auth_url=layout.load(state).auth_url,
        username='snapfault',
        password=layout.PASSWORD,
        user_domain_id='default',
        trust_id=trust_id,
    )
    return openstack.connection.Connection(
        session=keystoneauth1.session.Session(auth),
        region_name=layout.REGION,
        compute_default_microversion='2.96',
    )


@pytest.fixture(scope='module')
def alpha(state):
    return Tenant(connected(state, 'alpha'))


@pytest.fixture(scope='module')
def beta(state):
    return Tenant(connected(state, 'beta'))


@pytest.fixture(scope='module')
def server(alpha):
    return alpha.server()


@pytest.fixture(scope='module')
def volume(alpha, server):
    return alpha.attached(server)


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
    def live(tenant):
        server = tenant.server()
        volume = tenant.attached(server)
        snapshot = tenant.snapshot(volume)
        clone = tenant.volume(snapshot_id=snapshot.id)
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
    product = connected(state, 'snapfault')
    assert product.current_project.name == 'service'
    endpoint = product.session.get_endpoint(service_type=layout.PRODUCT)
    assert endpoint == layout.load(state).origin(layout.PRODUCT)


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
        trustee_user_id=connected(state, 'snapfault').current_user_id,
        project_id=alpha.connection.current_project_id,
        impersonation=True,
        roles=[{'name': 'member'}],
    )
    trusted = Tenant(connected_by_trust(state, trust.id))
    snapshot = trusted.volumes.create_snapshot(
        volume_id=volume.id, is_forced=True
    )
    found = settled(trusted.volumes.get_snapshot, snapshot.id)
    assert found.status == 'available'
    trusted.compute.rebuild_server(
        server, image=alpha.image.id, metadata={'k': 'v'}
    )
    found = settled(alpha.compute.get_server, server.id)
    assert (found.status, found.metadata) == ('ACTIVE', {'k': 'v'})
    image = trusted.compute.create_server_image(server, 'saved')
    settled(alpha.connection.image.get_image, image.id, ('active',))


def test_application_credential_twice(alpha):
    keystone = alpha.connection.identity
    user = alpha.connection.current_user_id
    for _ in range(2):
        made = keystone.create_application_credential(user, 'once')
        keystone.delete_application_credential(user, made)


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ({'error': 'full', 'count': 1}, ['error', 'available']),
        ({'error': 'full', 'match': 'no-such'}, ['available'] * 2),
        ({'delay': 0.5, 'count': 1}, ['available'] * 2),
    ],
)
def test_snapshot_fault(state, alpha, volume, options, expected):
    with faults.arm(state, 'cinder.create_snapshot', **options):
        found = [alpha.snapshot(volume).status for _ in range(2)]
    assert found == expected
    assert faults.armed(state) == []


def test_fault_matches_volume(state, alpha, volume):
    other = alpha.volume()
    point = 'cinder.create_snapshot'
    with faults.arm(state, point, error='full', match=volume.id):
        assert alpha.snapshot(other).status == 'available'
        assert alpha.snapshot(volume).status == 'error'


def test_snapshot_delete_faults(state, alpha, volume):
    snapshot, point = alpha.snapshot(volume), 'cinder.delete_snapshot'
    with faults.arm(state, point, busy=True):
        alpha.volumes.delete_snapshot(snapshot.id)
        get = alpha.volumes.get_snapshot
        assert settled(get, snapshot.id).status == 'available'
    with faults.arm(state, point, error='stuck'):
        alpha.volumes.delete_snapshot(snapshot.id)
        assert settled(get, snapshot.id).status == 'error_deleting'


def test_volume_from_snapshot_fault(state, alpha, volume):
    snapshot = alpha.snapshot(volume)
    with faults.arm(state, 'cinder.create_volume_from_snapshot', error='full'):
        assert alpha.volume(snapshot_id=snapshot.id).status == 'error'


def test_server_faults(state, alpha, server):
    with faults.arm(state, 'nova.spawn', error='no memory'):
        assert alpha.server('never').status == 'ERROR'
    volume = alpha.volume()
    with faults.arm(state, 'nova.attach_volume', error='no path'):
        alpha.compute.create_volume_attachment(server, volume_id=volume.id)
        settled(alpha.volumes.get_volume, volume.id, ('available',))
    doomed = alpha.server('doomed')
    with faults.arm(state, 'nova.destroy', error='stuck', match=doomed.id):
        alpha.compute.rebuild_server(doomed, image=alpha.image.id)
        settled(alpha.compute.get_server, doomed.id, ('ERROR',))


def test_api_faults(state, alpha):
    session = alpha.connection.session
    point, answered = 'api.cinder', []
    url = session.get_endpoint(service_type='block-storage')
    with faults.arm(
        state, point, method='GET', path='/volumes', status=503, count=1
    ):
        answered = [
            session.get(f'{url}{path}', raise_exc=False).status_code
            for path in ('/snapshots', '/volumes', '/volumes')
        ]
    assert answered == [200, 503, 200]
    body = {'volume': {'size': 1, 'name': 'lost-answer'}}
    with faults.arm(state, point, method='POST', status=502, after=True):
        made = session.post(f'{url}/volumes', json=body, raise_exc=False)
    assert made.status_code == 502
    assert len(list(alpha.volumes.volumes(name='lost-answer'))) == 1


def test_states_set_by_command(state, alpha, volume):
    server, snapshot = alpha.server('shot'), alpha.snapshot(volume)
    faults.set_server_error(state, server.id)
    assert alpha.compute.get_server(server.id).status == 'ERROR'
    faults.set_snapshot_error(state, snapshot.id)
    assert alpha.volumes.get_snapshot(snapshot.id).status == 'error'


def test_compute_down(state, alpha):
    faults.force_compute(state, True)
    assert alpha.server('nowhere').status == 'ERROR'
    faults.force_compute(state, False)
    assert alpha.server('somewhere').status == 'ACTIVE'


def test_freeze_and_thaw(state):
    cloud = layout.load(state)
    url = f'{cloud.origin("gnocchi")}/'
    faults.freeze(state, 'gnocchi')
    with pytest.raises(TimeoutError):
        api.request('GET', url, timeout=0.5)
    faults.thaw(state, 'gnocchi')
    assert api.request('GET', url)


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
    assert settled(alpha.compute.get_server, server.id).status == 'ACTIVE'


def test_kill_and_start(state):
    faults.kill(state, 'placement')
    cloud = layout.load(state)
    assert process.pid(cloud, 'placement') is None
    faults.start(state, 'placement')
    assert process.pid(cloud, 'placement')


def test_down_leaves_no_process(state):
    assert len(processes_of(state)) == len(layout.SERVICES)
    lifecycle.down(state)
    assert processes_of(state) == []
