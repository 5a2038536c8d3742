"""A database: SQLite in a file, or what SNAPFAULT_TEST_DATABASE names.

The named one is emptied before each test: name none that matters.
"""

import collections.abc
import os
import pathlib

import pytest
import sqlalchemy as sa

from snapfault.db import api
from snapfault.db import migration
from snapfault.db import tables

NAMED = os.environ.get('SNAPFAULT_TEST_DATABASE')


@pytest.fixture
def url(tmp_path: pathlib.Path) -> str:
    return NAMED or f'sqlite:///{tmp_path}/snapfault.sqlite'


@pytest.fixture
def database(url: str) -> collections.abc.Iterator[api.Database]:
    opened = api.Database(url)
    migration.upgrade(opened)
    if NAMED:
        with opened.writer() as session:
            for table in reversed(tables.Policy.metadata.sorted_tables):
                session.execute(sa.delete(table))
    yield opened
    opened.close()
