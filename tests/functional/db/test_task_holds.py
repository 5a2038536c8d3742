"""Tasks that wait on, are called back, or are missed."""

import dataclasses
import datetime

import pytest

from snapfault import model
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import task_dues
from snapfault.db import task_holds
from snapfault.db import tasks
from tests.functional.db import samples

WAITING = model.TaskStatus.WAITING
MISSED = model.TaskStatus.MISSED


UNTIL = samples.after(600)


@dataclasses.dataclass(frozen=True)
class Hold:
    until: datetime.datetime = UNTIL
    reason: str = 'a blackout'


def fallen(
    database: api.Database, seconds: float | None = None, **changes: object
) -> model.Task:
    """Give a task that fell due, with a deadline after some seconds."""
    owner = samples.kept_protection(database, **changes)
    deadline_at = None if seconds is None else samples.after(seconds)
    due = samples.Due(owner.id, owner.next_run_at, deadline_at=deadline_at)
    (task,) = task_dues.schedule(database, [due], samples.NOW)
    return task


def read(database: api.Database, task: model.Task) -> model.Task:
    return tasks.get(database, None, task.id)


def test_what_is_deferred_waits(database: api.Database) -> None:
    task, other = fallen(database), fallen(database)
    task_holds.defer(database, {task.id: Hold(), 'gone': Hold()})
    task_holds.defer(database, {})
    found = read(database, task)
    assert (found.not_before, found.reason) == (
        samples.after(600),
        'a blackout',
    )
    assert tasks.waiting(database, samples.after(599), 9) == [other]
    assert len(tasks.waiting(database, samples.after(600), 9)) == 2


def test_what_has_begun_is_not_deferred(database: api.Database) -> None:
    task = fallen(database)
    held = task_claims.claim(
        database, task, 'w', samples.NOW, samples.after(60)
    )
    task_holds.defer(database, {task.id: Hold()})
    assert read(database, task) == held


@pytest.mark.parametrize('by', ['policy', 'protection'])
def test_what_ends_a_hold_calls_back(database: api.Database, by: str) -> None:
    task, other = fallen(database), fallen(database)
    task_holds.defer(database, {task.id: Hold(), other.id: Hold()})
    owner = protections.get(database, None, task.protection_id)
    now = samples.after(5)
    if by == 'policy':
        policy = policies.get(database, None, owner.policy_id)
        policies.update(database, dataclasses.replace(policy, updated_at=now))
    else:
        protections.update(
            database, dataclasses.replace(owner, updated_at=now)
        )
    found = read(database, task)
    assert (found.not_before, found.reason) == (now, '')
    assert read(database, other).not_before == samples.after(600)


def test_a_pause_calls_nothing_back(database: api.Database) -> None:
    task = fallen(database)
    task_holds.defer(database, {task.id: Hold()})
    owner = protections.get(database, None, task.protection_id)
    paused = dataclasses.replace(
        owner, status=model.ProtectionStatus.PAUSED, next_run_at=None
    )
    written = protections.update(database, paused)
    assert written.status is model.ProtectionStatus.PAUSED
    assert protections.get(database, None, owner.id) == written
    assert read(database, task).not_before == samples.after(600)


def test_a_task_past_its_deadline_is_missed(database: api.Database) -> None:
    task, other = fallen(database, 60), fallen(database, 61)
    without = fallen(database)
    now = samples.after(60)
    assert [e.id for e in tasks.waiting(database, now, 9)] == [
        each.id for each in sorted([other, without], key=lambda t: t.id)
    ]
    assert task_holds.miss(database, now) == {task.id: task.protection_id}
    assert task_holds.miss(database, now) == {}
    found = read(database, task)
    assert (found.status, found.finished_at) == (MISSED, now)
    assert found.reason == task_holds.MISSED
    owner = protections.get(database, None, task.protection_id)
    assert (owner.alarm, owner.alarm_at) == (task_holds.ALARM, now)
    for each in (other, without):
        assert read(database, each) == each
        assert not protections.get(database, None, each.protection_id).alarm


def test_a_missed_task_says_what_it_waited_for(
    database: api.Database,
) -> None:
    """And an alarm that is nearer to the cause stays."""
    task = fallen(database, 60, alarm='the trust is gone')
    task_holds.defer(database, {task.id: Hold()})
    task_holds.miss(database, samples.after(60))
    assert read(database, task).reason == f'{task_holds.MISSED}: a blackout'
    owner = protections.get(database, None, task.protection_id)
    assert owner.alarm == 'the trust is gone'


def test_a_task_that_runs_is_never_missed(database: api.Database) -> None:
    task = fallen(database, 60)
    held = task_claims.claim(
        database, task, 'w', samples.NOW, samples.after(30)
    )
    assert task_holds.miss(database, samples.after(999)) == {}
    assert read(database, task) == held
    # Its worker died: another takes it over, deadline or not.
    assert tasks.waiting(database, samples.after(999), 9) == [held]


def test_who_read_a_task_before_it_was_missed_does_not_begin_it(
    database: api.Database,
) -> None:
    task = fallen(database, 60)
    task_holds.miss(database, samples.after(60))
    claim = (database, task, 'w', samples.after(60), samples.after(90))
    assert task_claims.claim(*claim) is None


def test_a_missed_task_is_open_no_more(database: api.Database) -> None:
    task = fallen(database, 60)
    task_holds.miss(database, samples.after(60))
    due = samples.Due(
        task.protection_id, samples.LATER, samples.LATER, samples.after(120)
    )
    assert len(task_dues.schedule(database, [due], samples.LATER)) == 1


def test_misses_are_limited(database: api.Database) -> None:
    made = [fallen(database, 60 + number) for number in range(5)]
    missed = task_holds.miss(database, samples.after(99), 3)
    assert list(missed) == [each.id for each in made[:3]]
