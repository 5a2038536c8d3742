"""Create all databases of a cloud, with the services' own tools."""

import contextlib
import functools
import getpass
import grp
import os
import pathlib
import sqlite3

from tests.minicloud import commands
from tests.minicloud import environment
from tests.minicloud import layout
from tests.minicloud import parallel


class _Tools:
    """The services' command line tools, in one cloud's environment."""

    def __init__(
        self,
        runner: commands.Runner,
        cloud: layout.Cloud,
        venv: pathlib.Path,
    ) -> None:
        self._cloud = cloud
        self._bin = venv / 'bin'
        variables = environment.variables(cloud)
        self._run = functools.partial(runner.run, env=variables)

    def _tool(self, name: str, service: str, *words: str) -> None:
        file = self._cloud.config_file(service)
        self._run(self._bin / name, '--config-file', file, *words)

    def _create(self, service: str) -> None:
        module = 'tests.minicloud.inside.schema'
        self._run(self._bin / 'python', '-m', module, service)

    def keystone(self) -> None:
        tool = functools.partial(self._tool, 'keystone-manage', 'keystone')
        tool('db_sync')
        owner = (
            *('--keystone-user', getpass.getuser()),
            *('--keystone-group', grp.getgrgid(os.getgid()).gr_name),
        )
        tool('fernet_setup', *owner)
        tool('credential_setup', *owner)
        urls = [
            word
            for interface in ('admin', 'internal', 'public')
            for word in (
                f'--bootstrap-{interface}-url',
                self._cloud.auth_url,
            )
        ]
        tool(
            *('bootstrap', '--bootstrap-password', layout.PASSWORD),
            *('--bootstrap-region-id', layout.REGION, *urls),
        )

    def nova(self) -> None:
        tool = functools.partial(self._tool, 'nova-manage', 'nova')
        url = self._cloud.database_url
        tool('api_db', 'sync')
        tool(
            *('cell_v2', 'map_cell0'),
            *('--database_connection', url('nova_cell0')),
        )
        tool(
            *('cell_v2', 'create_cell', '--name', 'cell1'),
            *('--database_connection', url('nova_cell1')),
            *('--transport-url', 'fake:/'),
        )
        tool('db', 'sync')

    def neutron(self) -> None:
        self._create('neutron')

    def gnocchi(self) -> None:
        self._create('gnocchi')
        self._tool('gnocchi-upgrade', 'gnocchi', '--sacks-number', '4')

    def glance(self) -> None:
        self._tool('glance-manage', 'glance', 'db_sync')

    def cinder(self) -> None:
        self._tool('cinder-manage', 'cinder', 'db', 'sync')

    def placement(self) -> None:
        self._tool('placement-manage', 'placement', 'db', 'sync')


def create_databases(
    runner: commands.Runner, cloud: layout.Cloud, venv: pathlib.Path
) -> None:
    """Create all schemas, a few tools at a time, and bootstrap keystone."""
    tools = _Tools(runner, cloud, venv)
    # the longest first
    jobs = [getattr(tools, service) for service in layout.SERVICES]
    parallel.run(jobs, workers=3)
    for name in layout.DATABASES:
        file = cloud.databases / f'{name}.db'
        with contextlib.closing(sqlite3.connect(file)) as connection:
            # readers then do not stop the writer, nor it them
            connection.execute('PRAGMA journal_mode=WAL')
