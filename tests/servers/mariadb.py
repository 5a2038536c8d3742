"""A MariaDB of the test's own."""

import contextlib
import pathlib
import subprocess

import pymysql

from tests.servers import private


class MariaDB(private.Server):
    """The server, and where its databases are."""

    def __init__(self, folder):
        """Make its files in an empty folder."""
        self.port = private.free_port()
        data = pathlib.Path(folder) / 'data'
        subprocess.run(
            [
                *('mariadb-install-db', '--no-defaults', '--user=root'),
                *(f'--datadir={data}', '--skip-test-db'),
                '--auth-root-authentication-method=normal',
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        super().__init__(
            [
                *('/usr/sbin/mariadbd', '--no-defaults', '--user=root'),
                *(f'--datadir={data}', f'--socket={folder}/socket'),
                *(f'--port={self.port}', f'--bind-address={private.HOST}'),
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
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS `{database}`')
            cursor.execute(f'CREATE DATABASE `{database}`')

    def answers(self):
        """Say whether it takes a connection."""
        with contextlib.suppress(pymysql.MySQLError), self._connect():
            return True
        return False

    def _connect(self):
        return pymysql.connect(
            host=private.HOST, port=self.port, user='root', connect_timeout=5
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
