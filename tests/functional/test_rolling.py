"""A worker of this release beside one of the next, on the next one's schema.

There is no next release to start, so its migration is imitated: it may only
add, and so it adds a column of each kind to every table, and a table. The
workers of this release stand on both sides of it, and start after it.
"""

import signal

import pytest
import sqlalchemy as sa

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault.cmd import database as opening
from snapfault.cmd import start
from snapfault.db import api
from snapfault.db import migration
from snapfault.db import tables
from snapfault.db import tasks
from tests.functional import test_cmd
from tests.functional import test_worker

live = test_worker.live
synced = test_cmd.synced
LATER = '9999'  #: no release of ours will be there so soon
TABLES = tables.Policy.metadata.sorted_tables


def _expand(database):
    """Add what a migration may add, while others work."""
    with database.writer() as session:
        connection = session.connection()
        for table in TABLES:
            for column in ('added VARCHAR(9)', 'more INT DEFAULT 0 NOT NULL'):
                connection.exec_driver_sql(
                    f'ALTER TABLE {table.name} ADD COLUMN {column}'
                )
        connection.exec_driver_sql('CREATE TABLE added (id INTEGER)')
    put_at(database, LATER)


def put_at(database, version):
    """Have a schema be taken for that of another release."""
    with database.writer() as session:
        session.execute(
            sa.text('UPDATE alembic_version SET version_num = :it'),
            {'it': version},
        )


def _open(url):
    """Open a database as every command does."""
    conf = start.prepare()
    conf([], default_config_files=[], default_config_dirs=[])
    conf.set_override('connection', url, 'database')
    return opening.connect(conf)


def _work_of_each_kind(live):
    """Have a run, a fault and a recovery, and see how they end."""
    task = tasks.create_now(live.database, live.protection(), clock.now())
    test_worker.until(test_worker.ended(live, task))
    task = tasks.get(live.database, None, task.id)
    assert task.status is model.TaskStatus.DONE, task.reason
    live.cloud.break_server(live.servers['shop'])
    live.now = clock.now()
    live.ask_for_recovery()
    test_worker.until(lambda: not test_worker._open(live))
    assert live.recoveries()[0].status is model.RecoveryStatus.DONE


def test_workers_go_on_while_the_schema_is_expanded(live):
    with test_worker.working(live):
        _work_of_each_kind(live)
        _expand(live.database)
        with test_worker.working(live):  # as the first of the next release
            _work_of_each_kind(live)
        _work_of_each_kind(live)
    live.database.close()
    live.database = _open(str(live.database.engine.url))
    with test_worker.working(live):  # one that was started again
        _work_of_each_kind(live)
    assert migration.version(live.database) == LATER
    assert len(live.good()) == 2
    found = sa.inspect(live.database.engine).get_columns('tasks')
    assert {'added', 'more'} <= {each['name'] for each in found}


def test_what_starts_again_meanwhile_goes_on_and_says_so(synced):
    """The API, and a worker with it."""
    database = api.Database(synced.url)
    _expand(database)
    database.close()
    with synced.running('snapfault-all') as process:
        test_cmd.until(lambda: synced.get('/')[0] == 200, process)
        test_cmd.until(lambda: 'is at work' in synced.log(), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(test_cmd.LONG) == 0
    (told,) = [
        each
        for each in synced.log().splitlines()
        if 'additions of a later release' in each
    ]
    assert 'WARNING' in told
    assert f'at {LATER},' in told
    assert f'up to {migration.head()}.' in told


@pytest.mark.parametrize('version', ['0001', '0009', 'next', '-1', '', '9e9'])
def test_no_other_schema_is_worked_on(url, version):
    """An earlier release lacks something; another word is nobody's."""
    database = api.Database(url)
    put_at(database, version)
    database.close()
    with pytest.raises(
        errors.SnapfaultError, match='snapfault-manage db sync'
    ):
        _open(url)
