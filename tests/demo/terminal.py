"""What the demo shows: headings, and commands with what they print."""

import concurrent.futures
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

    def type(self, *commands):
        """Run ``openstack <command>``, several at once, and show each.

        The client takes two seconds to start; those that do not wait for
        each other need not do so one after another.

        :raises SystemExit: one of them failed
        """
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for command, output in zip(
                commands, pool.map(self._run, commands), strict=True
            ):
                print(f'$ openstack {command}', output, sep='\n', flush=True)

    def _run(self, command):
        program = os.path.join(os.path.dirname(sys.executable), 'openstack')
        done = subprocess.run(
            [program, *command.split()],
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
