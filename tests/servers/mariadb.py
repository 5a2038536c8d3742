"""A MariaDB of the test's own."""

import contextlib
import os
import pathlib
import subprocess

import pymysql

from tests.servers import private


class MariaDB(private.Server):
    """The server, and where its databases are."""

    COUNT_ANEW = 'ALTER TABLE {} AUTO_INCREMENT = 1'

    def __init__(self, folder):
        """Make its files in an empty folder.

        Temporary ones, too: a MariaDB that starts removes all that it finds
        where these are, and another may be at work there.
        """
        self.port = private.free_port()
        data = pathlib.Path(folder) / 'data'
        temporary = pathlib.Path(folder) / 'temporary'
        temporary.mkdir()
        subprocess.run(
            [
                *('mariadb-install-db', '--no-defaults', '--user=root'),
                *(f'--datadir={data}', '--skip-test-db'),
                '--auth-root-authentication-method=normal',
            ],
            check=True,
            env={**os.environ, 'TMPDIR': str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        super().__init__(
            [
                *('/usr/sbin/mariadbd', '--no-defaults', '--user=root'),
                *(f'--datadir={data}', f'--socket={folder}/socket'),
                *(f'--port={self.port}', f'--bind-address={private.HOST}'),
                f'--tmpdir={temporary}',
                # the tests' many small writes wait for no disk
                '--innodb-flush-log-at-trx-commit=2',
            ],
            folder,
        )

    def url(self, database):
        """Give the SQLAlchemy URL of a database."""
        return f'mysql+pymysql://root@{private.HOST}:{self.port}/{database}'

    def create(self, database):
        """Make a database, anew where there is one."""
        self.drop(database)
        self.do(f'CREATE DATABASE `{database}`')

    def drop(self, database):
        """Remove a database, if there is one."""
        self.do(f'DROP DATABASE IF EXISTS `{database}`')

    def columns(self, database):
        """Give the table and the name of each column of a database."""
        return set(
            self.do(
                'SELECT table_name, column_name'
                ' FROM information_schema.columns'
                f" WHERE table_schema = '{database}'"
            )
        )

    def end_sessions(self, database):
        """End whoever is connected to a database."""
        found = self.do(
            'SELECT id FROM information_schema.processlist'
            f" WHERE db = '{database}'"
        )
        for (session,) in found:
            with contextlib.suppress(pymysql.OperationalError):  # it left
                self.do(f'KILL {session}')

    def do(self, statement, database=None):
        """Carry out a statement; give the rows, if it gives any."""
        with self.cursor(database) as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    @contextlib.contextmanager
    def cursor(self, database=None):
        """Give a cursor of a connection that commits by itself."""
        with self._connect(database) as connection:
            yield connection.cursor()

    def answers(self):
        """Say whether it takes a connection."""
        with contextlib.suppress(pymysql.MySQLError), self._connect():
            return True
        return False

    def _connect(self, database=None):
        return pymysql.connect(
            host=private.HOST,
            port=self.port,
            user='root',
            database=database,
            connect_timeout=5,
            autocommit=True,
        )


@contextlib.contextmanager
def running(folder):
    """Run one until the block ends."""
    private.see_installed()
    server = MariaDB(folder)
    try:
        server.start(server.answers)
        yield server
    finally:
        server.end()
