"""Protections end at once, or once their running work is over."""

import collections.abc
import contextlib
import dataclasses
import functools
import typing

import pytest
import sqlalchemy as sa

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import delegations
from snapfault.db import drill_claims
from snapfault.db import drill_dues
from snapfault.db import drill_journal
from snapfault.db import drills
from snapfault.db import endings
from snapfault.db import events
from snapfault.db import journal
from snapfault.db import makings
from snapfault.db import openings
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import record_table
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import webhooks
from tests.functional.db import samples
from tests.functional.db import test_point_races
from tests.functional.db import test_statements

NOW, LATER = samples.NOW, samples.LATER
ENDS = 'ends once its running work is over'


def end(
    database: api.Database, protection_id: str, seconds: float = 1
) -> model.Protection | None:
    return endings.end(database, 'mine', protection_id, samples.after(seconds))


def is_there(database: api.Database, protection_id: str) -> bool:
    return bool(protections.by_ids(database, [protection_id]))


class Work(typing.NamedTuple):
    """Something that runs, and how it ends."""

    protection_id: str
    over: collections.abc.Callable[[], object]


def run(database: api.Database) -> Work:
    task = samples.held_task(database)
    return Work(
        task.protection_id,
        lambda: task_claims.finish(
            database, task, model.TaskStatus.DONE, '', LATER
        ),
    )


def recovery(database: api.Database) -> Work:
    held = samples.held_recovery(database)
    return Work(
        held.protection_id,
        lambda: recoveries.finish(
            database, held, model.RecoveryStatus.DONE, '', LATER
        ),
    )


def left_recovery(database: api.Database) -> Work:
    """Give one that its worker put back, half way, when it stopped."""
    held = samples.held_recovery(database)
    begun = journal.begin_attempt(database, held, samples.attempt(), ())
    waits = recoveries.release(database, begun, 'stopped', NOW)

    def over() -> None:
        taken = recoveries.claim(database, waits, 'b', NOW, LATER)
        assert taken is not None
        done = model.RecoveryStatus.DONE
        recoveries.finish(database, taken, done, '', LATER)

    return Work(held.protection_id, over)


def drill(database: api.Database) -> Work:
    held = samples.held_drill(database)

    def over() -> None:
        refused = model.DrillStatus.REFUSED
        told = drill_journal.conclude(
            database, held, refused, 'so', None, LATER
        )
        drill_journal.finish(database, told, LATER)

    return Work(held.protection_id, over)


def off(database: api.Database) -> Work:
    """Give a server that a failed point has stopped."""
    owner = samples.kept_protection(database)
    failed = model.PointStatus.FAILED
    point = points.create(
        database, samples.point(protection_id=owner.id, status=failed)
    )
    left = model.Power.LEFT
    return Work(owner.id, lambda: makings.set_power(database, point, left))


EACH = pytest.mark.parametrize(
    'begun', [run, recovery, left_recovery, drill, off]
)
Begun = collections.abc.Callable[[api.Database], Work]


@EACH
def test_it_stays_until_its_work_is_over(
    database: api.Database, begun: Begun
) -> None:
    work = begun(database)
    before = protections.get(database, None, work.protection_id)
    ending = end(database, before.id)
    assert ending == dataclasses.replace(
        before,
        ending_at=samples.after(1),
        next_run_at=None,
        next_drill_at=None,
        updated_at=samples.after(1),
        generation=before.generation + 1,
    )
    assert protections.get(database, None, before.id) == ending
    assert endings.over(database, 9) == []
    assert endings.finish(database, before.id, LATER) is None
    work.over()
    assert endings.over(database, 9) == [before.id]
    ended = endings.finish(database, before.id, LATER)
    assert ended == ending
    assert not is_there(database, before.id)
    assert endings.finish(database, before.id, LATER) is None
    assert endings.over(database, 9) == []


@EACH
def test_ending_it_again_changes_nothing_or_ends_it(
    database: api.Database, begun: Begun
) -> None:
    work = begun(database)
    end(database, work.protection_id)
    again = end(database, work.protection_id, 2)
    assert again is not None
    assert again.ending_at == samples.after(1)
    work.over()
    assert end(database, work.protection_id, 3) is None
    with pytest.raises(errors.NotFound):
        end(database, work.protection_id, 4)


