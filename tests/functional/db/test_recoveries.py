"""Recoveries in the database. Invariant 2: one holder at most."""

import collections.abc
import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import journal_lines
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import recoveries
from tests.functional.db import samples

Status = model.RecoveryStatus


def test_a_recovery_comes_back_as_it_was(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    made = samples.recovery(owner, point_id='point')
    assert recoveries.create(database, made) == made
    assert recoveries.get(database, 'mine', made.id) == made
    with pytest.raises(errors.NotFound):
        recoveries.get(database, 'theirs', made.id)


def test_a_server_has_one_open_recovery(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    first = recoveries.create(database, samples.recovery(owner))
    assert recoveries.open_servers(database) == {owner.server_id}
    with pytest.raises(errors.Conflict, match='is open already'):
        recoveries.create(database, samples.recovery(owner))
    recoveries.finish(database, first, Status.REFUSED, 'no', samples.NOW)
    assert recoveries.open_servers(database) == frozenset()
    recoveries.create(database, samples.recovery(owner))
    assert recoveries.open_servers(database) == {owner.server_id}


def test_the_servers_that_recoveries_have_begun_on(
    database: api.Database,
) -> None:
    """Nothing has happened to those that wait; what was put back, did."""
    samples.kept_recovery(database, status=Status.HELD)
    samples.kept_recovery(database)
    runs = samples.held_recovery(database)
    held = samples.held_recovery(database)
    tried = journal.begin_attempt(database, held, samples.attempt(), ())
    recoveries.release(database, tried, 'stopped', samples.NOW)
    over = samples.held_recovery(database)
    recoveries.finish(database, over, Status.FAILED, 'so', samples.NOW)
    begun = {runs.server_id, tried.server_id}
    assert len(begun) == 2
    assert journal.servers_at_work(database) == begun


def test_claimable(database: api.Database) -> None:
    second = samples.kept_recovery(database, created_at=samples.after(-1))
    first = samples.kept_recovery(database, created_at=samples.after(-2))
    samples.held_recovery(database)
    dead = samples.held_recovery(database, seconds=-1)
    recoveries.finish(
        database,
        samples.held_recovery(database),
        Status.DONE,
        '',
        samples.NOW,
    )
    found = recoveries.claimable(database, samples.NOW, 9)
    assert found == [first, second, dead]
    assert recoveries.claimable(database, samples.NOW, 1) == [first]


def test_claim_is_won_once(database: api.Database) -> None:
    made = samples.kept_recovery(database)
    until = samples.after(60)
    held = recoveries.claim(database, made, 'a', samples.NOW, until)
    assert held == dataclasses.replace(
        made,
        status=Status.RUNNING,
        generation=1,
        claimed_by='a',
        lease_until=until,
    )
    for read in (made, held):
        assert (
            recoveries.claim(database, read, 'b', samples.NOW, until) is None
        )
    recoveries.renew(database, [made.id], 'b', samples.after(80))
    assert recoveries.get(database, None, made.id) == held
    recoveries.renew(database, [made.id], 'a', samples.after(90))
    assert recoveries.get(database, None, made.id) == dataclasses.replace(
        held, lease_until=samples.after(90)
    )
    waits = recoveries.release(database, held, 'stopping', samples.NOW)
    assert waits == dataclasses.replace(made, generation=1, reason='stopping')
    assert recoveries.claim(database, waits, 'b', samples.NOW, until)


def good_point(database: api.Database, **changes: object) -> str:
    """Give the id of a point that can be read from."""
    whole = {'status': model.PointStatus.GOOD, 'pinned': False} | changes
    return points.create(database, samples.point(**whole)).id


def test_the_journal(database: api.Database) -> None:
    held = samples.held_recovery(database)
    steps = (samples.step(0), samples.step(1), samples.step(2))
    attempt = samples.attempt(point_id=good_point(database))
    planned = journal.begin_attempt(database, held, attempt, steps)
    assert planned == dataclasses.replace(
        held, attempts=(attempt,), steps=steps
    )
    with pytest.raises(errors.Conflict, match='attempt 0 already'):
        journal.begin_attempt(database, held, attempt, steps)
    journal_lines.started(database, held, 1, samples.after(1))
    journal_lines.started(database, held, 1, samples.after(2))
    journal_lines.finished(
        database, held, [1], model.StepStatus.DONE, 'made', samples.after(3)
    )
    journal_lines.started(database, held, 2, samples.after(4))
    found = recoveries.get(database, None, held.id)
    assert found.attempts == (attempt,)
    assert found.steps == (
        steps[0],
        dataclasses.replace(
            steps[1],
            status=model.StepStatus.DONE,
            detail='made',
            started_at=samples.after(1),
            finished_at=samples.after(3),
        ),
        dataclasses.replace(
            steps[2],
            status=model.StepStatus.STARTED,
            started_at=samples.after(4),
        ),
    )


WRITES: list[
    collections.abc.Callable[[api.Database, model.Recovery], object]
] = [
    lambda database, old: journal.begin_attempt(
        database, old, samples.attempt(1), ()
    ),
    lambda database, old: journal.keep(database, old, ()),
    lambda database, old: journal.end_attempt(
        database, old, model.AttemptStatus.DONE, '', samples.NOW
    ),
    lambda database, old: journal_lines.started(database, old, 0, samples.NOW),
    lambda database, old: journal_lines.finished(
        database, old, [0], model.StepStatus.DONE, '', samples.NOW
    ),
    lambda database, old: recoveries.release(database, old, '', samples.NOW),
    lambda database, old: recoveries.finish(
        database, old, Status.DONE, '', samples.NOW
    ),
]


@pytest.mark.parametrize('write', WRITES)
def test_who_lost_the_lease_writes_nothing(
    database: api.Database,
    write: collections.abc.Callable[[api.Database, model.Recovery], object],
) -> None:
    old = samples.held_recovery(database, 'a', seconds=10)
    old = journal.begin_attempt(
        database, old, samples.attempt(), (samples.step(0),)
    )
    new = recoveries.claim(
        database, old, 'b', samples.after(11), samples.after(90)
    )
    assert new is not None
    assert new.steps == (samples.step(0),)
    with pytest.raises(errors.LeaseLost):
        write(database, old)
    assert recoveries.get(database, None, old.id) == new


def test_attempts_go_on_where_the_last_one_ended(
    database: api.Database,
) -> None:
    held = samples.held_recovery(database)
    newest, older = good_point(database), good_point(database)
    first = samples.attempt(point_id=newest)
    begun = journal.begin_attempt(database, held, first, (samples.step(0),))
    ended = journal.end_attempt(
        database, begun, model.AttemptStatus.FAILED, 'so', samples.after(1)
    )
    assert ended.attempts == (
        dataclasses.replace(
            first,
            status=model.AttemptStatus.FAILED,
            reason='so',
            finished_at=samples.after(1),
        ),
    )
    assert ended.point_id is None  # nobody has named one
    second = samples.attempt(1, point_id=older)
    steps = (samples.step(1, attempt=1),)
    begun = journal.begin_attempt(database, ended, second, steps)
    assert [each.position for each in begun.steps] == [0, 1]
    assert point_guards.in_use(database) == {newest, older}
    ended = journal.end_attempt(
        database, begun, model.AttemptStatus.DONE, '', samples.after(2)
    )
    done = recoveries.finish(database, ended, Status.DONE, '', samples.NOW)
    assert done.point_id == older
    assert recoveries.get(database, None, done.id) == done
    assert point_guards.in_use(database) == frozenset()


@pytest.mark.parametrize(
    'status', [s for s in model.PointStatus if s is not model.PointStatus.GOOD]
)
def test_no_attempt_begins_from_a_point_that_is_not_good(
    database: api.Database, status: model.PointStatus
) -> None:
    """The plan was made while it was."""
    held = samples.held_recovery(database)
    attempt = samples.attempt(point_id=good_point(database, status=status))
    with pytest.raises(errors.ChangedMeanwhile, match=f'is {status} by now'):
        journal.begin_attempt(database, held, attempt, (samples.step(0),))
    assert recoveries.get(database, None, held.id) == held


def test_no_attempt_begins_from_a_point_that_is_not_there(
    database: api.Database,
) -> None:
    held = samples.held_recovery(database)
    attempt = samples.attempt(point_id='purged')
    with pytest.raises(errors.ChangedMeanwhile, match='purged is gone by now'):
        journal.begin_attempt(database, held, attempt, ())
    assert recoveries.get(database, None, held.id) == held


def test_finish(database: api.Database) -> None:
    waits = samples.kept_recovery(database)
    with pytest.raises(errors.Conflict, match='cannot become'):
        recoveries.finish(database, waits, Status.DONE, '', samples.NOW)
    failed = recoveries.finish(
        database, waits, Status.FAILED, 'half way', samples.NOW
    )
    assert failed == dataclasses.replace(
        waits,
        status=Status.FAILED,
        reason='half way',
        finished_at=samples.NOW,
    )


def test_ended_since_gives_the_last_of_each_project(
    database: api.Database,
) -> None:
    for server, end in (('one', 5), ('two', 9), ('three', 2)):
        owner = samples.kept_protection(database, server_id=server)
        recovery = samples.recovery(owner)
        recoveries.create(database, recovery)
        claimed = recoveries.claim(
            database, recovery, 'w', samples.NOW, samples.after(60)
        )
        assert claimed is not None
        recoveries.finish(
            database,
            claimed,
            model.RecoveryStatus.DONE,
            '',
            samples.after(end),
        )
    assert recoveries.ended_since(database, samples.after(3)) == {
        'mine': samples.after(9)
    }
    assert recoveries.ended_since(database, samples.after(10)) == {}


def test_a_step_keeps_the_newest_of_the_clouds_ids(
    database: api.Database,
) -> None:
    held = samples.held_recovery(database)
    held = journal.begin_attempt(
        database, held, samples.attempt(), (samples.step(0),)
    )
    ids = [f'req-00000000-0000-0000-0000-{n:012}' for n in range(25)]
    for each in ids:
        journal_lines.asked(database, held, 0, [each])
    (step,) = recoveries.get(database, None, held.id).steps
    assert step.request_ids == tuple(ids[5:])
