"""Many workers on one database: no task is done twice. Invariant 2."""

import collections
import contextlib
import dataclasses
import datetime
import multiprocessing
import threading
import time

from snapfault import clock
from snapfault import model
from snapfault.db import api
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.worker import service
from tests import build
from tests.fake import cloud as fake
from tests.functional import databases
from tests.functional import stage as stages
from tests.functional import test_worker
from tests.functional.db import samples

#: The machine may be busy: nobody is taken for dead.
SETTINGS = dataclasses.replace(
    test_worker.FAST, lease=datetime.timedelta(seconds=60)
)
VOLUMES = 2


def run_by_many(folder, count, workers, progress=lambda done: None):
    """Have workers take a point of each of so many services at once.

    :returns: what was done twice, or not at all
    """
    stage = stages.Stage(folder)
    stage.cloud = fake.FakeCloud(settle='auto')
    stage.right = stage.cloud.add_project(build.PROJECT)
    names = [f'service-{number}' for number in range(count)]
    for name in names:
        stage.protect(name, volumes=VOLUMES)
        tasks.create_now(stage.database, stage.protection(name), clock.now())
    with _at_work(stage, workers):
        _wait(stage, count, progress)
    points = [stage.history(name) for name in names]
    asked = stage.cloud.count('create_snapshot')
    found = [
        f'{name} has the points {[str(p.status) for p in made]}'
        for name, made in zip(names, points, strict=True)
        if [p.status for p in made] != [model.PointStatus.GOOD]
    ]
    if asked != VOLUMES * count:
        found.append(f'{asked} snapshots of {VOLUMES * count} volumes')
    return found


@contextlib.contextmanager
def _at_work(stage, count):
    """Run workers, each on a database object of its own."""
    stop = threading.Event()
    url = stage.database.engine.url.render_as_string()
    threads = []
    for _ in range(count):
        each = service.Worker(
            SETTINGS, api.Database(url), stage.cloud, threading.Event()
        )
        threads.append(threading.Thread(target=each.run, args=(stop,)))
    try:
        for each in threads:
            each.start()
        yield
    finally:
        stop.set()
        for each in threads:
            each.join()


def _wait(stage, count, progress, patience=60):
    """Wait until all are done, or nothing ends any more."""
    done, since = 0, time.monotonic()
    while done < count and time.monotonic() - since < patience:
        time.sleep(0.1)
        now = _done(stage.database)
        if now > done:
            done, since = now, time.monotonic()
        progress(done)


def _done(database):
    with database.reader() as session:
        return (
            session.connection()
            .exec_driver_sql(
                "SELECT count(*) FROM tasks WHERE status = 'done'"
            )
            .scalar_one()
        )


#: New processes that begin as copies of this one: nothing to import.
FORK = multiprocessing.get_context('fork')


def claimed_by_processes(folder, count, processes):
    """Have processes claim so many tasks at once.

    :returns: what was won twice, or not at all
    """
    url = databases.fresh(folder)
    database = api.Database(url)
    made = {samples.kept_task(database).id for _ in range(count)}
    database.close()
    with contextlib.ExitStack() as stack:
        begin = FORK.Barrier(processes)
        answers = [
            stack.enter_context(_claimer(begin, url, f'process {number}'))
            for number in range(processes)
        ]
        won = [each.recv() for each in answers]
    times = collections.Counter(task_id for ids in won for task_id in ids)
    return [
        *(
            f'task {each} was won {times[each]} times'
            for each in times
            if times[each] > 1
        ),
        *(f'task {each} was won by none' for each in made - set(times)),
    ]


def _claim_all(begin, url, name, answer):
    database = api.Database(url)
    begin.wait()
    won = []
    while found := tasks.waiting(database, samples.NOW, 100):
        for task in found:
            if task_claims.claim(
                database, task, name, samples.NOW, samples.after(60)
            ):
                won.append(task.id)
    answer.send(won)


@contextlib.contextmanager
def _claimer(begin, url, name):
    """Start a process that claims; it does not outlive the block."""
    ours, its = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_claim_all, args=(begin, url, name, its))
    process.start()
    its.close()  # else one that dies would be waited for
    try:
        yield ours
    finally:
        process.kill()
        process.join()


def test_no_service_is_captured_twice(tmp_path):
    assert run_by_many(tmp_path, 12, workers=4) == []


def test_no_claim_is_won_twice(tmp_path):
    assert claimed_by_processes(tmp_path, 40, processes=3) == []


def test_a_claim_that_is_no_fence_is_found_out(tmp_path, monkeypatch):
    """Processes that all believe to have won are told apart."""
    real = task_claims.claim

    def claim(database, task, *details):
        real(database, task, *details)
        return task

    monkeypatch.setattr(task_claims, 'claim', claim)
    found = claimed_by_processes(tmp_path, 40, processes=3)
    assert 'times' in found[0]