def test_what_is_idle_is_gone_at_once(database: api.Database) -> None:
    """With the task that waits, and without its points."""
    made = samples.kept_protection(database)
    task = samples.kept_task(database, made)
    point = points.create(
        database,
        samples.point(
            protection_id=made.id,
            business_id=made.business_id,
            power=model.Power.LEFT,
        ),
    )
    assert end(database, made.id) is None
    assert not is_there(database, made.id)
    with pytest.raises(errors.NotFound):
        tasks.get(database, None, task.id)
    assert points.history(database, 'mine', made.business_id) == [point]


def test_nobody_elses_ends(database: api.Database) -> None:
    work = run(database)
    with pytest.raises(errors.NotFound):
        endings.end(database, 'theirs', work.protection_id, NOW)
    assert endings.finish(database, work.protection_id, NOW) is None
    work.over()
    assert endings.finish(database, work.protection_id, NOW) is None
    assert is_there(database, work.protection_id)


def test_what_has_not_begun_never_does(database: api.Database) -> None:
    """And those who listen are told."""
    news: list[model.News] = []
    database.listeners.append(news.append)
    task = samples.held_task(database)
    owner = protections.get(database, None, task.protection_id)
    held = model.RecoveryStatus.HELD
    waiting = [
        recoveries.create(
            database, samples.recovery(owner, server_id=name, status=status)
        )
        for name, status in (('a', held), ('b', model.RecoveryStatus.WAITING))
    ]
    drill = drills.create(database, samples.drill(owner))
    news.clear()
    assert end(database, owner.id) is not None
    for each in waiting:
        over = recoveries.get(database, None, each.id)
        assert over.status is model.RecoveryStatus.ABORTED
        assert (over.reason, over.finished_at) == (
            'its protection ends',
            samples.after(1),
        )
        (*_, last) = events.of(database, each.id)
        assert last.status is model.RecoveryStatus.ABORTED
    refused = drills.get(database, None, drill.id)
    assert refused.status is refused.outcome is model.DrillStatus.REFUSED
    assert refused.reason == 'its protection ends'
    assert sorted(each.event for each in news) == [
        'drill.refused',
        'recovery.aborted',
        'recovery.aborted',
    ]
    assert recoveries.open_servers(database) == frozenset()
    assert recoveries.claimable(database, LATER, 9) == []


def test_what_an_older_service_adds_meanwhile_never_begins(
    database: api.Database,
) -> None:
    """It knows nothing of the end: what it makes is no work."""
    work = run(database)
    owner = protections.get(database, None, work.protection_id)
    end(database, owner.id)
    work.over()
    with database.writer() as session:
        added = tasks.new(owner, LATER, LATER)
        values = {**dataclasses.asdict(added), 'labels': []}
        session.execute(sa.insert(tables.Task).values(**values))
    assert endings.over(database, 9) == [owner.id]
    assert endings.finish(database, owner.id, LATER) is not None
    assert tasks.list_page(database, None, limit=9) == []


@pytest.fixture
def ending(database: api.Database) -> model.Protection:
    """Give one whose task runs."""
    found = end(database, run(database).protection_id)
    assert found is not None
    return found


def again(database: api.Database, ending: model.Protection) -> object:
    """Write it as an import does."""
    was = record_table.read(database, 'mine')
    changed = dataclasses.replace(ending, image_id='another')
    writes = record_table.Writes(protections=(changed,))
    return record_table.write(database, 'mine', was, writes)


@pytest.mark.parametrize(
    'begin',
    [
        lambda d, p: tasks.create_now(d, p, LATER),
        lambda d, p: recoveries.create(d, samples.recovery(p)),
        lambda d, p: drills.create(d, samples.drill(p)),
        protections.update,
        lambda d, p: webhooks.set_hash(d, p, 'hash'),
        again,
    ],
)
def test_nothing_of_it_begins_or_changes(
    database: api.Database,
    ending: model.Protection,
    begin: collections.abc.Callable[[api.Database, model.Protection], object],
) -> None:
    with pytest.raises(errors.Conflict, match=ENDS):
        begin(database, ending)
    assert protections.get(database, None, ending.id) == ending


