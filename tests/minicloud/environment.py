"""The services' environment: a venv in the user's cache, made once."""

from collections import abc
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import sys

from tests.minicloud import commands
from tests.minicloud import layout

LOCK = layout.CHECKOUT / 'requirements' / 'services.txt'
#: The Python the lock was resolved and tried for.
PYTHON = (3, 11)


def cache() -> pathlib.Path:
    """Give the folder for what all clouds of this user share."""
    home = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
    return pathlib.Path(home).resolve() / 'snapfault' / 'minicloud'


def digest(*files: pathlib.Path) -> str:
    """Give a short name for the contents of the files."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def locked(path: pathlib.Path) -> abc.Iterator[None]:
    """Hold an exclusive lock on the file, waiting for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('a') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _uv() -> str:
    uv = os.environ.get('SNAPFAULT_UV') or shutil.which('uv')
    if not uv:
        raise layout.MinicloudError(
            'uv is needed to build the services\' environment: put it on '
            'PATH or name it in SNAPFAULT_UV'
        )
    return uv


def path() -> pathlib.Path:
    """Give where the environment for this lock is, or will be."""
    version = '.'.join(map(str, PYTHON))
    return cache() / f'environment-{version}-{digest(LOCK)}'


def ensure(runner: commands.Runner) -> pathlib.Path:
    """Build the environment unless it is there; give its path."""
    venv = path()
    if venv.exists():
        return venv
    with locked(venv.with_name(f'{venv.name}.lock')):
        if not venv.exists():
            _build(runner, venv)
    return venv


def _build(runner: commands.Runner, venv: pathlib.Path) -> None:
    uv, unfinished = _uv(), venv.with_name(f'{venv.name}.unfinished')
    shutil.rmtree(unfinished, ignore_errors=True)
    current = sys.version_info[:2] == PYTHON
    python = sys.executable if current else '.'.join(map(str, PYTHON))
    # relocatable: it is renamed below, when it is complete
    runner.run(uv, 'venv', '--relocatable', '-p', python, unfinished)
    # not --compile-bytecode: Python compiles the third it imports itself
    runner.run(
        *(uv, 'pip', 'install', '--python', unfinished / 'bin/python'),
        *('--requirement', LOCK),
    )
    unfinished.rename(venv)


def variables(cloud: layout.Cloud) -> dict[str, str]:
    """Give the environment variables of everything run inside.

    Nothing of the caller's that steers OpenStack or a proxy gets through.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(('OS_', 'PYTHON', 'VIRTUAL_ENV'))
        and not name.lower().endswith('_proxy')
    }
    plugins = pathlib.Path(__file__).with_name('inside') / 'plugins'
    return {
        **kept,
        # plugins holds entry points of ours, as an installed wheel would
        'PYTHONPATH': f'{layout.CHECKOUT}{os.pathsep}{plugins}',
        'PYTHONWARNINGS': 'ignore',
        'MINICLOUD_STATE': str(cloud.root),
        # one arena a thread would cost more memory than it saves time
        'MALLOC_ARENA_MAX': '2',
        # numpy, in gnocchi, else starts a thread a core
        'OMP_NUM_THREADS': '1',
        'OPENBLAS_NUM_THREADS': '1',
    }
