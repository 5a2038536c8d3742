"""A worker of this release beside one of the next, on the next one's schema.

There is no next release to start, so its migration is imitated: it may only
add, and so it adds a column of each kind to every table, and a table. The
workers of this release stand on both sides of it.
"""

import sqlalchemy as sa

from snapfault import clock
from snapfault import model
from snapfault.db import migration
from snapfault.db import tables
from snapfault.db import tasks
from tests.functional import test_worker

live = test_worker.live
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
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = 'next'")
        )


def _work_of_each_kind(live):
    """Have a run, a fault and a recovery, and see how they end."""
    task = tasks.create_now(live.database, live.protection(), clock.now())
    test_worker._until(test_worker._ended(live, task))
    task = tasks.get(live.database, None, task.id)
    assert task.status is model.TaskStatus.DONE, task.reason
    live.cloud.break_server(live.servers['shop'])
    live.now = clock.now()
    live.ask_for_recovery()
    test_worker._until(lambda: not test_worker._open(live))
    assert live.recoveries()[0].status is model.RecoveryStatus.DONE


def test_workers_go_on_while_the_schema_is_expanded(live):
    with test_worker._working(live):
        _work_of_each_kind(live)
        _expand(live.database)
        with test_worker._working(live):  # as the first of the next release
            _work_of_each_kind(live)
        _work_of_each_kind(live)
    assert migration.version(live.database) == 'next'
    assert len(live.good()) == 2
    found = sa.inspect(live.database.engine).get_columns('tasks')
    assert {'added', 'more'} <= {each['name'] for each in found}
