"""Bulk queries take a fixed number of statements."""

import collections.abc
import contextlib
import dataclasses
import typing

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault import rules
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import drill_claims
from snapfault.db import drill_dues
from snapfault.db import drill_journal
from snapfault.db import drills
from snapfault.db import journal
from snapfault.db import makings
from snapfault.db import outcomes
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import standing
from snapfault.db import task_claims
from snapfault.db import task_dues
from snapfault.db import task_holds
from snapfault.db import tasks
from snapfault.outlook import keeping
from snapfault.trigger import drills as trigger_drills
from snapfault.trigger import plan
from snapfault.trigger import run
from tests.functional.db import samples


@contextlib.contextmanager
def counted(
    database: api.Database,
) -> collections.abc.Iterator[list[str]]:
    """Collect the statements, without the BEGINs of SQLite."""
    statements: list[str] = []

    def collect(*event: typing.Any) -> None:
        if not event[2].startswith('BEGIN'):
            statements.append(event[2])

    sa.event.listen(database.engine, 'before_cursor_execute', collect)
    try:
        yield statements
    finally:
        sa.event.remove(database.engine, 'before_cursor_execute', collect)


@dataclasses.dataclass
class World:
    """Some of each noun."""

    protections: list[model.Protection]
    tasks: list[model.Task]
    points: list[model.RecoveryPoint]
    recoveries: list[model.Recovery]
    drills: list[model.Drill]

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [
            (each.project_id, each.business_id) for each in self.protections
        ]


def filled(database: api.Database, count: int) -> World:
    world = World([], [], [], [], [])
    for _ in range(count):
        owner = samples.kept_protection(database)
        world.protections.append(owner)
        world.tasks.append(samples.kept_task(database, owner))
        for _again in range(2):
            point = samples.point(
                protection_id=owner.id, business_id=owner.business_id
            )
            world.points.append(points.create(database, point))
        held = samples.held_recovery(database)
        steps = (samples.step(0), samples.step(1))
        world.recoveries.append(
            journal.begin_attempt(database, held, samples.attempt(), steps)
        )
        drill = samples.held_drill(database)
        world.drills.append(drill_journal.go_on(database, drill, steps))
    return world


