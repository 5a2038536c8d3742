"""How a server's host is read."""

import pytest

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
    shown = {'OS-EXT-SRV-ATTR:host': 'cmp-1', 'host_status': status}
    return 200, {'server': shown}


def test_of_a_host_that_is_up_nothing_more_is_asked(services, door):
    services.say('GET', SERVER, server('UP'))
    assert admin.get_host(door, 's') == resource.Host('cmp-1', 'UP', False)
    assert not any('os-services' in each.url for each in services.asked)


@pytest.mark.parametrize('fenced', [False, True])
def test_of_one_that_is_down_whether_somebody_has_fenced_it(
    services, door, fenced
):
    services.say('GET', SERVER, server('DOWN'))
    listed = {'services': [{'host': 'cmp-1', 'forced_down': fenced}]}
    services.say('GET', SERVICES, (200, listed))
    assert admin.get_host(door, 's') == resource.Host('cmp-1', 'DOWN', fenced)
