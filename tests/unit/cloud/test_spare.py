"""What is asked of Nova for a server that is made and removed."""

import json

import pytest

from snapfault import model
from snapfault.cloud import spare
from tests.unit.cloud import canned


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def door(tmp_path, services):
    return canned.sessions(tmp_path, services).by_delegation(
        model.Delegation('p', 't')
    )


def test_a_server_goes_at_once(services, door):
    """A Nova that reclaims late keeps what a mere DELETE asks for."""
    services.say('POST', r'http://nova/v2.1/servers/s/action', (202, None))
    spare.delete_server(door, 's')
    asked = services.asked[-1]
    assert json.loads(asked.body) == {'forceDelete': None}
