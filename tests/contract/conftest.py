"""Which cloud the suite runs on.

``--cloud fake`` is the default, and ``--cloud real`` needs
``SNAPFAULT_MINICLOUD``: the state folder of a running minicloud, whose
faults the suite arms and clears, so that nobody else should use it
meanwhile. With the variable set and no ``--cloud``, both run.
"""

import os
import pathlib

import pytest

from tests.contract import fake_world

STATE = 'SNAPFAULT_MINICLOUD'


def pytest_addoption(parser):
    parser.addoption('--cloud', choices=['fake', 'real'])


def pytest_generate_tests(metafunc):
    if 'site' in metafunc.fixturenames:
        asked = metafunc.config.getoption('--cloud', default=None)
        kinds = [asked] if asked else ['fake']
        if not asked and os.environ.get(STATE):
            kinds.append('real')
        metafunc.parametrize('site', kinds, indirect=True, scope='session')


@pytest.fixture(scope='session')
def site(request, tmp_path_factory):
    """Give what makes worlds: one project each on the cloud asked for."""
    if request.param == 'fake':
        yield fake_world.Site()
        return
    state = os.environ.get(STATE)
    if not state or not (pathlib.Path(state) / 'minicloud.json').exists():
        pytest.fail(f'{STATE} must name the state of a running minicloud')
    from tests.contract import real_site

    made = real_site.Site(state, tmp_path_factory.mktemp('real'))
    yield made
    made.close()


@pytest.fixture
def world(site):
    """Give a project, a delegation of it, and what a test needs there."""
    made = site.world()
    yield made
    made.close()


@pytest.fixture
def project(world):
    return world.project


@pytest.fixture
def server_id(world):
    """Give an ACTIVE server with one volume of 1 GiB attached."""
    return world.make_server()


@pytest.fixture
def volume_id(project, server_id):
    return project.list_attachments(server_id)[0].volume_id
