"""What is over and long past goes; what may be needed stays."""

import collections.abc
import dataclasses
import datetime
import typing

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault.db import api
from snapfault.db import housekeeping
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.db import tables
from tests.functional.db import samples
from tests.functional.db import test_statements
from tests.functional.db import test_workers

BEFORE = samples.NOW
BEGUN = samples.after(-120)
OLD = samples.after(-60)
NEW = samples.after(60)
DONE = model.RecoveryStatus.DONE
FAILED = model.RecoveryStatus.FAILED
KIND = {each.name: each for each in housekeeping.KINDS}
PARTS = (tables.Step, tables.Attempt, tables.RecoveryEvent, tables.Kept)


def _purge(database: api.Database, batch: int = 2) -> dict[str, int]:
    """Purge all; the counting beforehand must have said the same."""
    found = {}
    for name, kind in KIND.items():
        counted = housekeeping.count(database, kind, BEFORE)
        found[name] = housekeeping.purge_all(database, kind, BEFORE, batch)
        assert found[name] == counted, name
        assert housekeeping.count(database, kind, BEFORE) == 0
    return {name: count for name, count in found.items() if count}


def _count(database: api.Database, table: typing.Any) -> int:
    with database.reader() as session:
        query = sa.select(sa.func.count()).select_from(table)
        return session.scalar(query) or 0


def _set(database: api.Database, row: typing.Any, **values: object) -> None:
    """Write what no query would: time has passed."""
    table = {
        model.Task: tables.Task,
        model.Drill: tables.Drill,
        model.Recovery: tables.Recovery,
        model.RecoveryPoint: tables.Point,
    }[type(row)]
    with database.writer() as session:
        session.execute(
            sa.update(table).where(table.id == row.id).values(**values)
        )


def _ended(
    database: api.Database,
    owner: model.Protection,
    created_at: datetime.datetime = BEGUN,
    status: model.RecoveryStatus = DONE,
    finished_at: datetime.datetime = OLD,
    *,
    keeps: bool = False,
    step: dict[str, typing.Any] | None = None,
) -> model.Recovery:
    """Give a recovery with a journal that has come to its end."""
    made = recoveries.create(
        database, samples.recovery(owner, created_at=created_at)
    )
    held = recoveries.claim(database, made, 'w', created_at, OLD)
    assert held is not None
    held = journal.begin_attempt(
        database,
        held,
        samples.attempt(),
        (samples.step(0), samples.step(1, **(step or {}))),
        (samples.kept(held),) if keeps else (),
    )
    return recoveries.finish(database, held, status, 'over', finished_at)


def _quarantine(database: api.Database, status: model.KeptStatus) -> None:
    with database.writer() as session:
        session.execute(sa.update(tables.Kept).values(status=status))


def test_nothing_goes_of_an_empty_database(database: api.Database) -> None:
    assert _purge(database) == {}


@pytest.mark.parametrize('status', ['done', 'failed', 'missed'])
@pytest.mark.parametrize('batch', [1, 2, 100])
def test_ended_tasks_go(
    database: api.Database, status: str, batch: int
) -> None:
    for _ in range(5):
        old = samples.kept_task(database)
        _set(database, old, status=status, finished_at=OLD)
    new = samples.kept_task(database)
    _set(database, new, status=status, finished_at=NEW)
    samples.held_task(database)
    samples.kept_task(database, now=samples.after(-9999))
    assert _purge(database, batch) == {'tasks': 5}
    assert _count(database, tables.Task) == 3


