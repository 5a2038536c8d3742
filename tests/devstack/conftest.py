"""A cloud, a database, a broker and a web server, as DevStack has them."""

import contextlib
import os
import pathlib
import subprocess

import pytest
import yaml

from tests.demo import service
from tests.demo import world
from tests.devstack import apache
from tests.devstack import programs
from tests.minicloud import lifecycle
from tests.servers import mariadb
from tests.servers import rabbitmq

RUN = pathlib.Path(__file__).with_name('run.sh')
#: Those of stack.sh, in its order; in some of them the plugin has no work.
PHASES = ('pre-install', 'install', 'post-config', 'extra', 'test-config')


class DevStack:
    """Runs the plugin's phases, and knows what they left."""

    def __init__(self, folder, environment, minicloud):
        """Take what was prepared; nothing of the plugin has run."""
        self.folder = pathlib.Path(folder)
        self.environment = environment
        self.minicloud = minicloud
        self.configuration = self.folder / 'etc'

    def run(self, *phase, fails=False, **settings):
        """Run one phase; gives what it said.

        :param settings: as local.conf would have them
        """
        done = subprocess.run(
            ['bash', RUN, *phase],
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert bool(done.returncode) is fails, said + self.logs()
        return said

    def stack(self, **settings):
        """Run all that stack.sh runs."""
        return '\n'.join(
            self.run('stack', each, **settings) for each in PHASES
        )

    def openstack(self, *arguments):
        """Run the client as the tenant; gives its output."""
        done = subprocess.run(
            ['openstack', '--os-cloud', 'devstack', *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + self.logs()
        return done.stdout

    def admin(self):
        """Connect as the cloud's administrator."""
        clouds = self.environment['OS_CLIENT_CONFIG_FILE']
        return world.connect(clouds, 'admin')

    def roles(self):
        """List the roles of the service's user, each with its project."""
        with self.admin() as admin:
            user = admin.identity.find_user('snapfault')
            given = admin.identity.role_assignments(
                user_id=user.id, include_names=True
            )
            return sorted(
                (each.scope['project']['name'], each.role['name'])
                for each in given
            )

    def pids(self):
        """Give the processes that run_process has started, by name."""
        return {
            each.stem: int(each.read_text())
            for each in (self.folder / 'logs').glob('*.pid')
        }

    def logs(self):
        """Give the ends of all logs."""
        return '\n'.join(
            f'{each.name}: {each.read_text()[-1500:]}'
            for each in (self.folder / 'logs').glob('*.log')
        )


@pytest.fixture(scope='session')
def devstack(tmp_path_factory):
    """Give one whose plugin has not run yet."""
    folder = tmp_path_factory.mktemp('devstack')
    for name in ('database', 'broker', 'logs', 'sites'):
        (folder / name).mkdir()
    with contextlib.ExitStack() as stack:
        state = folder / 'minicloud'
        stack.callback(lifecycle.down, state, True)
        lifecycle.up(state, False, None, lambda text: None)
        database = stack.enter_context(mariadb.running(folder / 'database'))
        broker = stack.enter_context(rabbitmq.running(folder / 'broker'))
        port = stack.enter_context(apache.running(folder / 'sites'))
        minicloud = service.read_minicloud(state)
        environment = _environment(
            folder, minicloud, database.url('').rstrip('/'), broker.url, port
        )
        _forget_snapfault(environment['OS_CLIENT_CONFIG_FILE'])
        made = DevStack(folder, environment, minicloud)
        yield made
        made.run('unstack')


def _environment(folder, minicloud, database, broker, port):
    """Give what DevStack sets before a plugin's phase."""
    clouds = yaml.safe_load(
        (folder / 'minicloud' / 'clouds.yaml').read_text()
    )['clouds']
    clouds['devstack'] = clouds['alpha']
    (folder / 'clouds.yaml').write_text(yaml.safe_dump({'clouds': clouds}))
    venv, system = programs.lay(folder)
    return {
        'PATH': f'{venv}:{system}:{os.environ["PATH"]}',
        'PYTHONPATH': str(RUN.parents[2]),
        'HOME': str(folder),
        'OS_CLIENT_CONFIG_FILE': str(folder / 'clouds.yaml'),
        'BIN': str(venv),
        'LOGS': str(folder / 'logs'),
        'SITES': str(folder / 'sites'),
        'DATABASE_URL': database,
        'BROKER_URL': broker,
        'DEST': str(folder),
        'SNAPFAULT_DIR': str(RUN.parents[2]),
        'SNAPFAULT_CONF_DIR': str(folder / 'etc'),
        'ENABLED_SERVICES': 'key,n-api,c-api,g-api',
        'DISABLED': '',
        'STACK_USER': _own_name(),
        'API_WORKERS': '2',
        'ENABLE_DEBUG_LOG_LEVEL': 'False',
        'REGION_NAME': minicloud['region'],
        'SERVICE_HOST': f'127.0.0.1:{port}',
        'SERVICE_PROTOCOL': 'http',
        'SERVICE_TIMEOUT': '60',
        'SERVICE_DOMAIN_NAME': 'Default',
        'SERVICE_PROJECT_NAME': 'service',
        'SERVICE_PASSWORD': minicloud['password'],
        'KEYSTONE_SERVICE_URI': minicloud['auth_url'],
    }


def _own_name():
    return pathlib.Path('/proc/self').owner()


def _forget_snapfault(clouds):
    """Remove the accounts that the minicloud makes for other tests."""
    admin = world.connect(clouds, 'admin')
    for each in admin.identity.services(type='fault-tolerance'):
        admin.identity.delete_service(each)
    admin.identity.delete_user(admin.identity.find_user('snapfault'))
    admin.close()