QUERIES: list[
    tuple[
        str,
        int,
        collections.abc.Callable[[api.Database, World], object],
    ]
] = [
    ('points.list_page', 2, lambda d, w: points.list_page(d, None, limit=99)),
    ('points.histories', 2, lambda d, w: points.histories(d, w.keys)),
    (
        'outcomes.of_services',
        1,
        lambda d, w: outcomes.of_services(d, w.keys),
    ),
    (
        'standing.protecting',
        1,
        lambda d, w: standing.protecting(d, w.keys),
    ),
    (
        'keeping.rules_of',
        # protections, policies' two, what is in use, the histories' two
        6,
        lambda d, w: keeping.rules_of(
            d,
            [
                dataclasses.replace(each, status=model.PointStatus.GOOD)
                for each in w.points
            ],
            samples.NOW,
        ),
    ),
    ('makings.unfinished', 2, lambda d, w: makings.unfinished(d)),
    ('makings.to_look_at', 2, lambda d, w: makings.to_look_at(d, 'w')),
    (
        'points.last_good_at',
        1,
        lambda d, w: standing.last_good_at(d, [p.id for p in w.protections]),
    ),
    (
        'makings.of_tasks',
        2,
        lambda d, w: makings.of_tasks(d, [p.task_id for p in w.points]),
    ),
    (
        'task_claims.free',
        1,
        lambda d, w: task_claims.free(
            d, [t.id for t in w.tasks], samples.after(99)
        ),
    ),
    (
        'alarms.backups_are_well',
        1,
        lambda d, w: alarms.backups_are_well(d, [p.id for p in w.protections]),
    ),
    (
        'points.count_delete',
        1,
        lambda d, w: points.count_delete(
            d, [m for p in w.points for m in p.members]
        ),
    ),
    (
        'recoveries.list_page',
        3,
        lambda d, w: recoveries.list_page(d, None, limit=99),
    ),
    (
        'recoveries.claimable',
        3,
        lambda d, w: recoveries.claimable(d, samples.after(99), 99),
    ),
    (
        'recoveries.renew',
        1,
        lambda d, w: recoveries.renew(
            d, [each.id for each in w.recoveries], 'w', samples.after(99)
        ),
    ),
    ('drills.list_page', 2, lambda d, w: drills.list_page(d, None, limit=99)),
    (
        'drill_claims.claimable',
        3,
        lambda d, w: drill_claims.claimable(
            d, samples.after(99), 99, samples.ROOMY
        ),
    ),
    (
        'drill_dues.schedule',
        # lock, look for open ones, move on
        3,
        lambda d, w: drill_dues.schedule(
            d,
            [
                trigger_drills.Due(each.protection_id, None, None, 'due')
                for each in w.drills
            ],
            samples.NOW,
        ),
    ),
    ('tasks.waiting', 1, lambda d, w: tasks.waiting(d, samples.NOW, 99)),
    ('tasks.held', 1, lambda d, w: task_claims.held(d, 'w')),
    (
        'tasks.set_rankings',
        1,
        lambda d, w: tasks.set_rankings(
            d, {each.id: (1.0, ()) for each in w.tasks}
        ),
    ),
    (
        'task_dues.schedule',
        # lock, look for open and for made ones, move on, and join what
        # a person asked for
        5,
        lambda d, w: task_dues.schedule(
            d,
            [samples.Due(p.id, p.next_run_at) for p in w.protections],
            samples.NOW,
        ),
    ),
    (
        'task_holds.defer',
        1,
        lambda d, w: task_holds.defer(
            d, {each.id: plan.Hold(samples.LATER, 'x') for each in w.tasks}
        ),
    ),
    ('task_holds.miss', 1, lambda d, w: task_holds.miss(d, samples.NOW)),
    (
        'protections.due',
        1,
        lambda d, w: protections.due(d, samples.NOW, 99),
    ),
    (
        'policies.by_ids',
        2,
        lambda d, w: policies.by_ids(d, [p.policy_id for p in w.protections]),
    ),
]


@pytest.mark.parametrize(
    ('expected', 'query'),
    [pytest.param(count, query, id=name) for name, count, query in QUERIES],
)
@pytest.mark.parametrize('count', [1, 5])
def test_statements_do_not_grow(
    database: api.Database,
    expected: int,
    query: collections.abc.Callable[[api.Database, World], object],
    count: int,
) -> None:
    world = filled(database, count)
    with counted(database) as statements:
        query(database, world)
    assert len(statements) == expected, statements


def test_scheduling_many_inserts_them_at_once(
    database: api.Database,
) -> None:
    under = samples.kept_policy(database).id
    owners = [
        samples.kept_protection(database, policy_id=under) for _ in range(7)
    ]
    with counted(database) as statements:
        made = task_dues.schedule(
            database,
            [samples.Due(each.id, samples.NOW) for each in owners],
            samples.NOW,
        )
    assert len(made) == 7
    assert len(statements) == 5, statements


def labelled(
    database: api.Database, count: int, label: str, **due: object
) -> list[samples.Due]:
    """Give runs of many protections under one policy."""
    under = samples.kept_policy(database).id
    owners = [
        samples.kept_protection(database, policy_id=under)
        for _ in range(count)
    ]
    return [
        samples.Due(each.id, samples.NOW, labels=(label,), **due)
        for each in owners
    ]


@pytest.mark.parametrize('count', [1, 7])
def test_labels_join_what_waits_at_once(
    database: api.Database, count: int
) -> None:
    dues = labelled(database, count, 'daily')
    assert len(task_dues.schedule(database, dues, samples.NOW)) == count
    more = [
        dataclasses.replace(each, was=samples.LATER, labels=('weekly',))
        for each in dues
    ]
    with counted(database) as statements:
        task_dues.schedule(database, more, samples.NOW)
    # lock, look for open and for made ones, move on, join
    assert len(statements) == 5, statements
    found = tasks.list_page(database, None, limit=99)
    assert {each.labels for each in found} == {('daily', 'weekly')}


