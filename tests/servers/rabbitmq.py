"""A RabbitMQ of the test's own."""

import contextlib
import os
import pathlib
import signal
import threading

from tests.servers import private


class RabbitMQ(private.Server):
    """The broker, with one user, guest."""

    def __init__(self, folder):
        """Describe it; its files are made in the folder when it starts."""
        folder = pathlib.Path(folder)
        self._pid_file = folder / 'pid'
        self.port = private.free_port()
        (folder / 'enabled_plugins').write_text('[].\n')
        (folder / 'rabbitmq.conf').write_text(
            f'listeners.tcp.default = {private.HOST}:{self.port}\n'
            'log.console = true\n'
        )
        # Erlang's name server, which RabbitMQ would start as a daemon
        names = private.free_port()
        self._names = private.Server(
            ['epmd', '-address', private.HOST, '-port', names], folder
        )
        self._names_port = names
        settings = {
            'HOME': folder,  # where Erlang's cookie is
            'ERL_EPMD_PORT': names,
            'ERL_EPMD_ADDRESS': private.HOST,
            'RABBITMQ_NODENAME': f'test{self.port}@localhost',
            'RABBITMQ_DIST_PORT': private.free_port(),
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': (
                '-kernel inet_dist_use_interface {127,0,0,1}'
            ),
            'RABBITMQ_CONFIG_FILE': folder / 'rabbitmq.conf',
            'RABBITMQ_ENABLED_PLUGINS_FILE': folder / 'enabled_plugins',
            'RABBITMQ_MNESIA_BASE': folder / 'mnesia',
            'RABBITMQ_LOG_BASE': folder,
            'RABBITMQ_LOGS': '-',
            'RABBITMQ_PID_FILE': self._pid_file,
        }
        super().__init__(
            ['/usr/lib/rabbitmq/bin/rabbitmq-server'],
            folder,
            os.environ | {name: str(each) for name, each in settings.items()},
        )

    def start(self, answers):
        """Start it, and what it finds its own name by."""
        if not private.listens(self._names_port):
            self._names.start(lambda: private.listens(self._names_port))
        super().start(answers)

    def signal(self, number):
        """Send a signal to the broker, which its script runs apart."""
        os.kill(int(self._pid_file.read_text()), number)

    def kill(self):
        """End the broker, which its script runs apart, and the script."""
        os.kill(int(self._pid_file.read_text()), signal.SIGKILL)
        super().kill()
        while self.answers():  # it is no child of ours, to wait for
            threading.Event().wait(0.05)

    def end(self):
        """End both."""
        with contextlib.suppress(OSError, ValueError):
            self.signal(signal.SIGCONT)
        super().end()
        self._names.end()

    @property
    def url(self):
        """Give oslo.messaging's URL of it."""
        return f'rabbit://guest:guest@{private.HOST}:{self.port}/'

    def answers(self):
        """Say whether it listens, which it does once all is ready."""
        return private.listens(self.port)


@contextlib.contextmanager
def running(folder):
    """Run one until the block ends."""
    private.see_installed()
    server = RabbitMQ(folder)
    try:
        server.start(server.answers)
        yield server
    finally:
        server.end()
