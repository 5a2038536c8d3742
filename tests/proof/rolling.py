"""Workers of two releases on one database, as in a rolling upgrade.

The older one is what stood before the newest migration, by git's history.
It begins on its own schema; that is migrated under it, and a worker of this
release begins beside it.
"""

import collections
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import sqlalchemy as sa

from snapfault import clock
from snapfault import model
from snapfault.db import api
from snapfault.db import events
from snapfault.db import migration
from snapfault.db import tasks
from snapfault.db import workers
from tests import build
from tests.fake import cloud as fake
from tests.fake import remote
from tests.functional import databases
from tests.functional import stage as stages
from tests.proof import claim

CHECKOUT = pathlib.Path(__file__).parents[2]
VERSIONS = pathlib.Path('snapfault', 'db', 'migrations', 'versions')
LATENCY = 0.05  #: seconds that each call takes
PATIENCE = 300  #: seconds in which something must come to its end


def _git(*arguments):
    done = subprocess.run(
        ['git', *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return done.stdout


def unpack_older(folder):
    """Put there what stood before the newest migration.

    :returns: its commit
    :raises RuntimeError: this clone does not reach so far back
    """
    try:
        newest = _git('ls-files', '--', f'{VERSIONS}/r*.py').split()[-1]
        added = _git('log', '--diff-filter=A', '--format=%H', '--', newest)
        older = _git('rev-parse', '--verify', f'{added.split()[0].decode()}^')
        packed = _git('archive', older.decode().strip())
    except (subprocess.CalledProcessError, IndexError) as error:
        raise RuntimeError(
            'git shows no commit before the newest migration: this claim'
            ' wants the whole history; git fetch --unshallow brings it'
        ) from error
    folder.mkdir()
    subprocess.run(['tar', '-x', '-C', folder], input=packed, check=True)
    return older.decode().strip()


class Side:
    """The cloud as the workers of one release ask it, counted."""

    def __init__(self, cloud):
        """Count nothing yet."""
        self._cloud = cloud
        self.asked = collections.Counter()

    def project(self, delegation):
        """Give the view of a project."""
        return _Project(self._cloud.project(delegation), self.asked)

    def get_host(self, server_id):
        """Answer what was asked at 0010, where now more is."""
        placed = self._cloud.locate_server(server_id)
        return None if placed is None else placed.host

    def __getattr__(self, name):
        """Ask what is no project's."""
        return getattr(self._cloud, name)


class _Project:
    def __init__(self, project, asked):
        self._project = project
        self._asked = asked

    def __getattr__(self, name):
        self._asked[name] += 1
        return getattr(self._project, name)


def _known(database, rows):
    """Leave out what a database of the older release has no column for."""
    known = []
    with database.reader() as session:
        schema = sa.inspect(session.connection())
        for table, values in rows:
            names = {each['name'] for each in schema.get_columns(table.name)}
            known.append((table, [_only(names, each) for each in values]))
    return known


def _only(names, row):
    return {name: value for name, value in row.items() if name in names}


class Upgrade:
    """One database, one cloud, and a worker of each release."""

    def __init__(self, folder, stack):
        """Take where all goes, and what ends what is begun."""
        self._folder = folder
        self._stack = stack
        self._older = folder / 'older'
        self.commit = unpack_older(self._older)
        self.stage = stages.Stage(folder)
        self.stage.cloud = fake.FakeCloud(settle='auto')
        self.stage.right = self.stage.cloud.add_project(build.PROJECT)
        self.sides = {}

    def protect(self, count):
        """Protect so many services, in a database of the older release."""
        names = [f'service-{number}' for number in range(count)]
        for name in names:
            self.stage.protect(name, volumes=1)
        rows = databases.rows_of(self.stage.database)
        self.stage.database.close()
        self.url = f'sqlite:///{self._folder}/shared.db'
        database = api.Database(self.url)
        self._run(
            *('-c', 'from snapfault.cmd import manage; manage.main()'),
            *('--config-file', self._config(), 'db', 'sync'),
        )
        assert migration.version(database) != migration.head()
        databases.fill(database, _known(database, rows))
        self.stage.database = database
        self.stage.cloud.latency = LATENCY
        return names

    def _config(self):
        file = self._folder / 'older.conf'
        file.write_text(f'[database]\nconnection = {self.url}\n')
        return file

    def _run(self, *words):
        subprocess.run(
            [sys.executable, '-P', *words],
            env={**os.environ, 'PYTHONPATH': str(self._older)},
            cwd=self._older,
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def begin(self, name, tree):
        """Start a worker of the release in a folder, and see it at work."""
        said = self._folder / f'{name}.log'
        side = self.sides[name] = Side(self.stage.cloud)
        address = f'{self._folder}/{name}.socket'
        self._stack.enter_context(remote.serving(side, address))
        before = len(workers.all_of_them(self.stage.database))
        log = self._stack.enter_context(said.open('w'))
        program = pathlib.Path(__file__).with_name('rolling_worker.py')
        process = subprocess.Popen(
            [sys.executable, '-P', program, tree, self.url, address],
            env={**os.environ, 'PYTHONPATH': str(tree)},
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self._stack.callback(_end, process)

        def at_work():
            assert process.poll() is None, said.read_text()[-2000:]
            return len(workers.all_of_them(self.stage.database)) > before

        until(at_work)

    def migrate(self):
        """Bring the schema to this release, under whoever works on it."""
        migration.upgrade(self.stage.database)
        assert migration.version(self.stage.database) == migration.head()


def _end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()


def until(is_so):
    """Wait for something to be so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, 'it does not come to an end'
        time.sleep(0.1)


def _capture(upgrade, names, progress):
    """Have a point taken of each service; gives what is wrong."""
    stage = upgrade.stage
    for name in names:
        tasks.create_now(stage.database, stage.protection(name), clock.now())

    def rows():
        return tasks.list_page(stage.database, None, limit=len(names))

    def over():
        ended = [each for each in rows() if each.finished_at is not None]
        progress(len(ended) // 2)  # captured, and not yet recovered
        return len(ended) == len(names)

    until(over)
    return [
        f'task {each.id} is {each.status} after {each.attempts} attempts:'
        f' {each.reason}'
        for each in rows()
        if (each.status, each.attempts) != (model.TaskStatus.DONE, 1)
    ]


def _recover(upgrade, names, progress):
    """Break every server and have it recovered; gives what is wrong."""
    stage = upgrade.stage
    stage.now = clock.now()
    for name in names:
        stage.cloud.break_server(stage.servers[name])
        stage.ask_for_recovery(name)

    def over():
        ended = [e for e in stage.recoveries() if e.finished_at is not None]
        progress((len(names) + len(ended)) // 2)
        return len(ended) == len(names)

    until(over)
    found = stage.recoveries()
    wrong = [
        f'recovery {each.id} is {each.status}: {each.reason}'
        for each in found
        if each.status is not model.RecoveryStatus.DONE
    ]
    for each in found:
        began = [
            told.text
            for told in events.of(stage.database, each.id)
            if told.text.endswith(' is at it')
        ]
        if len(began) != 1:
            wrong.append(f'recovery {each.id} was begun {len(began)} times')
    return wrong


def _counted(upgrade, count):
    """Look at what the cloud was asked, by whom and how often."""
    cloud, wrong = upgrade.stage.cloud, []
    for name in ('rebuild_server', 'create_volume', 'attach_volume'):
        if cloud.count(name) != count:
            wrong.append(f'{name} {cloud.count(name)} times for {count}')
    for name, side in upgrade.sides.items():
        for asked in ('create_snapshot', 'rebuild_server'):
            if not side.asked[asked]:
                wrong.append(f'the {name} worker asked for no {asked}')
    return wrong


def shared(trial: claim.Trial) -> claim.Outcome:
    """Upgrade while so many services are captured and recovered."""
    with contextlib.ExitStack() as stack:
        upgrade = Upgrade(trial.folder, stack)
        names = upgrade.protect(trial.count)
        stack.callback(upgrade.stage.database.close)
        upgrade.begin('older', trial.folder / 'older')
        upgrade.migrate()
        upgrade.begin('newer', CHECKOUT)
        wrong = _capture(upgrade, names, trial.progress)
        for name in names:
            points = [each.status for each in upgrade.stage.history(name)]
            if points != [model.PointStatus.GOOD]:
                wrong.append(f'{name} has the points {points}')
        wrong += _recover(upgrade, names, trial.progress)
        wrong += _counted(upgrade, trial.count)
    shares = ', '.join(
        f'{name}: {side.asked["create_snapshot"]} snapshots and'
        f' {side.asked["rebuild_server"]} rebuilds'
        for name, side in upgrade.sides.items()
    )
    detail = f'{upgrade.commit[:7]} beside this release; {shares}'
    return claim.Outcome(trial.count, tuple(wrong), detail)