def test_nothing_of_it_falls_due(
    database: api.Database, ending: model.Protection
) -> None:
    """Its policy may change, and an older service may set its times."""
    policy = policies.get(database, None, ending.policy_id)
    policies.update(database, policy, next_run_at=LATER, next_drill_at=LATER)
    assert protections.get(database, None, ending.id) == ending
    with database.writer() as session:
        row = session.get_one(tables.Protection, ending.id)
        row.next_run_at = row.next_drill_at = NOW
    assert protections.due(database, LATER, 9) == []
    assert drill_dues.due(database, LATER, 9) == []


def test_its_name_and_its_server_are_taken_until_it_is_gone(
    database: api.Database, ending: model.Protection
) -> None:
    for taken in ('business_id', 'server_id'):
        with pytest.raises(errors.Conflict, match='until its running work'):
            samples.kept_protection(
                database, **{taken: getattr(ending, taken)}
            )
    samples.kept_protection(
        database, business_id=ending.business_id, project_id='theirs'
    )


def test_a_run_that_fails_is_not_tried_again(database: api.Database) -> None:
    task = samples.held_task(database)
    end(database, task.protection_id)
    failed = task_claims.release(database, task, LATER, 'busy', NOW)
    assert failed.status is model.TaskStatus.FAILED
    assert (failed.reason, failed.finished_at) == ('busy', NOW)
    assert tasks.get(database, None, task.id) == failed
    assert endings.over(database, 9) == [task.protection_id]


def test_its_right_is_released_along_with_it(database: api.Database) -> None:
    """So that it is revoked though whoever ended it dies."""
    work = run(database)
    owner = end(database, work.protection_id)
    assert owner is not None
    delegations.add(database, owner.delegation, NOW)
    work.over()
    endings.finish(database, owner.id, LATER)
    (right,) = delegations.released(database, LATER, 9)
    assert (right.delegation, right.released_at) == (owner.delegation, LATER)


@pytest.mark.parametrize('count', [0, 1, 5])
def test_looking_takes_one_statement(
    database: api.Database, count: int
) -> None:
    for _ in range(count):
        end(database, run(database).protection_id)
        end(database, recovery(database).protection_id)
    with test_statements.counted(database) as statements:
        assert endings.over(database, 99) == []
    assert len(statements) == 1, statements


# Races: the second begins before the first has committed


class Claim(typing.NamedTuple):
    """Work that waits, how it is claimed, and where it stands."""

    protection_id: str
    begin: test_point_races.Write
    status: collections.abc.Callable[[], str]


def of_task(database: api.Database) -> Claim:
    made = samples.kept_task(database)

    def status() -> str:
        found = tasks.list_page(
            database, None, limit=1, protection_id=made.protection_id
        )
        return found[0].status if found else 'gone'

    return Claim(
        made.protection_id,
        lambda on: task_claims.claim(on, made, 'w', NOW, LATER),
        status,
    )


def of_recovery(database: api.Database) -> Claim:
    made = samples.kept_recovery(database)
    return Claim(
        made.protection_id,
        lambda on: recoveries.claim(on, made, 'w', NOW, LATER),
        lambda: recoveries.get(database, None, made.id).status,
    )


def of_drill(database: api.Database) -> Claim:
    made = samples.kept_drill(database)
    return Claim(
        made.protection_id,
        lambda on: drill_claims.claim(
            on, made, 'w', NOW, LATER, samples.ROOMY
        ),
        lambda: drills.get(database, None, made.id).status,
    )


