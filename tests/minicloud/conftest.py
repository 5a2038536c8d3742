"""One running cloud, and users of it, for the tests in this folder."""

import pytest

from tests.minicloud import faults
from tests.minicloud import lifecycle
from tests.minicloud import tenant


@pytest.fixture(scope='session')
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


@pytest.fixture(scope='session')
def alpha(state):
    return tenant.Tenant(tenant.connected(state, 'alpha'))


@pytest.fixture(scope='session')
def beta(state):
    return tenant.Tenant(tenant.connected(state, 'beta'))


@pytest.fixture(scope='session')
def server(alpha):
    return alpha.server()


@pytest.fixture(scope='session')
def volume(alpha, server):
    return alpha.attached(server)
