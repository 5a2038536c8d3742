"""A wheel of the checkout, and an environment that holds nothing else."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

CHECKOUT = pathlib.Path(__file__).parents[2]
LOCK = CHECKOUT / 'requirements' / 'test.txt'


def run(*command, cwd, **variables):
    """Run a command and give what it printed; its error text if it fails."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    done = subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f'{command}\n{done.stdout}\n{done.stderr}'
    return done.stdout


def tracked_files():
    """List what a commit of the checkout as it stands would hold."""
    listed = run(
        *('git', 'ls-files', '--cached', '--others', '--exclude-standard'),
        cwd=CHECKOUT,
    )
    return [each for each in listed.splitlines() if (CHECKOUT / each).exists()]


@dataclasses.dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and a folder to run things in."""

    wheel: pathlib.Path
    bin: pathlib.Path
    folder: pathlib.Path

    def run(self, command, *arguments):
        """Run one of the environment's own commands, far from the code."""
        return run(self.bin / command, *arguments, cwd=self.folder)

    def names(self):
        """List the files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())


@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    """Build the wheel in a copy, so that nothing stale gets in.

    The copy is a repository of its own because pbr asks git which files
    belong to the package.
    """
    source = tmp_path_factory.mktemp('source')
    for name in tracked_files():
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((CHECKOUT / name).read_bytes())
    run('git', 'init', '--quiet', cwd=source)
    run('git', 'add', '--all', cwd=source)
    run(
        *(sys.executable, '-m', 'build', '--wheel', '--no-isolation'),
        cwd=source,
        PBR_VERSION='0.0.1',
    )
    (built,) = (source / 'dist').iterdir()
    return built


@pytest.fixture(scope='session')
def installed(wheel, tmp_path_factory):
    """Install the wheel with its pinned dependencies.

    They come from uv's cache, which tools/setup has filled; where somebody
    emptied it since, ``make clean setup`` fills it again.
    """
    folder = tmp_path_factory.mktemp('installed')
    environment = folder / 'environment'
    uv = pathlib.Path(sys.executable).with_name('uv')
    run(
        *(uv, 'venv', '--quiet', '--python', sys.executable, environment),
        cwd=folder,
    )
    run(
        *(uv, 'pip', 'install', '--quiet', '--offline'),
        *('--python', environment / 'bin' / 'python'),
        *('--constraint', LOCK, wheel),
        cwd=folder,
    )
    return Installed(wheel, environment / 'bin', folder)
