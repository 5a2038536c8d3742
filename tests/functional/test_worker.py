"""The worker itself: threads, leases, and how it stops."""

import contextlib
import dataclasses
import datetime
import os
import threading
import time

import pytest

from snapfault import clock
from snapfault import model
from snapfault import rules
from snapfault.cycle import vouch
from snapfault.db import drills
from snapfault.db import policies
from snapfault.db import selections
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import workers
from snapfault.recover import tools as recover_tools
from snapfault.worker import choices
from snapfault.worker import drilling
from snapfault.worker import service
from tests import build
from tests.fake import cloud as fake
from tests.functional import rehearsal
from tests.functional import stage as stages

FAST = choices.Settings(
    tick=0.05,
    lease=datetime.timedelta(seconds=4),
    concurrency=4,
    selector_interval=0.05,
    poll=0.01,
    snapshot=stages.SETTINGS,
    recover=recover_tools.Settings(stages.STEP_TIMEOUT),
    limits=stages.LIMITS,
    drill=drilling.Settings(
        rehearsal.BOUNDS,
        rehearsal.SETTINGS,
        tick=0.05,
        poll=0.01,
        lease=datetime.timedelta(seconds=4),
    ),
    vouch=vouch.Settings(
        datetime.timedelta(hours=1), datetime.timedelta(days=7)
    ),
)


@pytest.fixture
def live(tmp_path):
    """Give a service on a cloud that goes on by itself, in real time."""
    made = stages.Stage(tmp_path)
    made.cloud = fake.FakeCloud(settle='auto')
    made.right = made.cloud.add_project(build.PROJECT)
    made.now = clock.now()
    made.protect()
    return made


@contextlib.contextmanager
def working(live, count=1, settings=FAST):
    """Run workers until the block ends; none may be left then."""
    stop = threading.Event()
    workers = [
        service.Worker(settings, live.database, live.cloud, threading.Event())
        for _ in range(count)
    ]
    threads = [
        threading.Thread(target=each.run, args=(stop,)) for each in workers
    ]
    for each in threads:
        each.start()
    try:
        yield workers
    finally:
        stop.set()
        for each in threads:
            each.join(30)
        assert not any(each.is_alive() for each in threads)


def until(true, limit=30):
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, 'it did not happen in time'
        time.sleep(0.01)


def ended(live, task):
    def look():
        status = tasks.get(live.database, None, task.id).status
        return status in (model.TaskStatus.DONE, model.TaskStatus.FAILED)

    return look


def test_a_worker_takes_a_point_and_prunes(live):
    with working(live):
        for _ in range(3):
            task = tasks.create_now(
                live.database, live.protection(), clock.now()
            )
            until(ended(live, task))
        until(lambda: len(live.cloud.snapshots_of(build.PROJECT)) == 4)
    assert len(live.good()) == 2


def test_a_worker_shows_that_it_lives_and_that_it_has_stopped(live):
    def found():
        return workers.all_of_them(live.database)

    with working(live) as (worker,):
        until(found)
        (row,) = found()
        assert row.id == worker.id
        assert (row.pid, row.lease) == (os.getpid(), 4)
        assert row.status(clock.now()) is model.WorkerStatus.UP
        until(lambda: found()[0].seen_at > row.seen_at)
    (row,) = found()
    assert row.status(clock.now()) is model.WorkerStatus.STOPPED


def test_four_workers_share_the_work_and_do_nothing_twice(live):
    names = [f'service-{number}' for number in range(12)]
    for name in names:
        live.protect(name)
        tasks.create_now(live.database, live.protection(name), clock.now())
    with working(live, count=4):
        until(lambda: all(live.good(name) for name in names))
    assert live.cloud.count('create_snapshot') == 2 * len(names)
    assert all(len(live.history(name)) == 1 for name in names)


def test_a_worker_carries_out_a_recovery(live):
    with working(live):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
        live.cloud.break_server(live.servers['shop'])
        live.now = clock.now()
        live.ask_for_recovery()
        until(lambda: not _open(live))
    (recovery,) = live.recoveries()
    assert recovery.status is model.RecoveryStatus.DONE, recovery.reason
    assert live.protection().alarm == ''


