"""The door to the database: one engine a process, readers and writers.

A query is a function whose first argument is a session; :func:`reader` and
:func:`writer` make of it one whose first argument is a :class:`Database`,
run in a transaction of its own. No cloud is called within one.
"""

import collections
import collections.abc
import contextlib
import datetime
import functools
import os
import threading
import typing

from oslo_config import cfg
from oslo_db import api as oslo_api
from oslo_db import exception
from oslo_db import options
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy import orm
from sqlalchemy import pool

from snapfault import clock
from snapfault import errors
from snapfault.db import news

_Guard = contextlib.AbstractContextManager[typing.Any]
_P = typing.ParamSpec('_P')
_R = typing.TypeVar('_R')

#: What says that the database is away, and not that a query is wrong.
OUTAGE: typing.Final = (exception.DBConnectionError, sa.exc.TimeoutError)

#: One a file: SQLite has one writer at a time, and its own way of waiting
#: sleeps up to 100 ms a time and is not fair.
_FILE_LOCKS: dict[str, threading.Lock] = collections.defaultdict(
    threading.Lock
)

#: A compare-and-swap must see what others have committed meanwhile, which
#: MySQL's own level (REPEATABLE READ) hides.
_READ_COMMITTED = {
    'mysql': 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'mariadb': 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'postgresql': (
        'SET SESSION CHARACTERISTICS AS TRANSACTION'
        ' ISOLATION LEVEL READ COMMITTED'
    ),
}
#: What each says the time is, in UTC; SQLite's clock is our machine's.
_TIME = {
    'mysql': 'SELECT UTC_TIMESTAMP(6)',
    'mariadb': 'SELECT UTC_TIMESTAMP(6)',
    'postgresql': "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
}
#: What passes when it is tried again, where oslo.db has no name for it.
_PASSING = ('database is locked', 'could not serialize access')


class Database:
    """An engine, and sessions for reading and for writing.

    Safe for many threads. The same code serves SQLite (one process),
    MySQL and PostgreSQL (any number).
    """

    def __init__(self, url: str, **engine_options: typing.Any) -> None:
        """Make the engine; nothing is asked of the database yet.

        :param url: an SQLAlchemy URL
        :param engine_options: of oslo.db's ``create_engine``
        """
        address = sa.make_url(url)
        #: Who hears the news of what is committed, beside the log.
        self.listeners: list[news.Listener] = []
        self.is_sqlite = address.get_backend_name() == 'sqlite'
        self._write_guard: _Guard = contextlib.nullcontext()
        self._read_guard: _Guard = contextlib.nullcontext()
        # Zero: a database that is down must not keep a process from starting.
        engine_options.setdefault('max_retries', 0)
        engine_options.setdefault('mysql_sql_mode', 'TRADITIONAL')
        # Else every transaction ends with a sleep, which lets eventlet work.
        engine_options.setdefault('thread_checkin', False)
        if self.is_sqlite:
            self.engine = engines.create_engine(
                url,
                sqlite_fk=True,
                _engine_target=_pooled,
                **engine_options,
            )
            _begin_immediate(self.engine)
            self._write_guard = _lock_of(address)
            if _is_in_memory(address):  # all threads share one connection
                self._read_guard = self._write_guard
        else:
            self.engine = _server_engine(address, **engine_options)
        for_writing = self.engine.execution_options(snapfault_writer=True)
        self._readers = orm.sessionmaker(self.engine, expire_on_commit=False)
        self._writers = orm.sessionmaker(for_writing, expire_on_commit=False)

    @contextlib.contextmanager
    def reader(self) -> collections.abc.Iterator[orm.Session]:
        """Give a session that ends without a trace."""
        with self._read_guard, self._readers() as session:
            yield session

    @contextlib.contextmanager
    def writer(self) -> collections.abc.Iterator[orm.Session]:
        """Give a session that commits at the end, or leaves no trace.

        What it brought is told once it is committed, and to no lock's cost.
        """
        with self._write_guard, self._writers.begin() as session:
            yield session
        news.tell(session, self.listeners)

    def tell_time(self) -> None:
        """Go by the database's clock, which all that use it share.

        Each new connection does so, too. With SQLite all are on one machine.
        """
        backend = self.engine.dialect.name
        if backend in _TIME:
            with contextlib.closing(self.engine.raw_connection()) as raw:
                cursor = raw.cursor()
                clock.follow(lambda: _time(cursor, backend))
                cursor.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def connect(conf: cfg.ConfigOpts) -> Database:
    """Make the database that ``[database]`` describes.

    :raises SnapfaultError: it names none
    """
    options.set_defaults(conf)
    group = conf.database
    if not group.connection:
        raise errors.SnapfaultError(
            'no database is named: set [database] connection, for instance'
            ' to sqlite:////var/lib/snapfault/snapfault.sqlite'
        )
    return Database(
        group.connection,
        sqlite_synchronous=group.sqlite_synchronous,
        mysql_sql_mode=group.mysql_sql_mode,
        connection_recycle_time=group.connection_recycle_time,
        max_pool_size=group.max_pool_size,
        max_overflow=group.max_overflow,
        pool_timeout=group.pool_timeout,
    )


