"""Many writers at once, and writers that die. Invariants 2 and 8."""

import collections.abc
import concurrent.futures
import contextlib
import pathlib
import subprocess
import sys
import threading
import time
import typing

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import endings
from snapfault.db import migration
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import task_dues
from snapfault.db import tasks
from snapfault.trigger import run
from tests.functional.db import samples

WRITERS = 8


def at_once(
    work: collections.abc.Callable[[int], typing.Any],
) -> list[typing.Any]:
    """Run the work in threads that begin together; the first error rises."""
    barrier = threading.Barrier(WRITERS)

    def begin(number: int) -> typing.Any:
        barrier.wait()
        return work(number)

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(begin, range(WRITERS)))


def test_each_due_run_gives_one_task(database: api.Database) -> None:
    under = samples.kept_policy(
        database, schedules=(rules.Schedule(interval=60),)
    ).id
    owners = {
        samples.kept_protection(
            database, policy_id=under, next_run_at=samples.after(-1)
        ).id
        for _ in range(40)
    }
    fired = at_once(lambda _: run.fire(database, samples.NOW, page=7))
    inserted = [task for tasks_of_one in fired for task in tasks_of_one]
    assert {task.protection_id for task in inserted} == owners
    assert len(inserted) == len(owners)
    assert len(tasks.list_page(database, None, limit=99)) == len(owners)


def test_each_claim_is_won_once(database: api.Database) -> None:
    made = [samples.kept_task(database) for _ in range(20)]

    def claim_all(number: int) -> list[str]:
        worker = f'worker {number}'
        until = samples.after(60)
        won = [
            task
            for read in tasks.waiting(database, samples.NOW, 99)
            if (
                task := task_claims.claim(
                    database, read, worker, samples.NOW, until
                )
            )
        ]
        task_claims.renew(database, worker, until)
        assert task_claims.held(database, worker) == won
        for task in won:
            task_claims.finish(
                database, task, model.TaskStatus.DONE, '', samples.NOW
            )
        return [task.id for task in won]

    won = [task_id for ids in at_once(claim_all) for task_id in ids]
    assert sorted(won) == sorted(task.id for task in made)
    found = [tasks.get(database, None, task.id) for task in made]
    assert {(task.attempts, task.generation) for task in found} == {(1, 1)}


def test_a_person_and_the_trigger_make_one_task(
    database: api.Database,
) -> None:
    owners = [samples.kept_protection(database) for _ in range(10)]
    dues = [samples.Due(each.id, each.next_run_at) for each in owners]

    def write(number: int) -> None:
        if number % 2:
            task_dues.schedule(database, dues, samples.NOW)
            return
        for owner in owners:
            with contextlib.suppress(errors.Conflict):
                tasks.create_now(database, owner, samples.after(number))

    at_once(write)
    found = tasks.list_page(database, None, limit=99)
    assert sorted(task.protection_id for task in found) == sorted(
        owner.id for owner in owners
    )


def test_one_recovery_of_a_server_is_opened(database: api.Database) -> None:
    owner = samples.kept_protection(database)

    def create(_number: int) -> bool:
        try:
            recoveries.create(database, samples.recovery(owner))
        except errors.Conflict:
            return False
        return True

    assert sum(at_once(create)) == 1


def test_sequences_are_all_different(database: api.Database) -> None:
    made = at_once(
        lambda _: [
            points.create(database, samples.point()).sequence for _ in range(5)
        ]
    )
    numbers = [number for some in made for number in some]
    assert len(set(numbers)) == 5 * WRITERS
    assert all(some == sorted(some) for some in made)


def test_a_point_is_moved_once(database: api.Database) -> None:
    point = points.create(database, samples.point())

    def move(number: int) -> bool:
        status = (model.PointStatus.GOOD, model.PointStatus.FAILED)[number % 2]
        try:
            points.move(database, point, status, now=samples.NOW)
        except errors.Conflict:
            return False
        return True

    assert sum(at_once(move)) == 1


def test_deleting_while_tasks_are_made(database: api.Database) -> None:
    """One or the other is refused; no task outlives its protection."""
    owner = samples.kept_protection(database)

    def write(number: int) -> None:
        with contextlib.suppress(errors.Conflict, errors.NotFound):
            if number % 2:
                endings.end(database, None, owner.id, samples.NOW)
            else:
                tasks.create_now(database, owner, samples.after(number))

    at_once(write)
    left = protections.by_ids(database, [owner.id])
    found = tasks.list_page(database, None, limit=9)
    assert len(found) <= 1
    assert {task.protection_id for task in found} <= set(left)


