"""Each fault does what faults.py says."""

import pytest

from tests.minicloud import api
from tests.minicloud import faults
from tests.minicloud import layout
from tests.minicloud import lifecycle
from tests.minicloud import process
from tests.minicloud import tenant


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
        assert tenant.settled(get, snapshot.id).status == 'available'
    with faults.arm(state, point, error='stuck'):
        alpha.volumes.delete_snapshot(snapshot.id)
        assert tenant.settled(get, snapshot.id).status == 'error_deleting'


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
        tenant.settled(alpha.volumes.get_volume, volume.id, ('available',))
    doomed = alpha.server('doomed')
    with faults.arm(state, 'nova.destroy', error='stuck', match=doomed.id):
        alpha.compute.rebuild_server(doomed, image=alpha.image.id)
        tenant.settled(alpha.compute.get_server, doomed.id, ('ERROR',))


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


def test_kill_and_start(state):
    faults.kill(state, 'placement')
    cloud = layout.load(state)
    assert process.pid(cloud, 'placement') is None
    faults.start(state, 'placement')
    assert process.pid(cloud, 'placement')


def test_up_of_an_impaired_cloud(state, alpha):
    """A fault that is armed does not keep a killed service down."""
    faults.force_compute(state, True)
    with faults.arm(state, 'nova.spawn', error='no memory'):
        faults.kill(state, 'nova')
        lifecycle.up(state)
    faults.force_compute(state, False)
    assert alpha.server('back').status == 'ACTIVE'
