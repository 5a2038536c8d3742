"""``snapfault-worker`` processes on one database, to be killed at will."""

import os
import pathlib
import signal
import subprocess
import sys

from tests.demo import service

TEMPLATE = """\
[DEFAULT]
log_file = {folder}/worker.log

[database]
connection = sqlite:///{folder}/snapfault.db

[cloud]
{account}
project_name = service
project_domain_id = default
region_name = {region}

[worker]
lease = 5
tick = 0.3

[snapshot]
# a death counts as an attempt, and so does what it left half taken
attempts = 100
retry_delay = 1
poll_max = 1

[watch]
interval = 0.5

[recover]
poll = 0.2
# much is broken on purpose
max_open_per_host = 100
max_open_per_project = 100
max_per_hour = 100000
storm_servers = 1000
"""


class Workers:
    """So many processes, each replaced when it is killed."""

    def __init__(self, folder, minicloud, count):
        """Start them.

        :param folder: where the database is, and the log will be
        :param minicloud: what minicloud.json says
        """
        self._folder = pathlib.Path(folder)
        self._config = self._folder / 'worker.conf'
        self._config.write_text(
            TEMPLATE.format(
                folder=folder,
                account=service.ACCOUNT.format(**minicloud),
                region=minicloud['region'],
            )
        )
        self._count = count
        self._processes = {}
        self.fill_up()

    def __enter__(self):
        """Give them for as long as the block lasts."""
        return self

    def __exit__(self, *error):
        """Leave none behind."""
        for each in self._processes.values():
            each.kill()
            each.wait()

    def fill_up(self):
        """Start as many as were killed.

        :raises SystemExit: one has ended by itself
        """
        for pid, each in list(self._processes.items()):
            if each.poll() is None:
                continue
            if each.returncode != -signal.SIGKILL:
                said = (self._folder / 'worker.out').read_text()
                raise SystemExit(f'snapfault-worker ended: {said[-2000:]}')
            del self._processes[pid]
        while len(self._processes) < self._count:
            started = self._start()
            self._processes[started.pid] = started

    def _start(self):
        program = os.path.join(
            os.path.dirname(sys.executable), 'snapfault-worker'
        )
        with (self._folder / 'worker.out').open('a') as output:
            return subprocess.Popen(
                [program, '--config-file', str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=service.die_with_parent,
            )

    def kill(self, pid):
        """End one as a power cut would; gives whether it was there."""
        process = self._processes.get(pid)
        if process is None or process.poll() is not None:
            return False
        process.send_signal(signal.SIGKILL)
        process.wait()
        return process.returncode == -signal.SIGKILL
