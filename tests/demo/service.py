"""snapfault itself in the demo: configured, started, stopped."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

TEMPLATE = """\
[DEFAULT]
log_file = {folder}/snapfault.log

[database]
connection = sqlite:///{folder}/snapfault.db

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
concurrency = 1
tick = 0.5

[api]
host = 127.0.0.1
port = {port}

{extra}
"""
ACCOUNT = """\
auth_type = password
auth_url = {auth_url}
username = snapfault
password = {password}
user_domain_id = default"""


PR_SET_PDEATHSIG = 1  #: of prctl(2)


def die_with_parent():
    """Have the kernel end this process when the one that made it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Snapfault:
    """``snapfault-all`` as a process of its own."""

    def __init__(self, folder, minicloud, extra=''):
        """Describe where it runs.

        :param folder: keeps configuration, database and log
        :param minicloud: what minicloud.json says
        :param extra: more of the configuration file
        """
        self._folder = pathlib.Path(folder)
        self._cloud = minicloud
        self._extra = extra
        self._process = None
        self._files = []

    @property
    def database(self):
        """Where its SQLite file is."""
        return self._folder / 'snapfault.db'

    @property
    def log(self):
        """Where it tells what it does."""
        return self._folder / 'snapfault.log'

    def _program(self, name):
        return os.path.join(os.path.dirname(sys.executable), name)

    def start(self):
        """Configure it, make its database, start it, and see it answer."""
        self._folder.mkdir(parents=True, exist_ok=True)
        port = self._cloud['ports']['fault-tolerance']
        config = self._folder / 'snapfault.conf'
        config.write_text(
            TEMPLATE.format(
                folder=self._folder,
                port=port,
                extra=self._extra,
                account=ACCOUNT.format(**self._cloud),
                **self._cloud,
            )
        )
        self._files = ['--config-file', str(config)]
        subprocess.run(
            [self._program('snapfault-manage'), *self._files, 'db', 'sync'],
            check=True,
        )
        self.resume()
        self.wait_until_it_answers()

    def resume(self):
        """Start the process; it may be started again after an end."""
        with (self._folder / 'snapfault.out').open('a') as output:
            self._process = subprocess.Popen(
                [self._program('snapfault-all'), *self._files],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self):
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def wait_until_it_answers(self, limit=30):
        """Ask its healthcheck until it answers."""
        port = self._cloud['ports']['fault-tolerance']
        url = f'http://127.0.0.1:{port}/healthcheck'
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise SystemExit(f'snapfault-all does not answer: {self.tail()}')

    def tail(self):
        """Give the end of its output and its log."""
        files = (
            self._folder / 'snapfault.out',
            self._folder / 'snapfault.log',
        )
        return '\n'.join(
            each.read_text()[-2000:] for each in files if each.exists()
        )

    def stop(self):
        """Ask it to stop; insist after ten seconds."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def read_minicloud(folder):
    """Read what the minicloud says about itself."""
    return json.loads((pathlib.Path(folder) / 'minicloud.json').read_text())
