"""A database that has the tables of this release."""

import collections.abc

import pytest

from snapfault.db import api
from snapfault.db import migration


@pytest.fixture
def database(url: str) -> collections.abc.Iterator[api.Database]:
    opened = api.Database(url)
    migration.upgrade(opened)
    yield opened
    opened.close()