@pytest.mark.parametrize('end_first', [False, True])
@pytest.mark.parametrize(
    ('claim', 'called_off'),
    [(of_task, 'gone'), (of_recovery, 'aborted'), (of_drill, 'refused')],
)
def test_an_end_against_a_claim(
    database: api.Database,
    claim: collections.abc.Callable[[api.Database], Claim],
    called_off: str,
    end_first: bool,
) -> None:
    """It goes on with its protection there, or never begins."""
    work = claim(database)
    ends: test_point_races.Write = functools.partial(
        endings.end,
        project_id='mine',
        protection_id=work.protection_id,
        now=NOW,
    )
    both = (ends, work.begin) if end_first else (work.begin, ends)
    test_point_races.one_after_the_other(database, *both)
    assert work.status() == (called_off if end_first else 'running')
    assert is_there(database, work.protection_id) is not end_first


def opened(database: api.Database, owner_id: str) -> set[str]:
    return {
        str(each.status)
        for noun in (recoveries, drills, tasks)
        for each in noun.list_page(database, None, limit=99)
        if each.protection_id == owner_id
    }


@pytest.mark.parametrize('end_first', [False, True])
@pytest.mark.parametrize('busy', [False, True])
@pytest.mark.parametrize(
    'begin',
    [
        lambda d, p: recoveries.create(d, samples.recovery(p)),
        lambda d, p: openings.open_one(
            d, samples.recovery(p), samples.LATER - NOW, lambda _: None, NOW
        ),
        lambda d, p: drills.create(d, samples.drill(p)),
        lambda d, p: tasks.create_now(d, p, LATER),
    ],
)
def test_an_end_against_the_opening_of_work(
    database: api.Database,
    begin: collections.abc.Callable[[api.Database, model.Protection], object],
    busy: bool,
    end_first: bool,
) -> None:
    """None outlives its protection, nor waits for one that ends."""
    owner = samples.kept_protection(database)
    if busy:
        other = samples.recovery(owner, server_id='another')
        made = recoveries.create(database, other)
        assert recoveries.claim(database, made, 'w', NOW, LATER)

    def opens(on: api.Database) -> None:
        with contextlib.suppress(errors.Conflict, errors.NotFound):
            begin(on, owner)

    ends: test_point_races.Write = functools.partial(
        endings.end, project_id='mine', protection_id=owner.id, now=NOW
    )
    both = (ends, opens) if end_first else (opens, ends)
    test_point_races.one_after_the_other(database, *both)
    assert is_there(database, owner.id) is busy
    assert 'waiting' not in opened(database, owner.id)


def test_a_run_that_fails_against_an_end(database: api.Database) -> None:
    """It is not put back to wait for a protection that is to go."""
    task = samples.held_task(database)

    def fail(on: api.Database) -> None:
        task_claims.release(on, task, LATER, 'busy', NOW)

    ends: test_point_races.Write = functools.partial(
        endings.end,
        project_id='mine',
        protection_id=task.protection_id,
        now=NOW,
    )
    test_point_races.one_after_the_other(database, ends, fail)
    assert opened(database, task.protection_id) == {'failed'}
    other = samples.held_task(database)
    task = other
    ends = functools.partial(ends, protection_id=other.protection_id)
    test_point_races.one_after_the_other(database, fail, ends)
    assert not is_there(database, other.protection_id)


def test_two_looks_at_once_end_it_once(database: api.Database) -> None:
    work = run(database)
    end(database, work.protection_id)
    work.over()
    ended: list[object] = []

    def look(on: api.Database) -> None:
        ended.append(endings.finish(on, work.protection_id, LATER))

    test_point_races.one_after_the_other(database, look, look)
    assert sum(each is not None for each in ended) == 1
    assert not is_there(database, work.protection_id)


def test_another_right_is_given_once_from_one_state(
    database: api.Database,
) -> None:
    work = run(database)
    end(database, work.protection_id)
    ends = protections.get(database, None, work.protection_id)
    other = dataclasses.replace(ends, right_id='another', updated_at=LATER)
    written = endings.entrust(database, other, ends.generation)
    assert (written.right_id, written.ending_at) == ('another', ends.ending_at)
    with pytest.raises(errors.ChangedMeanwhile):
        endings.entrust(database, ends, ends.generation)
    work.over()
    endings.finish(database, work.protection_id, LATER)
    with pytest.raises(errors.NotFound):
        endings.entrust(database, written)
