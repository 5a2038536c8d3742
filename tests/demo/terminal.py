"""What the demo shows: headings, and commands with what they print."""

import contextlib
import os
import subprocess
import sys
import time


class Terminal:
    """Runs commands as a user would type them, and shows both."""

    def __init__(self, environment):
        """Prepare.

        :param environment: variables added for every command
        """
        self._environment = dict(os.environ, **environment)
        self._started = time.monotonic()

    def say(self, text):
        """Show a heading with the time since the start."""
        seconds = time.monotonic() - self._started
        print(f'\n=== {seconds:5.1f} s  {text}', flush=True)

    @contextlib.contextmanager
    def task(self, text):
        """Show what is being done, then how long it took."""
        began = time.monotonic()
        print(f'--- {text} ...', flush=True)
        yield
        print(f'    {time.monotonic() - began:.1f} s', flush=True)

    def type(self, command):
        """Run ``openstack <command>`` and show what it prints.

        :returns: its standard output
        :raises SystemExit: it failed
        """
        print(f'$ openstack {command}', flush=True)
        output = self.ask(command)
        print(output, flush=True)
        return output

    def ask(self, command):
        """Run ``openstack <command>`` and give its standard output."""
        words = command.split()
        program = os.path.join(os.path.dirname(sys.executable), 'openstack')
        done = subprocess.run(
            [program, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if done.returncode:
            print(done.stdout, done.stderr, sep='\n', flush=True)
            raise SystemExit(f'openstack {command} failed')
        return done.stdout.rstrip()
