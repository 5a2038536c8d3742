"""The door to the database: one engine a process, readers and writers.

A query is a function whose first argument is a session; :func:`reader` and
:func:`writer` make of it one whose first argument is a :class:`Database`,
run in a transaction of its own. No cloud is called within one.
"""

import collections
import collections.abc
import contextlib
import functools
import threading
import typing

from oslo_config import cfg
from oslo_db import api as oslo_api
from oslo_db import exception
from oslo_db import options
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy import pool

_P = typing.ParamSpec('_P')
_R = typing.TypeVar('_R')

#: What says that the database is away, and not that a query is wrong.
OUTAGE: typing.Final = (exception.DBConnectionError, sa.exc.TimeoutError)

#: One a file: SQLite has one writer at a time, and its own way of waiting
#: sleeps up to 100 ms a time and is not fair.
_FILE_LOCKS: dict[str, threading.Lock] = collections.defaultdict(
    threading.Lock
)


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
        self.is_sqlite = url.startswith('sqlite')
        # Zero: a database that is down must not keep a process from starting.
        engine_options.setdefault('max_retries', 0)
        if self.is_sqlite:
            self.engine = engines.create_engine(
                url,
                sqlite_fk=True,
                _engine_target=_pooled,
                **engine_options,
            )
            _begin_immediate(self.engine)
        else:
            self.engine = engines.create_engine(url, **engine_options)
        for_writing = self.engine.execution_options(snapfault_writer=True)
        self._readers = orm.sessionmaker(self.engine, expire_on_commit=False)
        self._writers = orm.sessionmaker(for_writing, expire_on_commit=False)

    @contextlib.contextmanager
    def reader(self) -> collections.abc.Iterator[orm.Session]:
        """Give a session that ends without a trace."""
        with self._readers() as session:
            yield session

    @contextlib.contextmanager
    def writer(self) -> collections.abc.Iterator[orm.Session]:
        """Give a session that commits at the end, or leaves no trace."""
        with self._writers.begin() as session:
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def connect(conf: cfg.ConfigOpts) -> Database:
    """Make the database that ``[database]`` describes."""
    options.set_defaults(conf)
    group = conf.database
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
        max_retries=5, retry_on_deadlock=True, inc_retry_interval=True
    )
    @functools.wraps(query)
    def run(database: Database, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with database.writer() as session:
            return query(session, *args, **kwargs)

    return typing.cast(
        'collections.abc.Callable[typing.Concatenate[Database, _P], _R]', run
    )


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
    lock = _FILE_LOCKS[str(engine.url.database)]
    sa.event.listen(engine, 'connect', _set_up)
    sa.event.listen(engine, 'begin', functools.partial(_begin, lock))
    for end in ('commit', 'rollback'):
        sa.event.listen(engine, end, functools.partial(_end, lock))


def _set_up(connection: typing.Any, _record: typing.Any) -> None:
    connection.execute('PRAGMA journal_mode=WAL')
    connection.execute('PRAGMA busy_timeout=30000')


def _begin(lock: threading.Lock, connection: sa.Connection) -> None:
    if 'in_transaction' in connection.info:
        return
    is_writer = connection.get_execution_options().get('snapfault_writer')
    if is_writer:
        lock.acquire()
        connection.info['locked'] = True
    connection.exec_driver_sql('BEGIN IMMEDIATE' if is_writer else 'BEGIN')
    connection.info['in_transaction'] = True


def _end(lock: threading.Lock, connection: sa.Connection) -> None:
    connection.info.pop('in_transaction', None)
    if connection.info.pop('locked', False):
        lock.release()
