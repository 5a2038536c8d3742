"""What an administrator reads."""

import pytest

from snapfault import errors
from snapfault import resource
from snapfault.cloud import admin
from tests.unit.cloud import canned

SERVER = r'http://nova/v2.1/servers/s'
SERVICES = r'http://nova/v2.1/os-services'


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def door(tmp_path, services):
    return canned.sessions(tmp_path, services).own


def server(status):
    shown = {
        **listed_server('s', 'p'),
        'OS-EXT-SRV-ATTR:host': 'cmp-1',
        'host_status': status,
    }
    return 200, {'server': shown}


def test_of_a_host_that_is_up_nothing_more_is_asked(services, door):
    services.say('GET', SERVER, server('UP'))
    found = admin.locate_server(door, 's')
    assert found.host == resource.Host('cmp-1', 'UP', False)
    assert (found.project_id, found.server.id) == ('p', 's')
    assert not any('os-services' in each.url for each in services.asked)


@pytest.mark.parametrize('fenced', [False, True])
def test_of_one_that_is_down_whether_somebody_has_fenced_it(
    services, door, fenced
):
    services.say('GET', SERVER, server('DOWN'))
    listed = {'services': [{'host': 'cmp-1', 'forced_down': fenced}]}
    services.say('GET', SERVICES, (200, listed))
    found = admin.locate_server(door, 's').host
    assert found == resource.Host('cmp-1', 'DOWN', fenced)


def test_who_is_no_administrator_is_not_told_of_the_host(services, door):
    shown = {'server': listed_server('s', 'p')}
    services.say('GET', SERVER, (200, shown))
    found = admin.locate_server(door, 's')
    assert (found.host, found.server.host_status) == (None, None)


def test_an_answer_without_an_owner_makes_no_sense(services, door):
    shown = listed_server('s', 'p')
    del shown['tenant_id']
    services.say('GET', SERVER, (200, {'server': shown}))
    with pytest.raises(errors.CloudUnavailable, match='tenant_id'):
        admin.locate_server(door, 's')


SERVERS = r'http://nova/v2.1/servers/detail'
VOLUMES = r'http://cinder/v3/volumes/detail'


def listed_server(identity, project_id, *volume_ids, status='ACTIVE'):
    return {
        'id': identity,
        'tenant_id': project_id,
        'name': identity,
        'status': status,
        'OS-EXT-STS:task_state': None,
        'image': '',
        'flavor': {'original_name': 'm1'},
        'metadata': {},
        'locked': False,
        'os-extended-volumes:volumes_attached': [
            {'id': each, 'delete_on_termination': False} for each in volume_ids
        ],
        'tags': [],
        'addresses': {},
        'hostId': 'h',
    }


def listed_volume(identity, project_id, **more):
    return {
        'id': identity,
        'os-vol-tenant-attr:tenant_id': project_id,
        'name': identity,
        'status': 'in-use',
        'size': 1,
        'volume_type': None,
        'availability_zone': None,
        'snapshot_id': None,
        'attachments': [],
        'multiattach': False,
        'metadata': {},
        'bootable': 'false',
        'encrypted': False,
        **more,
    }


def test_what_all_have_is_told_apart_by_project(services, door):
    servers = [
        listed_server('s', 'a', 'v'),
        listed_server('t', 'b'),
        listed_server('u', 'c', status='UNKNOWN'),
    ]
    host = {'os-vol-host-attr:host': 'pool'}
    volumes = [
        listed_volume('v', 'a', **host),
        listed_volume('w', 'c', **host),
    ]
    services.say('GET', SERVERS, (200, {'servers': servers}))
    services.say('GET', VOLUMES, (200, {'volumes': volumes}))
    found = admin.list_all(door)
    assert {
        each: (set(estate.servers), set(estate.volumes))
        for each, estate in found.items()
    } == {'a': ({'s'}, {'v'}), 'b': ({'t'}, set()), 'c': (set(), {'w'})}
    asked = [each.url for each in services.asked if 'detail' in each.url]
    assert all('all_tenants=1' in each for each in asked)


@pytest.mark.parametrize('own', [[], [listed_volume('w', 'service')]])
def test_a_list_of_ones_own_is_not_taken_for_all(services, door, own):
    servers = [listed_server('s', 'a', 'v')]
    services.say('GET', SERVERS, (200, {'servers': servers}))
    services.say('GET', VOLUMES, (200, {'volumes': own}))
    with pytest.raises(errors.CloudRefused, match='no administrator there'):
        admin.list_all(door)


def test_a_cloud_without_anything_is_read_as_such(services, door):
    services.say('GET', SERVERS, (200, {'servers': []}))
    services.say('GET', VOLUMES, (200, {'volumes': []}))
    assert admin.list_all(door) == {}
