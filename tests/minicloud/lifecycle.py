"""Bring a cloud up, and take it down."""

from collections import abc
import contextlib
import fcntl
import json
import pathlib
import shutil
import time

from tests.minicloud import clients
from tests.minicloud import commands
from tests.minicloud import config
from tests.minicloud import environment
from tests.minicloud import layout
from tests.minicloud import ports
from tests.minicloud import process
from tests.minicloud import ready
from tests.minicloud import template

Say = abc.Callable[[str], None]


def _quiet(text: str) -> None:
    """Say nothing."""


class _Progress:
    """Says how long each stage took."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._begun = time.monotonic()

    @contextlib.contextmanager
    def stage(self, name: str) -> abc.Iterator[None]:
        begun = time.monotonic()
        yield
        seconds = time.monotonic() - begun
        # what was there already is no news
        if seconds > 0.05:
            self._say(f'{name} ... {seconds:.1f} s')

    def end(self, name: str) -> None:
        self._say(f'{name} in {time.monotonic() - self._begun:.1f} s')


@contextlib.contextmanager
def _alone(root: pathlib.Path) -> abc.Iterator[None]:
    """Hold the cloud's folder, which another up or down may be using."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / 'lock').open('a') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise layout.MinicloudError(
                f'another up or down is at work in {root}'
            ) from None
        yield


def up(
    root: pathlib.Path,
    fresh: bool = False,
    token_expiration: int | None = None,
    say: Say = _quiet,
) -> layout.Cloud:
    """Have the cloud in this folder run; what runs already is kept.

    :param fresh: forget what is in the folder first.
    :param token_expiration: in seconds; None leaves it as it was.
    :raises MinicloudError: when it cannot; what was started is stopped.
    """
    root = pathlib.Path(root).resolve()
    with _alone(root):
        progress = _Progress(say)
        if fresh:
            with progress.stage('purge'):
                _purge(root)
        runner = commands.Runner(root / 'log' / 'commands.log')
        try:
            cloud = _prepare(root, runner, token_expiration, progress)
            _start(cloud, progress)
        finally:
            runner.stop()
        progress.end('up')
    return cloud


def _prepare(
    root: pathlib.Path,
    runner: commands.Runner,
    token_expiration: int | None,
    progress: _Progress,
) -> layout.Cloud:
    """Have the folder hold all that the processes need."""
    with progress.stage('environment'):
        venv = environment.ensure(runner)
    try:
        cloud = layout.load(root)
    except layout.MinicloudError:
        cloud = _create(root, runner, venv, progress, token_expiration)
    if token_expiration not in (None, cloud.token_expiration):
        cloud = layout.Cloud(root, cloud.ports, token_expiration)
        clients.update_info(cloud)
    return cloud


def _create(
    root: pathlib.Path,
    runner: commands.Runner,
    venv: pathlib.Path,
    progress: _Progress,
    token_expiration: int | None,
) -> layout.Cloud:
    with progress.stage('template'):
        source = template.ensure(runner, venv)
    with progress.stage('databases'):
        cloud = layout.Cloud(root, ports.choose(), token_expiration or 86400)
        # a crash may have left processes, on other ports
        process.stop(cloud, layout.SERVICES)
        images = template.restore(source, cloud)
        cloud.make_folders()
        clients.write_clouds(cloud)
        # last: from now on the folder holds a cloud
        clients.write_info(cloud, images)
    return cloud


def _start(cloud: layout.Cloud, progress: _Progress) -> None:
    """Start what does not run, and see that everything works.

    :raises MinicloudError: when it does not; what was started is stopped.
    """
    venv = environment.path()
    running = [name for name in layout.SERVICES if process.pid(cloud, name)]
    missing = [name for name in layout.SERVICES if name not in running]
    if not missing:
        return
    try:
        config.write(cloud, venv)
        process.start(cloud, venv, missing)
        with progress.stage('APIs'):
            ready.wait_all_answering(cloud)
        _check(cloud, progress)
    except BaseException:
        process.stop(cloud, missing)
        raise


def _check(cloud: layout.Cloud, progress: _Progress) -> None:
    with progress.stage('services'):
        ready.wait_up(cloud)
    if ready.is_impaired(cloud):
        return
    with progress.stage('a server'):
        image_id = json.loads(cloud.info.read_text())['images']['cirros']
        ready.boot(cloud, image_id)


def start(cloud: layout.Cloud, service: str) -> None:
    """Start one service, and wait until it answers."""
    process.start(cloud, environment.path(), [service])
    ready.wait_answering(cloud, service)
    ready.wait_up(cloud)


def down(root: pathlib.Path, purge: bool = False) -> None:
    """Stop all processes of the cloud in this folder.

    :param purge: forget its data as well.
    """
    root = pathlib.Path(root).resolve()
    if not root.exists():
        return
    with _alone(root):
        cloud = layout.Cloud(root, {})
        process.stop(cloud, layout.SERVICES)
        # faults belong to a run, data to the cloud
        cloud.faults.unlink(missing_ok=True)
        if purge:
            _purge(root)
    if purge:
        shutil.rmtree(root, ignore_errors=True)


def _purge(root: pathlib.Path) -> None:
    """Stop all processes and remove everything but the lock."""
    process.stop(layout.Cloud(root, {}), layout.SERVICES)
    for path in root.iterdir():
        if path.name == 'lock':
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