def test_a_batch_takes_few_statements(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    for number in range(7):
        _ended(database, owner, samples.after(number - 200), keeps=True)
    _quarantine(database, model.KeptStatus.REMOVED)
    with test_statements.counted(database) as statements:
        gone = housekeeping.purge(database, KIND['recoveries'], BEFORE, 9, '')
    assert len(gone) == 6
    # look, four tables of parts, and the recoveries
    assert len(statements) == 6, statements


def test_recoveries_go_with_their_journals_but_the_last_of_each_service(
    database: api.Database,
) -> None:
    owners = [samples.kept_protection(database) for _ in range(2)]
    for owner in owners:
        for number in range(3):
            _ended(database, owner, samples.after(number - 200), keeps=True)
    _quarantine(database, model.KeptStatus.GONE)
    counts = [_count(database, each) for each in PARTS]
    assert _purge(database) == {'recoveries': 4}
    assert [3 * _count(database, each) for each in PARTS] == counts
    left = recoveries.list_page(database, None, limit=9)
    assert {each.protection_id for each in left} == {o.id for o in owners}
    assert {each.created_at for each in left} == {samples.after(-198)}


@pytest.mark.parametrize('name', ['stop', 'halt', 'start'])
def test_the_last_that_turned_the_server_off_or_on_stays(
    database: api.Database, name: str
) -> None:
    """The next asks it whether the server was left stopped."""
    owner = samples.kept_protection(database)
    asked = {'name': name, 'status': model.StepStatus.STARTED}
    steps = (None, asked, asked, {'name': name}, None)
    made = [
        _ended(database, owner, samples.after(number - 200), step=step)
        for number, step in enumerate(steps)
    ]
    of = owner.project_id, owner.business_id
    assert journal.last_at_power(database, *of).id == made[2].id
    assert _purge(database) == {'recoveries': 3}
    left = recoveries.list_page(database, None, limit=9)
    assert {each.id for each in left} == {made[2].id, made[4].id}
    assert journal.last_at_power(database, *of) == left[-1]
    assert journal.last_at_power(database, of[0], 'another') is None


@pytest.mark.parametrize(
    ('status', 'goes'),
    [
        (model.KeptStatus.KEPT, False),
        (model.KeptStatus.REMOVING, False),
        (model.KeptStatus.RETURNED, True),
        (model.KeptStatus.REMOVED, True),
        (model.KeptStatus.GONE, True),
    ],
)
def test_what_keeps_a_volume_stays_and_all_of_its_service(
    database: api.Database, status: model.KeptStatus, goes: bool
) -> None:
    """An undo needs its journal; a removal, any good end after it."""
    owner = samples.kept_protection(database)
    _ended(database, owner, samples.after(-200), FAILED, keeps=True)
    _ended(database, owner, samples.after(-190))
    _ended(database, owner, samples.after(-180), FAILED)
    _quarantine(database, status)
    assert _purge(database) == ({'recoveries': 2} if goes else {})


def test_all_of_a_service_stays_while_one_is_open(
    database: api.Database,
) -> None:
    owner = samples.kept_protection(database)
    _ended(database, owner)
    open_one = recoveries.create(database, samples.recovery(owner))
    assert _purge(database) == {}
    recoveries.ask_abort(database, open_one, NEW)
    assert _purge(database) == {'recoveries': 1}


def test_ended_drills_go_with_their_journals(database: api.Database) -> None:
    for finished_at in (OLD, NEW):
        drill = samples.kept_drill(database)
        with database.writer() as session:
            step = samples.step(0)
            session.add(
                tables.DrillStep(drill_id=drill.id, **dataclasses.asdict(step))
            )
        _set(database, drill, status='done', finished_at=finished_at)
    samples.held_drill(database)
    assert _purge(database) == {'drills': 1}
    assert _count(database, tables.DrillStep) == 1


def _points(
    database: api.Database, count: int, status: str, **values: object
) -> list[model.RecoveryPoint]:
    made = []
    for _ in range(count):
        point = points.create(database, samples.point(created_at=OLD))
        _set(database, point, status=status, **values)
        made.append(point)
    return made


def test_only_deleted_points_go(database: api.Database) -> None:
    for status in model.PointStatus:
        _points(database, 1, status)
    _points(database, 1, 'deleted', created_at=NEW)
    assert _purge(database) == {'recovery points': 1}
    assert _count(database, tables.Point) == len(model.PointStatus)
    assert _count(database, tables.Member) == 2 * len(model.PointStatus)


def _by_recovery(database: api.Database, point_id: str) -> None:
    samples.kept_recovery(database, point_id=point_id)


def _by_attempt(database: api.Database, point_id: str) -> None:
    """As one does that began while the point was good."""
    held = samples.held_recovery(database)
    attempt = dataclasses.asdict(samples.attempt(point_id=point_id))
    with database.writer() as session:
        session.add(tables.Attempt(recovery_id=held.id, **attempt))


def _by_drill(database: api.Database, point_id: str) -> None:
    samples.kept_drill(database, point_id=point_id)


@pytest.mark.parametrize('use', [_by_recovery, _by_attempt, _by_drill])
def test_a_deleted_point_that_something_open_names_stays(
    database: api.Database,
    use: collections.abc.Callable[[api.Database, str], None],
) -> None:
    used, _ = _points(database, 2, 'deleted')
    use(database, used.id)
    assert _purge(database) == {'recovery points': 1}
    assert points.get(database, None, used.id).id == used.id


def test_evidence_and_workers_go_by_their_last_sign(
    database: api.Database,
) -> None:
    owner = samples.kept_protection(database)
    with database.writer() as session:
        for number, expires_at in enumerate((OLD, NEW)):
            session.add(
                tables.Evidence(
                    id=str(number),
                    project_id=owner.project_id,
                    protection_id=owner.id,
                    source='watch',
                    finding=str(number),
                    detail='',
                    first_at=OLD,
                    last_at=OLD,
                    count=1,
                    expires_at=expires_at,
                )
            )
        for name, seen_at in (('dead', OLD), ('alive', NEW)):
            worker = dataclasses.asdict(test_workers.worker(name))
            session.add(tables.Worker(**worker | {'seen_at': seen_at}))
    assert _purge(database) == {'evidence': 1, 'workers': 1}
