"""A PostgreSQL of the test's own."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import psycopg2

from tests.servers import private

#: It will not run as root, so then it runs as the user of its package.
USER = 'postgres'


class PostgreSQL(private.Server):
    """The server, and where its databases are."""

    ends_by = signal.SIGINT
    COUNT_ANEW = 'ALTER SEQUENCE {}_sequence_seq RESTART'

    def __init__(self, folder):
        """Make its files in an empty folder."""
        self.port = private.free_port()
        programs = max(pathlib.Path('/usr/lib/postgresql').glob('*/bin'))
        home = pathlib.Path(folder) / 'postgresql'
        home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(home, USER)
        data = home / 'data'
        subprocess.run(
            [
                *(*_as_user(), programs / 'initdb', f'--pgdata={data}'),
                *('--auth=trust', f'--username={USER}', '--no-sync'),
                *('--encoding=UTF8', '--locale=C'),
            ],
            check=True,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        super().__init__(
            [
                *(*_as_user(), programs / 'postgres', '-D', data),
                *('-h', private.HOST, '-p', self.port, '-k', home),
                *('-c', 'fsync=off', '-c', 'timezone=UTC'),
                *('-c', 'max_connections=200'),
            ],
            folder,
        )

    def url(self, database):
        """Give the SQLAlchemy URL of a database."""
        address = f'{private.HOST}:{self.port}'
        return f'postgresql+psycopg2://{USER}@{address}/{database}'

    def create(self, database):
        """Make a database, anew where there is one."""
        self.drop(database)
        self.do(f'CREATE DATABASE "{database}"')

    def drop(self, database):
        """Remove a database, if there is one."""
        self.do(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def columns(self, database):
        """Give the table and the name of each column of a database."""
        return set(
            self.do(
                'SELECT table_name, column_name'
                ' FROM information_schema.columns'
                " WHERE table_schema = 'public'",
                database,
            )
        )

    def end_sessions(self, database):
        """End whoever is connected to a database."""
        self.do(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
            f" WHERE datname = '{database}'"
        )

    def do(self, statement, database='postgres'):
        """Carry out a statement; give the rows, if it gives any."""
        with self.cursor(database) as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()

    @contextlib.contextmanager
    def cursor(self, database='postgres'):
        """Give a cursor of a connection that commits by itself."""
        with contextlib.closing(self._connect(database)) as connection:
            connection.autocommit = True
            yield connection.cursor()

    def answers(self):
        """Say whether it takes a connection."""
        with contextlib.suppress(psycopg2.OperationalError):
            self._connect().close()
            return True
        return False

    def _connect(self, database='postgres'):
        return psycopg2.connect(
            host=private.HOST,
            port=self.port,
            user=USER,
            dbname=database,
            connect_timeout=5,
        )


def _as_user():
    """Begin a command of that user, where root must not run it."""
    if os.geteuid():
        return ()
    return ('setpriv', f'--reuid={USER}', f'--regid={USER}', '--init-groups')


@contextlib.contextmanager
def running(folder):
    """Run one until the block ends."""
    private.see_installed()
    _let_in(pathlib.Path(folder))
    server = PostgreSQL(folder)
    try:
        server.start(server.answers)
        yield server
    finally:
        server.end()


def _let_in(folder):
    """Let the server's user pass through pytest's folders to its own."""
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid() and each != each.parent:
            each.chmod(each.stat().st_mode | 0o011)
