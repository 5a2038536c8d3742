"""What the tests of the API share."""

import contextlib

import pytest

from tests.functional.api import world as worlds


@pytest.fixture
def world(url):
    """Give a service with one protected service in each project."""
    made = worlds.World(url)
    made.fill()
    yield made
    made.database.close()


@pytest.fixture
def configured(url, tmp_path):
    """Give what makes such a service, by what its file says."""
    with contextlib.ExitStack() as stack:

        def make(text):
            file = tmp_path / 'api.conf'
            file.write_text(text)
            made = worlds.World(url, [str(file)])
            stack.callback(made.database.close)
            made.fill()
            return made

        yield make