def _open(live):
    found = live.recoveries()
    return found[0] if found[0].status in model.OPEN_RECOVERY else None


def test_a_worker_that_stops_leaves_its_recovery_to_the_next(live):
    with working(live):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
        live.cloud.hang_next('rebuild_server')
        live.now = clock.now()
        live.ask_for_recovery()
        until(lambda: live.servers['shop'].status == 'REBUILD')
    left = _open(live)
    assert left.status is model.RecoveryStatus.WAITING
    assert left.reason == 'the worker was stopped'
    live.cloud.heal()
    with working(live):
        until(lambda: not _open(live))
    assert live.recoveries()[0].status is model.RecoveryStatus.DONE
    assert live.servers['shop'].rebuilds == 1


def _drilled(live):
    (drill,) = drills.list_page(live.database, None, limit=2)
    return drill.status not in model.OPEN_DRILL


def test_a_worker_carries_out_a_drill(live):
    with working(live):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
        live.now = clock.now()
        rehearsal.ask(live)
        until(lambda: _drilled(live))
    assert rehearsal.drill(live).status is model.DrillStatus.DONE
    assert live.good()[0].proof is model.Proof.PROVEN
    assert rehearsal.left(live) == []


def test_a_worker_that_stops_leaves_its_drill_to_the_next(live):
    with working(live):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
        live.cloud.hang_next('create_server')
        live.now = clock.now()
        rehearsal.ask(live)
        until(lambda: len(live.cloud.world.servers) == 2)
    assert rehearsal.drill(live).claimed_by is None
    live.cloud.heal()
    with working(live):
        until(lambda: _drilled(live))
    assert rehearsal.drill(live).status is model.DrillStatus.DONE
    assert rehearsal.left(live) == []


def test_a_lease_of_a_drill_is_renewed_as_long_as_its_worker_lives(live):
    with working(live) as (worker,):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
        live.cloud.hang_next('create_server')
        live.now = clock.now()
        rehearsal.ask(live)
        time.sleep(2 * FAST.lease.total_seconds())
        held = rehearsal.drill(live)
        live.cloud.heal()
        until(lambda: _drilled(live))
    assert (held.claimed_by, held.generation) == (worker.id, 1)


def test_a_lease_is_renewed_as_long_as_its_worker_lives(live):
    live.cloud.hang_next('create_snapshot')
    task = tasks.create_now(live.database, live.protection(), clock.now())
    with working(live) as (worker,):
        until(lambda: task_claims.held(live.database, worker.id))
        time.sleep(2 * FAST.lease.total_seconds())
        held = tasks.get(live.database, None, task.id)
    assert held.claimed_by == worker.id
    assert held.attempts == 1


def test_a_worker_goes_on_after_a_tick_that_broke_off(live):
    table = 'tasks'
    with working(live):
        _sql(live, f'ALTER TABLE {table} RENAME TO away')
        time.sleep(0.3)
        _sql(live, f'ALTER TABLE away RENAME TO {table}')
        task = tasks.create_now(live.database, live.protection(), clock.now())
        until(ended(live, task))
    assert live.good()


def _sql(live, statement):
    with live.database.writer() as session:
        session.connection().exec_driver_sql(statement)


def test_a_worker_follows_the_selectors(live):
    """And goes on when a look breaks off."""
    live.cloud.fail('check', RuntimeError('a bug'))
    policies.update(
        live.database,
        dataclasses.replace(
            live.policy,
            selector=rules.Selector(metadata={'tier': 'gold'}),
            trust_id=live.right.right_id,
        ),
    )
    made = live.cloud.add_server(build.PROJECT, name='web')
    made.metadata['tier'] = 'gold'

    def names():
        found = selections.list_protections(live.database, build.PROJECT)
        return {each.business_id for each in found}

    with working(live):
        until(lambda: names() == {'shop', 'web'})
        made.metadata.clear()
        until(lambda: names() == {'shop'})
