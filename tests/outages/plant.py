"""Two APIs and four workers on a broker and a database, all of our own."""

import contextlib
import pathlib

from tests.demo import service
from tests.outages import process
from tests.servers import mariadb
from tests.servers import private
from tests.servers import rabbitmq

APIS = 2
WORKERS = 4
LEASE = 6  #: seconds
TEMPLATE = """\
[DEFAULT]
transport_url = {broker}

[database]
connection = {database}

[keystone_authtoken]
www_authenticate_uri = {auth_url}
{account}
project_name = service
project_domain_id = default
service_token_roles_required = true

[cloud]
{account}
project_name = service
project_domain_id = default
region_name = {region}

[worker]
lease = {lease}
tick = 0.3

# less than a trial waits: Cinder, killed, leaves snapshots `creating`
[snapshot]
retry_delay = 5
poll_max = 1
creating_timeout = 120

[recover]
poll = 0.2
"""


class Plant:
    """All of snapfault's processes, and what they stand on but the cloud."""

    def __init__(self, state, folder):
        """Describe them; :meth:`begin` starts the servers.

        :param state: the minicloud's folder
        """
        self.state = pathlib.Path(state)
        self.folder = pathlib.Path(folder)
        self.database = self.broker = None
        self._stack = contextlib.ExitStack()
        self.config = self.folder / 'snapfault.conf'
        self.ports = [private.free_port() for _ in range(APIS)]
        self.apis = [self._api(*each) for each in enumerate(self.ports)]
        self.workers = [self._worker(number) for number in range(WORKERS)]
        self.settings = {'lease': LEASE}

    def _api(self, number, port):
        return process.Process(
            f'api-{number}',
            [
                'waitress-serve',
                f'--listen={private.HOST}:{port}',
                'snapfault.wsgi.api:application',
            ],
            self.folder,
            {'OS_SNAPFAULT_CONFIG_FILES': str(self.config)},
        )

    def _worker(self, number):
        name = f'worker-{number}'
        command = ['snapfault-worker']
        if number == 0:
            step = self.folder / f'{name}.clock'
            step.write_text('0')
            stepped = ('tests.outages.stepped', step, 'snapfault.cmd.worker')
            command = ['python', '-m', *map(str, stepped)]
        log = self.folder / f'{name}.log'
        log.touch()
        files = ['--config-file', str(self.config), '--log-file', str(log)]
        made = process.Process(name, [*command, *files], self.folder, {})
        made.log = log
        return made

    def step_clock(self, seconds):
        """Set the clock of the first worker, and no other's, so far off."""
        path = self.folder / f'{self.workers[0].name}.clock'
        whole = path.with_suffix('.new')
        whole.write_text(str(seconds))
        whole.rename(path)  # the worker reads it at any moment

    @property
    def url(self):
        """Give SQLAlchemy's URL of the database."""
        return self.database.url('snapfault')

    def __enter__(self):
        """Start the servers; the processes wait until they are told to."""
        for name in ('mariadb', 'rabbitmq'):
            (self.folder / name).mkdir()
        with contextlib.ExitStack() as stack:
            self.database = stack.enter_context(
                mariadb.running(self.folder / 'mariadb')
            )
            self.broker = stack.enter_context(
                rabbitmq.running(self.folder / 'rabbitmq')
            )
            self.database.create('snapfault')
            self._stack = stack.pop_all()
        minicloud = service.read_minicloud(self.state)
        self.config.write_text(
            TEMPLATE.format(
                broker=self.broker.url,
                database=self.url,
                account=service.ACCOUNT.format(**minicloud),
                **self.settings,
                **minicloud,
            )
        )
        return self

    def __exit__(self, *error):
        """Leave none behind."""
        for each in [*self.apis, *self.workers]:
            if each.is_there():
                each.kill()
        self._stack.close()

    def fill_up(self):
        """Start whichever of our processes is not there."""
        for each in [*self.apis, *self.workers]:
            if not each.is_there():
                each.start()

    def see_all_there(self):
        """See that none has ended by itself.

        :raises AssertionError: one has
        """
        for each in [*self.apis, *self.workers]:
            assert each.is_there(), f'{each.name} has ended: {self.tail()}'

    def tail(self):
        """Give what the processes said last."""
        return '\n'.join(
            f'{each.name}: {each.output.read_text()[-1000:]}'
            for each in [*self.apis, *self.workers]
            if each.output.exists()
        )