def reader(
    query: collections.abc.Callable[typing.Concatenate[orm.Session, _P], _R],
) -> collections.abc.Callable[typing.Concatenate[Database, _P], _R]:
    """Run a query that changes nothing."""

    @functools.wraps(query)
    def run(database: Database, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with database.reader() as session:
            return query(session, *args, **kwargs)

    return typing.cast(
        'collections.abc.Callable[typing.Concatenate[Database, _P], _R]', run
    )


def writer(
    query: collections.abc.Callable[typing.Concatenate[orm.Session, _P], _R],
) -> collections.abc.Callable[typing.Concatenate[Database, _P], _R]:
    """Run a query that changes rows, again where the database says so."""

    @oslo_api.wrap_db_retry(
        retry_interval=0.05,
        max_retries=20,
        max_retry_interval=2,
        retry_on_deadlock=True,
        exception_checker=_passes,
        jitter=True,
    )
    @functools.wraps(query)
    def run(database: Database, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with database.writer() as session:
            return query(session, *args, **kwargs)

    return typing.cast(
        'collections.abc.Callable[typing.Concatenate[Database, _P], _R]', run
    )


def _passes(error: Exception) -> bool:
    return isinstance(error, exc.DBAPIError) and any(
        text in str(error.orig) for text in _PASSING
    )


def _server_engine(url: sa.URL, **engine_options: typing.Any) -> sa.Engine:
    backend = url.get_backend_name()
    if backend in ('mysql', 'mariadb') and 'charset' not in url.query:
        url = url.update_query_dict({'charset': 'utf8mb4'})
    engine: sa.Engine = engines.create_engine(
        url.render_as_string(hide_password=False), **engine_options
    )
    statement = _READ_COMMITTED.get(backend)
    if statement is not None:

        @sa.event.listens_for(engine, 'connect')
        def set_up(connection: typing.Any, _record: typing.Any) -> None:
            cursor = connection.cursor()
            cursor.execute(statement)
            clock.follow(lambda: _time(cursor, backend))
            cursor.close()
            connection.commit()

        engine.dispose()  # of a connection that oslo.db tried it with
    return engine


def _time(cursor: typing.Any, backend: str) -> datetime.datetime:
    """Ask a server what time it is."""
    cursor.execute(_TIME[backend])
    at: datetime.datetime = cursor.fetchone()[0]
    return at.replace(tzinfo=datetime.UTC)


def _is_in_memory(url: sa.URL) -> bool:
    return url.database in (None, '', ':memory:')


def _lock_of(url: sa.URL) -> threading.Lock:
    if _is_in_memory(url):
        return threading.Lock()
    return _FILE_LOCKS[os.path.realpath(str(url.database))]


def _pooled(url: sa.URL, **args: typing.Any) -> tuple[sa.Engine, sa.Engine]:
    """Keep SQLite's connections: a new one parses the schema anew."""
    if args.get('poolclass') is pool.NullPool:
        args['poolclass'] = pool.QueuePool
        args.update(pool_size=16, max_overflow=32)
        args.pop('pool_pre_ping', None)
    engine = sa.create_engine(url, **args)
    return engine, engine


def _begin_immediate(engine: sa.Engine) -> None:
    """Let writers take SQLite's write lock when they begin.

    A deferred transaction that reads and then writes fails at once with
    "database is locked" where another wrote in between, and no timeout
    helps.
    """
    for listener in list(engine.dispatch.begin):
        if listener.__name__ == '_sqlite_emit_begin':
            sa.event.remove(engine, 'begin', listener)
    sa.event.listen(engine, 'connect', _set_up)
    sa.event.listen(engine, 'begin', _begin)


def _set_up(connection: typing.Any, _record: typing.Any) -> None:
    connection.execute('PRAGMA busy_timeout=30000')
    connection.execute('PRAGMA journal_mode=WAL')


def _begin(connection: sa.Connection) -> None:
    is_writer = connection.get_execution_options().get('snapfault_writer')
    connection.exec_driver_sql('BEGIN IMMEDIATE' if is_writer else 'BEGIN')
