"""A database that has the tables of this release."""

import collections.abc

import pytest

from snapfault.db import api


@pytest.fixture
def database(url: str) -> collections.abc.Iterator[api.Database]:
    opened = api.Database(url)
    yield opened
    opened.close()
