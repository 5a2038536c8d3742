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
        connection = self._connect()
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')
            cursor.execute(f'CREATE DATABASE "{database}"')

    def answers(self):
        """Say whether it takes a connection."""
        with contextlib.suppress(psycopg2.OperationalError):
            self._connect().close()
            return True
        return False

    def _connect(self):
        return psycopg2.connect(
            host=private.HOST,
            port=self.port,
            user=USER,
            dbname='postgres',
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
