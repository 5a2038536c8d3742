"""What the tests of the API share."""

import pytest

from tests.functional.api import world as worlds


@pytest.fixture
def world(url):
    """Give a service with one protected service in each project."""
    made = worlds.World(url)
    made.fill()
    yield made
    made.database.close()
