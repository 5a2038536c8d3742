"""One of snapfault's processes, to be killed, stopped and started again."""

import os
import signal
import subprocess
import sys

from tests.demo import service

#: Seconds that one that is asked to end has for it.
PATIENCE = 30


class Process:
    """A console of ours, in the foreground."""

    def __init__(self, name, command, folder, environment):
        """Describe it; :meth:`start` starts it.

        :param command: its console's name, and the arguments
        :param environment: variables beside those of this process
        """
        self.name = name
        program = os.path.join(os.path.dirname(sys.executable), command[0])
        self._command = [program, *command[1:]]
        self.output = self.log = folder / f'{name}.out'
        self._environment = os.environ | environment
        self._process = None

    @property
    def pid(self):
        """Give what the rows know a worker by."""
        return self._process.pid

    def start(self):
        """Start it, and do not wait."""
        with self.output.open('a') as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                start_new_session=True,
                preexec_fn=service.die_with_parent,
            )

    def is_there(self):
        """Say whether it runs, or hangs."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number):
        """Send a signal to it."""
        self._process.send_signal(number)

    def kill(self):
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def end(self):
        """Ask it to end, and see that it does.

        :returns: its exit code; None: it had to be killed
        """
        if not self.is_there():
            return None
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
