"""The databases of the functional tests, and the one seam to them.

Each has the tables of this release. By default it is SQLite's, in a file or
in memory. With ``--database mariadb`` or ``postgresql`` it is one of a pool
on a server of this process's own (``tests/servers/pool.py``).
"""

import contextlib
import functools
import pathlib

from snapfault.db import api
from snapfault.db import migration
from snapfault.db import tables

#: What runs on SQLite alone because no database is behind it, and why. The
#: tests that run there see to it that none is asked for.
WITHOUT = {
    'tests/functional/fuzz/test_fuzz.py': 'the harness, on canned answers',
    'tests/functional/retention/test_simulate.py': 'rows in memory',
}
#: What runs on SQLite alone because it is about SQLite, and why.
SQLITE_ALONE = {
    'tests/functional/db/test_broken_rows.py::test_a_time_that_is_none': (
        'the others let nobody write one'
    ),
    'tests/functional/db/test_writers.py'
    '::test_a_database_in_memory_serves_threads': 'no other is in memory',
    'tests/functional/db/test_in_memory.py': 'no other is in memory',
}

_pool = None  #: of a server; None: they are SQLite's


def use(pool):
    """Have all databases from now on come from a pool; None: be SQLite's."""
    global _pool
    _pool = pool


def are_files():
    """Say whether they are SQLite's."""
    return _pool is None


def fresh(folder):
    """Give the URL of a database with all tables and no rows.

    :param folder: where SQLite's file goes
    """
    if _pool is not None:
        return _pool.fresh()
    file = _new_file(folder)
    file.write_bytes(_template())
    return f'sqlite:///{file}'


def bare(folder):
    """Give the URL of a database without tables."""
    if _pool is not None:
        return _pool.bare()
    return f'sqlite:///{_new_file(folder)}'


def opened(folder=None):
    """Give a database with all tables and no rows.

    :param folder: where SQLite's file goes; None: it is in memory
    """
    if _pool is not None or folder is not None:
        return open_(fresh(folder))
    # a connection that is renewed, as after an hour, would find no tables
    database = open_('sqlite://', connection_recycle_time=-1)
    with _sqlite(database) as connection:
        connection.deserialize(_template())
    return database


def open_(url, **options):
    """Open a database; nothing waits for a disk, as it dies with its test.

    :param options: those of :class:`api.Database`
    """
    return api.Database(url, sqlite_synchronous=False, **options)


def given():
    """Say how many databases of a server are in use."""
    return 0 if _pool is None else _pool.given()


def take_back(since):
    """Take back what was given since so many were in use."""
    if _pool is not None:
        _pool.take_back(since)


def rows_of(database):
    """Give all rows, by their table, so that :func:`fill` can copy them."""
    with database.reader() as session:
        connection = session.connection()
        return [
            (table, [dict(each._mapping) for each in found])
            for table in tables.Policy.metadata.sorted_tables
            if (found := connection.execute(table.select()).all())
        ]


def fill(database, rows):
    """Write rows into empty tables."""
    with database.writer() as session:
        for table, values in rows:
            session.execute(table.insert(), values)


@functools.cache
def _template():
    """Give SQLite's file of a database with all tables: a copy is quick."""
    database = api.Database('sqlite://')
    migration.upgrade(database)
    with _sqlite(database) as connection:
        made = connection.serialize()
    database.close()
    return made


@contextlib.contextmanager
def _sqlite(database):
    """Give the driver's own connection to a database in memory."""
    with contextlib.closing(database.engine.raw_connection()) as raw:
        yield raw.driver_connection


def _new_file(folder):
    """Name a file that is not there yet."""
    folder = pathlib.Path(folder)
    names = ['snapfault.db', *(f'snapfault-{n}.db' for n in range(2, 100))]
    return next(folder / n for n in names if not (folder / n).exists())
