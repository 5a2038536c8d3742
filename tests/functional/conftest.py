"""What the functional tests share.

They run on SQLite, or on a server of their own: ``--database mariadb`` or
``--database postgresql``. Its tables are emptied before each test.
"""

import pytest
import sqlalchemy as sa

from snapfault.db import api
from snapfault.db import migration
from snapfault.db import tables
from tests.functional import stage as stages

SQLITE = 'sqlite'
SERVERS = ('mariadb', 'postgresql')


def pytest_addoption(parser):
    parser.addoption('--database', choices=[SQLITE, *SERVERS], default=SQLITE)


@pytest.fixture(scope='session')
def server_url(request, tmp_path_factory):
    """Give the URL of a database on the server asked for; None: SQLite."""
    kind = request.config.getoption('--database')
    if kind == SQLITE:
        yield None
        return
    from tests.servers import mariadb
    from tests.servers import postgresql

    server = {'mariadb': mariadb, 'postgresql': postgresql}[kind]
    with server.running(tmp_path_factory.mktemp(kind)) as running:
        running.create('snapfault')
        url = running.url('snapfault')
        database = api.Database(url)
        migration.upgrade(database)
        database.close()
        yield url


@pytest.fixture
def url(server_url, tmp_path):
    """Give the URL of a database that is empty or has empty tables."""
    if server_url is None:
        return f'sqlite:///{tmp_path}/snapfault.db'
    database = api.Database(server_url)
    with database.writer() as session:
        for table in reversed(tables.Policy.metadata.sorted_tables):
            session.execute(sa.delete(table))
    database.close()
    return server_url


@pytest.fixture
def stage(url, tmp_path):
    """Give a snapfault with one protected service, ``shop``."""
    made = stages.Stage(tmp_path, url)
    made.protect()
    yield made
    made.database.close()
