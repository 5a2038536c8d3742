"""How much faster more workers are, where the cloud takes its time.

Workers are processes, and the cloud is the fake with a latency. Each begins
one task at a time, so that what they wait for is the cloud, and not the two
cores that a small machine has.
"""

import contextlib
import dataclasses
import datetime
import logging
import multiprocessing
import threading
import time

import sqlalchemy as sa

from snapfault import clock
from snapfault import rules
from snapfault.db import api
from snapfault.db import tables
from snapfault.db import workers as workers_
from snapfault.snapshot import admit
from snapfault.trigger import schedule
from snapfault.worker import service
from tests import build
from tests.fake import cloud as fake
from tests.fake import remote
from tests.functional import stage as stages
from tests.functional import test_worker

LATENCY = 0.1  #: seconds that each call takes
SETTINGS = dataclasses.replace(
    test_worker.FAST,
    tick=0.2,
    poll=0.1,
    selector_interval=60,
    lease=datetime.timedelta(seconds=60),
    concurrency=1,
    snapshot=dataclasses.replace(
        test_worker.FAST.snapshot, under_way=admit.Bounds(1000, 1000, 1000)
    ),
    drill=dataclasses.replace(test_worker.FAST.drill, tick=1.0),
)
PATIENCE = 300  #: seconds
WEEKLY = rules.Schedule(interval=7 * 24 * 3600)
WORKERS = (1, 2, 4)
FORK = multiprocessing.get_context('fork')


@dataclasses.dataclass(frozen=True)
class Measured:
    """What so many workers made of it."""

    workers: int
    seconds: float  #: from when they fell due to the last point
    wrong: tuple[str, ...]

    def __str__(self):
        return f'{self.workers} workers {self.seconds:.1f} s'


def measure(folder, count, workers):
    """Have workers take a point of each of so many services at once.

    All fall due at one moment by the timed rule, as at midnight, once all
    the workers are at work.
    """
    stage = stages.Stage(folder, schedules=(WEEKLY,))
    stage.cloud = fake.FakeCloud(settle='auto')
    stage.right = stage.cloud.add_project(build.PROJECT)
    for number in range(count):
        stage.protect(f'service-{number}', volumes=1)
    url = stage.database.engine.url.render_as_string(hide_password=False)
    stage.cloud.latency = LATENCY
    address = f'{folder}/cloud-{workers}'
    with contextlib.ExitStack() as stack:
        stack.callback(stage.database.close)
        stage.database.engine.dispose()  # no child may use its connections
        for _ in range(workers):
            stack.enter_context(_process(url, address))
        stack.enter_context(remote.serving(stage.cloud, address))
        _until(lambda: _at_work(stage.database) == workers)
        began = time.monotonic()
        _fall_due(stage.database)
        _until(lambda: _done(stage.database) >= count)
        seconds = time.monotonic() - began
        return _judge(stage, count, workers, seconds)


def _fall_due(database):
    """Have the run of this week fall due for every service, in one moment."""
    began = schedule.Known(WEEKLY).around(clock.now())[0]
    with database.writer() as session:
        session.execute(sa.update(tables.Protection).values(next_run_at=began))


def _judge(stage, count, workers, seconds):
    with stage.database.reader() as session:
        rows = session.scalars(sa.select(tables.Task)).all()
        made = session.scalar(sa.select(sa.func.count(tables.Point.id)))
    asked = stage.cloud.count('create_snapshot')
    wrong = [
        f'task {each.id} is {each.status} after {each.attempts} attempts'
        for each in rows
        if (each.status, each.attempts) != ('done', 1)
    ]
    if (asked, made) != (count, count):
        wrong.append(f'{asked} snapshots and {made} points of {count}')
    return Measured(workers, seconds, tuple(wrong))


def _work(url, address):
    logging.disable()
    database = api.Database(url)
    worker = service.Worker(
        SETTINGS, database, remote.Remote(address), threading.Event()
    )
    worker.run(threading.Event())


@contextlib.contextmanager
def _process(url, address):
    """Start a worker; it does not outlive the block."""
    process = FORK.Process(target=_work, args=(url, address), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _until(is_so):
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, 'the workers do not come to an end'
        time.sleep(0.05)


def _at_work(database):
    return len(workers_.all_of_them(database))


def _done(database):
    query = sa.select(sa.func.count()).where(tables.Task.status == 'done')
    with database.reader() as session:
        return session.scalar(query)


def scaled(folder, count, progress):
    """Measure one, two and four workers, each on tables of their own.

    :returns: what was measured, by how many they were
    """
    found = {}
    for workers in WORKERS:
        own = folder / f'{workers}'
        own.mkdir()
        found[workers] = measure(own, count, workers)
        progress(len(found) * count // len(WORKERS), str(found[workers]))
    return found