def test_deleting_while_protections_are_made(
    database: api.Database,
) -> None:
    """The same for a policy and its protections."""
    under = samples.kept_policy(database).id

    def write(number: int) -> None:
        with contextlib.suppress(errors.Conflict, errors.NotFound):
            if number % 2:
                policies.delete(database, None, under)
            else:
                protections.create(database, samples.protection(under))

    at_once(write)
    left = policies.by_ids(database, [under])
    found = protections.list_page(database, None, limit=9)
    assert {each.policy_id for each in found} <= set(left)


CLAIMER = """
import sys
from snapfault.db import api, task_claims, tasks
from tests.functional.db import samples
database = api.Database(sys.argv[1])
sys.stdin.readline()
now = samples.NOW
for task in tasks.waiting(database, now, 99):
    if task_claims.claim(database, task, sys.argv[2], now, now):
        print(task.id)
"""

HALF_WRITER = """
import sys
import sqlalchemy as sa
from snapfault.db import api
database = api.Database(sys.argv[1])
with database.writer() as session:
    session.execute(sa.text("UPDATE protections SET alarm = 'half'"))
    session.execute(sa.text("UPDATE policies SET description = 'half'"))
    print('written', flush=True)
    sys.stdin.readline()
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, '-c', script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=pathlib.Path(__file__).parents[3],
    )


def test_processes_share_one_file(database: api.Database, url: str) -> None:
    made = [samples.kept_task(database) for _ in range(30)]
    claimers = [start(CLAIMER, url, f'process {each}') for each in range(3)]
    for claimer in claimers:
        assert claimer.stdin is not None
        claimer.stdin.write('go\n')
        claimer.stdin.flush()
    won = [line for each in claimers for line in each.communicate()[0].split()]
    assert [each.returncode for each in claimers] == [0, 0, 0]
    assert sorted(won) == sorted(task.id for task in made)


def test_a_writer_that_is_killed_leaves_nothing(
    database: api.Database, url: str
) -> None:
    owner = samples.kept_protection(database)
    victim = start(HALF_WRITER, url)
    assert victim.stdout is not None
    assert victim.stdout.readline() == 'written\n'
    victim.kill()
    victim.communicate()
    assert protections.get(database, None, owner.id) == owner
    # Nor does it leave a lock.
    assert protections.set_alarm(database, owner.id, 'new', samples.NOW)


def test_a_writer_that_raises_leaves_nothing(
    database: api.Database,
) -> None:
    owner = samples.kept_protection(database)

    @api.writer
    def half(session: orm.Session) -> None:
        session.execute(sa.text("UPDATE protections SET alarm = 'half'"))
        raise errors.Conflict('half way')

    with pytest.raises(errors.Conflict):
        half(database)
    assert protections.get(database, None, owner.id) == owner


def test_a_database_in_memory_serves_threads() -> None:
    database = api.Database('sqlite://')
    migration.upgrade(database)
    made = [samples.kept_task(database) for _ in range(5)]
    won = at_once(
        lambda number: [
            task.id
            for task in tasks.waiting(database, samples.NOW, 9)
            if task_claims.claim(
                database, task, str(number), samples.NOW, samples.after(9)
            )
        ]
    )
    assert sorted(each for ids in won for each in ids) == sorted(
        task.id for task in made
    )


def test_a_writer_that_cannot_begin_hinders_no_other(
    database: api.Database,
) -> None:
    """The lock of the file is given back whatever happens within it."""
    owner = samples.kept_protection(database)

    def refuse(connection: sa.Connection) -> None:
        raise errors.SnapfaultError('the disk is full')

    sa.event.listen(database.engine, 'begin', refuse)
    with pytest.raises(errors.SnapfaultError, match='disk'):
        protections.set_alarm(database, owner.id, 'x', samples.NOW)
    sa.event.remove(database.engine, 'begin', refuse)
    assert protections.set_alarm(database, owner.id, 'x', samples.NOW)


def test_no_transaction_ends_with_a_sleep(
    database: api.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """oslo.db has eventlet run on there; with threads it only costs time."""
    slept: list[float] = []
    monkeypatch.setattr(time, 'sleep', slept.append)
    with database.reader() as session:
        session.scalar(sa.select(sa.literal(1)))
    assert slept == []
