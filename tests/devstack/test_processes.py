"""Which programs are run, and which processes ended: without a cloud."""

import pathlib
import subprocess

import pytest

from tests.devstack import programs
from tests.devstack import stop

ROOT = pathlib.Path(__file__).parents[2]
SOURCES = """
source tests/devstack/stand_ins.sh
function wait_for_service { return 0; }
function told { echo "$1:" $2; }
source devstack/settings
source devstack/plugin.sh none
"""


class Shell:
    """Runs the plugin's functions, each time in a shell of its own."""

    def __init__(self, folder):
        """Have programs that do nothing until they are ended."""
        sources = folder / 'sources'
        sources.mkdir()
        (folder / 'logs').mkdir()
        for name in (*programs.INSTALLED, 'uwsgi'):
            (sources / name).write_text('#!/bin/sh\nexec sleep 600\n')
            (sources / name).chmod(0o755)
        self.venv, self.system = programs.lay(folder, source=sources)
        self.logs = folder / 'logs'
        self._environment = {
            'PATH': f'{self.venv}:{self.system}:/usr/bin:/bin',
            'PYTHONPATH': str(ROOT),
            'BIN': str(self.venv),
            'LOGS': str(self.logs),
            'DEST': str(folder),
            'ENABLED_SERVICES': 'key,n-api',
            'DISABLED': '',
            'SERVICE_HOST': '127.0.0.1',
            'SERVICE_PROTOCOL': 'http',
            'SERVICE_TIMEOUT': '1',
        }

    def run(self, text, **settings):
        """Run what follows on the sources; gives what it said."""
        done = subprocess.run(
            ['bash', '-c', SOURCES + text],
            cwd=ROOT,
            env=self._environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    def pids(self):
        """Give the processes that were begun, and not ended since."""
        return [int(each.read_text()) for each in self.logs.glob('*.pid')]


@pytest.fixture
def shell(tmp_path):
    """Give one whose processes are ended with the test."""
    made = Shell(tmp_path)
    yield made
    for each in made.pids():
        stop.main(each)


def test_each_program_is_run_from_where_it_is_installed(shell):
    said = shell.run('run_process() { told "$@"; }; start_snapfault')
    api, *workers = said
    name, program, settings, uwsgi, *_rest = api.split()
    assert (name, program) == ('snapfault-api:', '/usr/bin/env')
    assert settings.startswith('OS_SNAPFAULT_CONFIG_FILES=')
    assert uwsgi == str(shell.system / 'uwsgi')
    assert [each.split()[:2] for each in workers] == [
        [f'snapfault-worker-{n}:', str(shell.venv / 'snapfault-worker')]
        for n in (1, 2)
    ]


def test_unstack_ends_the_workers_in_a_shell_that_did_not_stack(shell):
    shell.run('start_snapfault', SNAPFAULT_WORKERS='3')
    pids = shell.pids()
    assert len(pids) == 4
    assert all(map(stop.lives, pids))
    shell.run('stop_snapfault', SNAPFAULT_WORKERS='3')
    assert not any(map(stop.lives, pids))
    assert shell.pids() == []


def test_a_process_of_a_service_that_is_not_enabled_is_left_alone(shell):
    """So it is with DevStack's own, which the plugin has to know."""
    shell.run('enable_service other; run_process other "sleep 600"')
    (pid,) = shell.pids()
    shell.run('stop_process other')
    assert stop.lives(pid)
    shell.run('enable_service other; stop_process other')
    assert not stop.lives(pid)
