"""Start a server of the test's own, wait for it, and end it."""

import os
import pathlib
import signal
import socket
import subprocess
import threading

CHECKOUT = pathlib.Path(__file__).parents[2]
HOST = '127.0.0.1'
PATIENCE = 120  #: seconds until a server has to answer; machines are busy


def see_installed():
    """Have the packages installed; where that fails, so does the test."""
    done = subprocess.run(
        [CHECKOUT / 'tools' / 'servers'],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def free_port():
    """Give a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """One process, which may be killed, stopped and started again."""

    ends_by = signal.SIGTERM  #: and without waiting for its clients

    def __init__(self, command, folder, environment=None):
        """Describe it; :meth:`start` starts it.

        :param command: what to run, in the foreground
        :param folder: where its log goes
        """
        self.command = [str(each) for each in command]
        self.log = pathlib.Path(folder) / 'server.log'
        self._environment = environment
        self._process = None

    def start(self, answers):
        """Start it, and wait until it answers.

        :param answers: says whether it does
        """
        with self.log.open('a') as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        pause = threading.Event()
        for _ in range(PATIENCE * 10):
            assert self._process.poll() is None, self.tail()
            if answers():
                return
            pause.wait(0.1)
        raise AssertionError(f'no answer in {PATIENCE} s: {self.tail()}')

    def signal(self, number):
        """Send a signal to it."""
        self._process.send_signal(number)

    def kill(self):
        """End it, and all it has started, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end(self):
        """Ask it to end, and insist after half a minute."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(self.ends_by)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def tail(self):
        """Give the end of its log."""
        return f'{self.command[0]}: {self.log.read_text()[-2000:]}'


def listens(port):
    """Say whether something answers on a port of this machine."""
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except OSError:
        return False
    return True
