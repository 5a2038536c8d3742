"""Tasks that fall due: one a run, with all the labels. Invariant 2."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import task_dues
from snapfault.db import task_holds
from snapfault.db import tasks
from snapfault.trigger import plan
from tests.functional.db import samples

DONE = model.TaskStatus.DONE
FAILED = model.TaskStatus.FAILED


def due(owner: model.Protection, **changes: object) -> samples.Due:
    return dataclasses.replace(
        samples.Due(owner.id, owner.next_run_at), **changes
    )


def again(owner: model.Protection, **changes: object) -> samples.Due:
    """Give the run after the first one."""
    second, third = samples.after(60), samples.after(120)
    times = {'was': second, 'scheduled_at': second, 'next_run_at': third}
    return due(owner, **times | changes)


def opened(
    database: api.Database,
) -> tuple[model.Protection, model.Task]:
    """Give a protection and its task that waits."""
    owner = samples.kept_protection(database)
    (task,) = task_dues.schedule(database, [due(owner)], samples.NOW)
    return owner, task


def test_schedule_inserts_and_moves_on(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    (task,) = task_dues.schedule(database, [due(owner)], samples.NOW)
    assert task == model.Task(
        id=task.id,
        project_id='mine',
        protection_id=owner.id,
        scheduled_at=samples.NOW,
        labels=('default',),
        deadline_at=None,
        status=model.TaskStatus.WAITING,
        attempts=0,
        not_before=samples.NOW,
        generation=0,
        claimed_by=None,
        lease_until=None,
        weight=None,
        breakdown=(),
        reason='',
        point_id=None,
        created_at=samples.NOW,
        finished_at=None,
    )
    assert tasks.get(database, 'mine', task.id) == task
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(60)


def test_schedule_loses_to_who_was_sooner(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    assert len(task_dues.schedule(database, [due(owner)], samples.NOW)) == 1
    assert task_dues.schedule(database, [due(owner)], samples.NOW) == []
    assert task_dues.schedule(database, [], samples.NOW) == []
    gone = samples.Due('none', samples.NOW)
    assert task_dues.schedule(database, [gone], samples.NOW) == []


def test_a_run_beside_an_open_task_is_collapsed_into_it(
    database: api.Database,
) -> None:
    owner, task = opened(database)
    free = samples.kept_protection(database)
    made = task_dues.schedule(
        database, [again(owner), due(free)], samples.after(60)
    )
    assert [each.protection_id for each in made] == [free.id]
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(120)
    assert tasks.get(database, None, task.id) == task


def test_another_label_goes_along_with_what_waits(
    database: api.Database,
) -> None:
    owner, task = opened(database)
    more = again(owner, labels=('weekly', 'default'))
    assert task_dues.schedule(database, [more], samples.after(60)) == []
    found = tasks.get(database, None, task.id)
    assert found.labels == ('default', 'weekly')
    # Who read it before begins it with all its labels, or not at all.
    claim = (database, task, 'w', samples.after(60), samples.after(90))
    assert task_claims.claim(*claim) is None
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(120)


def test_another_label_waits_for_the_end_of_what_runs(
    database: api.Database,
) -> None:
    owner, task = opened(database)
    held = task_claims.claim(
        database, task, 'w', samples.NOW, samples.after(90)
    )
    assert held is not None
    more = again(owner, labels=('weekly',))
    assert task_dues.schedule(database, [more], samples.after(60)) == []
    assert protections.get(database, None, owner.id).next_run_at == more.was
    assert tasks.get(database, None, task.id) == held
    task_claims.finish(database, held, DONE, '', samples.after(61))
    (task,) = task_dues.schedule(database, [more], samples.after(62))
    assert task.labels == ('weekly',)


def test_what_a_person_asked_for_takes_labels_along(
    database: api.Database,
) -> None:
    owner = samples.kept_protection(database)
    asked = samples.kept_task(database, owner, samples.after(-5))
    assert task_dues.schedule(database, [due(owner)], samples.NOW) == []
    found = tasks.get(database, None, asked.id)
    assert (found.labels, found.by_hand) == (('default',), True)
    assert found.deadline_at is None
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(60)


def test_a_person_hurries_what_waits(database: api.Database) -> None:
    """It keeps its labels; no second task stands beside it."""
    owner = samples.kept_protection(database)
    held = due(owner, deadline_at=samples.after(99))
    (task,) = task_dues.schedule(database, [held], samples.NOW)
    hold = plan.Hold(samples.after(50), 'a blackout')
    task_holds.defer(database, {task.id: hold})
    now = samples.after(5)
    hurried = tasks.create_now(database, owner, now)
    assert hurried == dataclasses.replace(
        task, by_hand=True, deadline_at=None, not_before=now, generation=1
    )
    assert tasks.list_page(database, None, limit=9) == [hurried]
    with pytest.raises(errors.Conflict, match='waiting or running'):
        tasks.create_now(database, owner, samples.after(6))


def test_a_person_does_not_hurry_what_runs(database: api.Database) -> None:
    owner, task = opened(database)
    until = samples.after(90)
    held = task_claims.claim(database, task, 'w', samples.NOW, until)
    with pytest.raises(errors.Conflict, match='waiting or running'):
        tasks.create_now(database, owner, samples.after(5))
    assert tasks.get(database, None, task.id) == held


def test_without_a_label_nothing_is_run(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    none = due(owner, labels=())
    assert task_dues.schedule(database, [none], samples.NOW) == []
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(60)


def test_a_deadline_is_kept(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    soon = due(owner, deadline_at=samples.after(9))
    (task,) = task_dues.schedule(database, [soon], samples.NOW)
    assert tasks.get(database, None, task.id).deadline_at == samples.after(9)


def test_schedule_inserts_a_run_once(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    (task,) = task_dues.schedule(database, [due(owner)], samples.NOW)
    task_claims.finish(database, task, FAILED, '', samples.NOW)
    second = due(owner, was=samples.after(60), next_run_at=samples.after(90))
    assert task_dues.schedule(database, [second], samples.NOW) == []
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at == samples.after(90)
    last = due(
        owner,
        was=samples.after(90),
        scheduled_at=samples.after(90),
        next_run_at=None,
    )
    assert len(task_dues.schedule(database, [last], samples.after(90))) == 1
    assert protections.get(database, None, owner.id).next_run_at is None
