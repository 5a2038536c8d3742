"""What the end-to-end tests share: a running snapfault and a tenant."""

import os
import pathlib
import time

import pytest

from snapfault import model
from snapfault import seal
from tests.cloud import http_calls
from tests.cloud import tenant
from tests.contract import real_site
from tests.demo import service
from tests.demo import world
from tests.minicloud import faults

FAST = """\
[trigger]
selector_interval = 1

[snapshot]
retry_delay = 1
creating_timeout = 20
attempts = 2

[recover]
poll = 0.2
"""


@pytest.fixture(scope='session')
def state():
    """Give the folder of the minicloud that the run brought up."""
    if 'SNAPFAULT_MINICLOUD' not in os.environ:
        pytest.fail(
            'SNAPFAULT_MINICLOUD names no minicloud: run make cloud, or'
            ' python -m tests.minicloud up --state FOLDER first'
        )
    return pathlib.Path(os.environ['SNAPFAULT_MINICLOUD'])


@pytest.fixture(scope='session')
def limits(state, tmp_path_factory):
    """Have limits registered in Keystone that let everything in."""
    site = real_site.Site(state, tmp_path_factory.mktemp('limits'))
    made = site.limits()
    made.register(dict.fromkeys(model.Limited, -1))
    yield made
    site.close()


@pytest.fixture(scope='session')
def snapfault(state, limits, tmp_path_factory):
    """Run snapfault-all for the whole session; tests may restart it."""
    process = service.Snapfault(
        tmp_path_factory.mktemp('snapfault'),
        service.read_minicloud(state),
        limits.options()
        + FAST
        + '[worker]\nlease = 5\n'
        + f'[delegation]\nencryption_keys = {seal.new_key()}\n'
        + http_calls.OPTIONS,
    )
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope='session')
def admin(state):
    """Give a connection as the cloud's admin."""
    return world.connect(state / 'clouds.yaml', 'admin')


@pytest.fixture(scope='session')
def alpha(state, snapfault):
    """Give the tenant that owns the services under test."""
    return tenant.Tenant(world.connect(state / 'clouds.yaml', 'alpha'))


@pytest.fixture(scope='session')
def beta(state, snapfault):
    """Give another tenant."""
    return tenant.Tenant(world.connect(state / 'clouds.yaml', 'beta'))


@pytest.fixture(autouse=True)
def no_fault_is_left(state):
    """Disarm whatever a test armed."""
    yield
    faults.clear(state)


@pytest.fixture
def until():
    """Give a wait for something to become true."""

    def until(true, limit=60, what=''):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            found = true()
            if found:
                return found
            time.sleep(0.2)
        return pytest.fail(f'it did not happen in {limit} s: {what}')

    return until
