"""How lists and limits are read."""

import pytest

from snapfault import errors
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import quota
from snapfault.cloud import volume

QUOTA = r'http://cinder/v3/os-quota-sets/p'
SERVERS = r'http://nova/v2.1/servers/detail'
SNAPSHOTS = r'http://cinder/v3/snapshots/detail'


def snapshot(number, marker='m'):
    return {
        'id': f'id-{number}',
        'name': None,
        'volume_id': 'v',
        'status': 'available',
        'size': 1,
        'metadata': {resource.MARKER: marker},
        'created_at': f'2026-01-01T00:00:0{number}.000000',
    }


def page(*numbers, more=False):
    found = {'snapshots': [snapshot(each) for each in numbers]}
    if more:
        link = {'rel': 'next', 'href': 'http://behind-a-proxy/?marker=x'}
        found['snapshots_links'] = [link]
    return 200, found


def test_pages(services, door):
    services.say('GET', SNAPSHOTS, page(9, 8, more=True), page(7))
    found = volume.list_snapshots(door)
    assert [each.id for each in found] == ['id-9', 'id-8', 'id-7']
    urls = [each.url for each in services.asked if 'detail' in each.url]
    assert [each.split('?')[1] for each in urls] == [
        'limit=1000',
        'limit=1000&marker=id-8',
    ]


def test_list_that_changes_between_pages(services, door):
    services.say('GET', SNAPSHOTS, page(9, 8, more=True), (404, {}))
    with pytest.raises(errors.CloudUnavailable, match='changed'):
        volume.list_snapshots(door)


def test_answers_of_the_quota_set(services, door):
    row = {'limit': 5, 'in_use': 3, 'reserved': 1}
    none = {'limit': -1, 'in_use': 3, 'reserved': 0}
    found = {
        'snapshots': row,
        'volumes': none,
        'gigabytes': none,
        'snapshots_fast': row,
        'gigabytes_fast': none,
        'snapshots_slow': none,
        'gigabytes_slow': none,
        'backup_gigabytes': row,
        'id': 'p',
    }
    services.say('GET', QUOTA, (200, {'quota_set': found}))
    assert quota.get_headroom(door) == resource.Headroom(
        1, None, None, {'fast': resource.TypeRoom(1, None)}
    )
    assert services.asked[-1].url.endswith('/os-quota-sets/p?usage=True')


def test_limits_serve_where_the_quota_set_is_not_to_be_read(services, door):
    absolute = {
        'maxTotalSnapshots': 10,
        'totalSnapshotsUsed': 3,
        'maxTotalVolumes': -1,
        'totalVolumesUsed': 4,
        'maxTotalVolumeGigabytes': -1,
        'totalGigabytesUsed': 12,
    }
    services.say('GET', QUOTA, (403, {}))
    services.say(
        'GET',
        r'http://cinder/v3/limits',
        (200, {'limits': {'absolute': absolute}}),
    )
    assert quota.get_headroom(door) == resource.Headroom(7, None, None)


@pytest.mark.parametrize('answer', [{}, {'quota_set': {}}, [], None])
def test_a_quota_set_without_sense(services, door, answer):
    services.say('GET', QUOTA, (200, answer))
    with pytest.raises(errors.CloudUnavailable):
        quota.get_headroom(door)


def test_servers_of_a_cell_that_is_away_are_left_out(services, door):
    """Since 2.69 Nova lists them with little more than an id."""
    known = {
        'id': 's',
        'name': 'web',
        'status': 'ACTIVE',
        'OS-EXT-STS:task_state': None,
        'image': {'id': 'i'},
        'flavor': {'original_name': 'm1.small'},
        'metadata': {},
        'locked': False,
        'os-extended-volumes:volumes_attached': [],
        'tags': [],
        'addresses': {'private': [{'addr': '10.0.0.7'}]},
        'hostId': 'host',
    }
    partial = {'id': 'away', 'status': 'UNKNOWN', 'tenant_id': 'p'}
    services.say('GET', SERVERS, (200, {'servers': [partial, known]}))
    assert [each.id for each in compute.list_servers(door)] == ['s']


@pytest.mark.parametrize('status', [400, 404])
def test_servers_that_change_between_pages(services, door, status):
    link = [{'rel': 'next', 'href': 'http://behind-a-proxy/'}]
    partial = {'id': 'away', 'status': 'UNKNOWN', 'tenant_id': 'p'}
    first = {'servers': [partial], 'servers_links': link}
    services.say('GET', SERVERS, (200, first), (status, {}))
    with pytest.raises(errors.CloudUnavailable, match='changed'):
        compute.list_servers(door)


@pytest.mark.parametrize(
    'answer', [{}, {'servers': [{'id': 's'}]}, {'servers': None}, None]
)
def test_servers_without_sense(services, door, answer):
    services.say('GET', SERVERS, (200, answer))
    with pytest.raises(errors.CloudUnavailable):
        compute.list_servers(door)


def test_filter_that_cinder_ignores(services, door):
    answer = page(3, 2, 1)
    answer[1]['snapshots'].append(snapshot(4, marker='other'))
    answer[1]['snapshots'].append({**snapshot(5), 'metadata': {}})
    services.say('GET', SNAPSHOTS, answer)
    found = volume.find_snapshots(door, 'm')
    assert [each.id for each in found] == ['id-1', 'id-2', 'id-3']
    assert 'metadata=%7B%22snapfault' in services.asked[-1].url
