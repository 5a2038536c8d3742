"""Which programs are run: without a cloud."""

import pathlib
import subprocess

import pytest

from tests.devstack import programs

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
        for name in (*programs.INSTALLED, 'uwsgi'):
            (sources / name).write_text('#!/bin/sh\nexec sleep 600\n')
            (sources / name).chmod(0o755)
        self.venv, self.system = programs.lay(folder, source=sources)
        self._environment = {
            'PATH': f'{self.venv}:{self.system}:/usr/bin:/bin',
            'PYTHONPATH': str(ROOT),
            'BIN': str(self.venv),
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


@pytest.fixture
def shell(tmp_path):
    """Give one whose folders are the test's."""
    return Shell(tmp_path)


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
