"""Tasks in the database. Invariant 2: one holder at most."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import tasks
from tests.functional.db import samples

DONE = model.TaskStatus.DONE
FAILED = model.TaskStatus.FAILED


def put_back(
    database: api.Database, held: model.Task, until: datetime.datetime
) -> model.Task:
    return task_claims.release(database, held, until, 'busy', samples.NOW)


def test_create_now(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    task = tasks.create_now(database, owner, samples.NOW)
    assert task.scheduled_at == samples.NOW
    with pytest.raises(errors.Conflict, match='waiting or running'):
        tasks.create_now(database, owner, samples.after(1))
    task_claims.finish(database, task, FAILED, '', samples.after(1))
    assert tasks.create_now(database, owner, samples.after(1)) != task
    with pytest.raises(errors.NotFound):
        tasks.create_now(database, samples.protection('p'), samples.NOW)
    assert protections.get(database, None, owner.id) == owner


def test_waiting(database: api.Database) -> None:
    second = samples.kept_task(database, now=samples.after(-1))
    first = samples.kept_task(database, now=samples.after(-2))
    samples.held_task(database, seconds=0)  # to the very moment
    dead = samples.held_task(database, seconds=-0.001)
    later = samples.held_task(database)
    put_back(database, later, samples.after(10))
    task_claims.finish(
        database, samples.held_task(database), DONE, '', samples.NOW
    )
    found = tasks.waiting(database, samples.NOW, 9)
    assert [each.id for each in found] == [first.id, second.id, dead.id]
    assert tasks.waiting(database, samples.NOW, 1) == found[:1]
    assert later.id in {
        each.id for each in tasks.waiting(database, samples.after(10), 9)
    }


def test_claim_is_won_once(database: api.Database) -> None:
    task = samples.kept_task(database)
    held = task_claims.claim(
        database, task, 'a', samples.NOW, samples.after(60)
    )
    assert held == dataclasses.replace(
        task,
        status=model.TaskStatus.RUNNING,
        attempts=1,
        generation=1,
        claimed_by='a',
        lease_until=samples.after(60),
    )
    until = samples.after(90)
    assert task_claims.claim(database, task, 'b', samples.NOW, until) is None
    assert task_claims.claim(database, held, 'b', samples.NOW, until) is None
    assert task_claims.held(database, 'a') == [held]
    assert task_claims.held(database, 'b') == []


def test_a_dead_holders_task_is_taken_over(database: api.Database) -> None:
    held = samples.held_task(database, 'a', seconds=10)
    now = samples.after(11)
    taken = task_claims.claim(database, held, 'b', now, samples.after(90))
    assert taken is not None
    assert (taken.generation, taken.attempts) == (2, 1)
    task_claims.renew(database, 'a', samples.after(99))
    for write in (
        lambda: put_back(database, held, now),
        lambda: task_claims.finish(database, held, DONE, '', now),
    ):
        with pytest.raises(errors.LeaseLost, match="another worker's"):
            write()
    assert tasks.get(database, None, held.id) == taken


def test_a_renewed_lease_is_not_taken_over(database: api.Database) -> None:
    read = samples.held_task(database, 'a', seconds=10)
    until = samples.after(70)
    task_claims.renew(database, 'a', until)
    now = samples.after(11)
    # The reader of the old row believes it free; the row knows better.
    taken = task_claims.claim(database, read, 'b', now, samples.after(90))
    assert taken is None
    assert tasks.get(database, None, read.id).lease_until == until


def test_a_holder_lets_go(database: api.Database) -> None:
    held = samples.held_task(database)
    waits = put_back(database, held, samples.after(30))
    assert waits == dataclasses.replace(
        held,
        status=model.TaskStatus.WAITING,
        not_before=samples.after(30),
        reason='busy',
        claimed_by=None,
        lease_until=None,
    )
    with pytest.raises(errors.LeaseLost):
        put_back(database, held, samples.after(30))
    again = task_claims.claim(
        database, waits, 'b', samples.after(30), samples.after(90)
    )
    assert again is not None
    done = task_claims.finish(
        database, again, DONE, '', samples.after(31), point_id='point'
    )
    assert done == dataclasses.replace(
        again,
        status=DONE,
        reason='',
        finished_at=samples.after(31),
        point_id='point',
        claimed_by=None,
        lease_until=None,
    )
    assert tasks.get(database, None, done.id) == done
    with pytest.raises(errors.LeaseLost):
        task_claims.finish(database, again, FAILED, '', samples.after(32))


def test_those_whose_point_is_good_end_together(
    database: api.Database,
) -> None:
    first, second = (samples.held_task(database, 'a') for _ in range(2))
    lost = samples.held_task(database, 'b')
    made = {first.id: 'point-1', second.id: 'point-2', lost.id: 'point-3'}
    now = samples.after(31)
    ended = task_claims.finish_good(database, made, 'a', now)
    assert ended == {first.id, second.id}
    for task, point_id in ((first, 'point-1'), (second, 'point-2')):
        assert tasks.get(database, None, task.id) == dataclasses.replace(
            task,
            status=DONE,
            finished_at=now,
            point_id=point_id,
            claimed_by=None,
            lease_until=None,
        )
    assert tasks.get(database, None, lost.id) == lost
    assert task_claims.finish_good(database, made, 'a', now) == set()


def test_what_is_free(database: api.Database) -> None:
    waits = samples.kept_task(database)
    held = samples.held_task(database, seconds=60)
    dead = samples.held_task(database, seconds=10)
    done = task_claims.finish(
        database, samples.held_task(database), DONE, '', samples.NOW
    )
    ids = [each.id for each in (waits, held, dead, done)]
    now = samples.after(11)
    assert task_claims.free(database, ids, now) == {waits.id, dead.id}
    assert task_claims.free(database, [held.id, 'none'], now) == set()
    assert task_claims.free(database, [], now) == set()


def test_finish_moves_as_the_table_of_moves_says(
    database: api.Database,
) -> None:
    waits = samples.kept_task(database)
    with pytest.raises(errors.Conflict, match='cannot become'):
        task_claims.finish(database, waits, DONE, '', samples.NOW)
    failed = task_claims.finish(database, waits, FAILED, 'gone', samples.NOW)
    assert (failed.status, failed.reason) == (FAILED, 'gone')


def test_rankings(database: api.Database) -> None:
    made = [samples.kept_task(database) for _ in range(3)]
    part = model.Part('performance', None, 0.5, 2.0, 1.0)
    tasks.set_rankings(
        database,
        {
            made[0].id: (1.25, (part, part)),
            made[1].id: (-0.1, ()),
            'no': (1, ()),
        },
    )
    tasks.set_rankings(database, {})
    found = [tasks.get(database, None, each.id) for each in made]
    assert [each.weight for each in found] == [1.25, -0.1, None]
    assert found[0].breakdown == (part, part)
