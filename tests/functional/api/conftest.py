"""What the tests of the API share."""

import shutil

import pytest

from tests.functional.api import world as worlds


@pytest.fixture(scope='session')
def template(tmp_path_factory):
    """Give the file of an empty database: a copy is quicker than a sync."""
    return worlds.make_database(tmp_path_factory.mktemp('template'))


@pytest.fixture
def world(tmp_path, template):
    """Give a service with one protected service in each project."""
    file = shutil.copy(template, tmp_path)
    made = worlds.World(f'sqlite:///{file}')
    made.fill()
    yield made
    made.database.close()
