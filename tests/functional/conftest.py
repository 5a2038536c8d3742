"""What the functional tests share, and the database they run on.

They run on SQLite, or on a server of their own: ``--database mariadb`` or
``--database postgresql``; see ``databases.py``.
"""

import sqlite3

import pytest
import sqlalchemy as sa

from tests.functional import databases
from tests.functional import stage as stages

SQLITE = 'sqlite'
SERVERS = ('mariadb', 'postgresql')


def pytest_addoption(parser):
    parser.addoption('--database', choices=[SQLITE, *SERVERS], default=SQLITE)


def _listed(item, names):
    return next((each for each in names if item.nodeid.startswith(each)), None)


def pytest_collection_modifyitems(config, items):
    """Leave out what needs SQLite or none, where another is asked for."""
    if config.getoption('--database') == SQLITE:
        return
    left = {**databases.WITHOUT, **databases.SQLITE_ALONE}
    out = [each for each in items if _listed(each, left)]
    config.hook.pytest_deselected(items=out)
    items[:] = [each for each in items if each not in out]


def pytest_report_header(config):
    return f'database: {config.getoption("--database")}'


@pytest.fixture(scope='session', autouse=True)
def _server(request):
    """Run the server asked for, and have all databases be on it."""
    kind = request.config.getoption('--database')
    if kind == SQLITE:
        yield
        return
    from tests.servers import mariadb
    from tests.servers import pool
    from tests.servers import postgresql

    module = {'mariadb': mariadb, 'postgresql': postgresql}[kind]
    with pool.folder() as folder, module.running(folder) as running:
        databases.use(pool.Pool(running))
        yield
        databases.use(None)


@pytest.fixture(scope='session')
def _connected():
    """Keep the kinds of database that this process connects to."""
    found = set()

    def note(connection, _record):
        found.add(isinstance(connection, sqlite3.Connection))

    sa.event.listen(sa.pool.Pool, 'connect', note)
    yield found
    sa.event.remove(sa.pool.Pool, 'connect', note)


@pytest.fixture(autouse=True)
def _on_the_database_asked_for(_server, _connected, request):
    """Take back a test's databases; see that it used the right kind."""
    given = databases.given()
    _connected.clear()
    yield
    databases.take_back(given)
    if databases.are_files():
        assert not (_connected and _listed(request.node, databases.WITHOUT)), (
            'a test of databases.WITHOUT asks for a database'
        )
    else:
        assert True not in _connected, 'it is on SQLite: see databases.py'


@pytest.fixture
def url(tmp_path):
    """Give the URL of a database with all tables and no rows."""
    return databases.fresh(tmp_path)


@pytest.fixture
def stage(tmp_path):
    """Give a snapfault with one protected service, ``shop``."""
    made = stages.Stage(tmp_path)
    made.protect()
    yield made
    made.database.close()
