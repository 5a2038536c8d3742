"""Make oslo.db's SQLite fit for several threads that write.

oslo.db begins each transaction deferred: one that reads, then writes,
fails at once with "database is locked" when another wrote in between, and
no timeout helps.  Here writers say so at BEGIN, and queue for the file in
their process; SQLite's own waiting is by sleeps of up to 100 ms.
"""

import collections
import threading

from oslo_db.sqlalchemy import enginefacade
from oslo_db.sqlalchemy import engines
import sqlalchemy
import sqlalchemy.event
import sqlalchemy.pool

#: The execution option and the connection's note of its holding the lock.
WRITER = 'minicloud_writer'
LOCKED = 'minicloud_locked'
#: Seconds to queue in the process before leaving it to SQLite's own lock.
QUEUE_TIMEOUT = 30

_locks: dict[str, threading.RLock] = collections.defaultdict(threading.RLock)


def patch(foreign_keys: bool = False) -> None:
    """Change oslo.db, before the first engine is made.

    :param foreign_keys: have SQLite enforce and cascade them, as others do.
    """
    create_engine = engines.create_engine

    def create(*args, **kwargs):
        engine = create_engine(*args, _engine_target=_pooled, **kwargs)
        if engine.dialect.name == 'sqlite':
            _replace_begin(engine)
            if foreign_keys:
                sqlalchemy.event.listen(
                    engine, 'connect', _enforce_foreign_keys
                )
        return engine

    engines.create_engine = create
    _mark_writers()


def _pooled(url, **kwargs):
    """Make an engine that keeps its connections.

    A new connection parses the schema anew: 10 ms for nova's.
    """
    if kwargs.get('poolclass') is sqlalchemy.pool.NullPool:
        kwargs.update(
            poolclass=sqlalchemy.pool.QueuePool,
            pool_size=32,
            max_overflow=64,
        )
        kwargs.pop('pool_pre_ping', None)
    return engines._create_engine(url, **kwargs)


def _enforce_foreign_keys(connection, record):
    connection.execute('PRAGMA foreign_keys=ON')


def _replace_begin(engine):
    """Put our BEGIN in the place of oslo.db's."""
    # a listener of ours inserted before it is not called first
    for listener in list(engine.dispatch.begin):
        if listener.__name__ == '_sqlite_emit_begin':
            sqlalchemy.event.remove(engine, 'begin', listener)
    lock = _locks[engine.url.database]

    def begin(connection):
        if 'in_transaction' in connection.info:
            return
        writes = connection.get_execution_options().get(WRITER, False)
        if writes:
            connection.info[LOCKED] = lock.acquire(timeout=QUEUE_TIMEOUT)
        connection.exec_driver_sql('BEGIN IMMEDIATE' if writes else 'BEGIN')
        connection.info['in_transaction'] = True

    def end(connection):
        if connection.info.pop(LOCKED, False):
            lock.release()

    sqlalchemy.event.listen(engine, 'begin', begin)
    sqlalchemy.event.listen(engine, 'commit', end)
    sqlalchemy.event.listen(engine, 'rollback', end)


def _mark_writers():
    """Have enginefacade's writers tell their connections what they are."""
    factory = enginefacade._TransactionFactory
    make_session = factory._create_session
    make_connection = factory._create_connection

    def session(self, mode, bind=None):
        made = make_session(self, mode, bind=bind)
        is_writer = mode is enginefacade._WRITER
        if is_writer and bind is None and made.bind is not None:
            made.bind = made.bind.execution_options(**{WRITER: True})
        return made

    def connection(self, mode):
        made = make_connection(self, mode)
        if mode is enginefacade._WRITER:
            made = made.execution_options(**{WRITER: True})
        return made

    factory._create_session = session
    factory._create_connection = connection