@pytest.mark.parametrize('count', [1, 7])
def test_runs_whose_points_are_good_end_in_two_statements(
    database: api.Database, count: int
) -> None:
    held = [samples.held_task(database, 'w') for _ in range(count)]
    made = {each.id: f'point of {each.id}' for each in held}
    with counted(database) as statements:
        ended = task_claims.finish_good(database, made, 'w', samples.NOW)
    assert ended == made.keys()
    assert len(statements) == 2, statements


@pytest.mark.parametrize('count', [1, 7])
def test_missing_many_takes_three_statements(
    database: api.Database, count: int
) -> None:
    dues = labelled(database, count, 'daily', deadline_at=samples.LATER)
    task_dues.schedule(database, dues, samples.NOW)
    with counted(database) as statements:
        missed = task_holds.miss(database, samples.LATER)
    assert len(missed) == count
    assert len(statements) == 3, statements


@pytest.mark.parametrize('count', [1, 40])
def test_a_cycle_of_the_trigger_takes_as_many_for_all(
    database: api.Database, count: int
) -> None:
    """However many protections a page has, under however many staggers."""
    hourly = rules.Schedule('hourly', interval=3600)
    daily = rules.Schedule('daily', cron='0 2 * * *')
    under = samples.kept_policy(
        database, schedules=(hourly, daily), stagger=1800, deadline=7200
    ).id
    for _ in range(count):
        samples.kept_protection(database, policy_id=under)
    now = samples.after(3 * 24 * 3600)
    with counted(database) as statements:
        assert len(run.fire(database, now)) == count
    # missed ones, due ones, policies' two, and the five of scheduling
    assert len(statements) == 9, statements
    with counted(database) as statements:
        assert run.fire(database, now) == []
    assert len(statements) == 2, statements


@pytest.mark.parametrize('count', [1, 40])
def test_drills_that_fall_due_take_as_many_for_all(
    database: api.Database, count: int
) -> None:
    daily = rules.DrillRules(rules.Schedule('drills', interval=86400))
    under = samples.kept_policy(
        database, recovery=rules.RecoveryRules(drills=daily)
    ).id
    for _ in range(count):
        samples.kept_protection(
            database, policy_id=under, next_drill_at=samples.NOW
        )
    now = samples.after(3 * 24 * 3600)
    with counted(database) as statements:
        run.rehearse(database, now)
    assert len(drills.list_page(database, None, limit=99)) == count
    # due ones, policies' two, lock, look for open ones, move on, insert
    assert len(statements) == 7, statements
    with counted(database) as statements:
        run.rehearse(database, now)
    assert len(statements) == 1, statements


def test_an_alarm_that_is_no_news_writes_nothing(
    database: api.Database,
) -> None:
    made = samples.kept_protection(database)
    protections.set_alarm(database, made.id, 'quota', samples.NOW)
    before = protections.get(database, None, made.id)
    protections.set_alarm(database, made.id, 'quota', samples.after(1))
    assert protections.get(database, None, made.id) == before


def test_more_ids_than_one_statement_holds(database: api.Database) -> None:
    made = samples.kept_policy(database)
    ids = [f'none-{number}' for number in range(40_000)]
    assert policies.by_ids(database, [*ids, made.id]) == {made.id: made}
    assert standing.last_good_at(database, ids) == {}
    keys = [('mine', each) for each in ids[:1200]]
    keys += [(each, 'business') for each in ids[:1200]]
    assert len(points.histories(database, keys)) == 2400


def test_what_an_attempt_reads_from_is_locked_by_one_statement(
    database: api.Database,
) -> None:
    good = samples.point(status=model.PointStatus.GOOD)
    taken = []
    for point_id in (None, points.create(database, good).id):
        held = samples.held_recovery(database)
        attempt = samples.attempt(point_id=point_id)
        with counted(database) as statements:
            journal.begin_attempt(database, held, attempt, ())
        taken.append(len(statements))
    assert taken[1] == taken[0] + 1
