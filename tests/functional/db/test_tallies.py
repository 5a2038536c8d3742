"""Counts over all projects, in as many statements for any number of rows."""

import datetime

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault.db import api
from snapfault.db import openings
from snapfault.db import points
from snapfault.db import tables
from snapfault.db import tallies
from snapfault.metrics import read
from tests.functional import stage
from tests.functional.db import samples
from tests.functional.db import test_statements

NOW = samples.NOW
HOUR = datetime.timedelta(hours=1)
CHOSEN = read.Settings(limits=stage.LIMITS, cache=1, window=HOUR, worst=3)


def _end(database: api.Database, *rows: tuple[str, float, str]) -> None:
    """Have tasks end: their status, how long they took, and how long ago."""
    for status, took, ago in rows:
        task = samples.kept_task(database)
        finished_at = samples.after(-float(ago))
        with database.writer() as session:
            session.execute(
                sa.update(tables.Task)
                .where(tables.Task.id == task.id)
                .values(
                    status=status,
                    created_at=finished_at - datetime.timedelta(seconds=took),
                    finished_at=finished_at,
                )
            )


def test_what_ended_is_counted_and_timed(database: api.Database) -> None:
    _end(
        database,
        ('done', 10.5, '0'),
        ('done', 86400.25, '3599'),
        ('failed', 0.0, '5'),
        ('done', 7, '3600'),
        ('missed', 7, '9999'),
    )
    samples.kept_task(database)
    found = tallies.ended(database, 'tasks', NOW - HOUR)
    assert set(found) == {'done', 'failed'}
    assert found['failed'] == model.Ended(1, 0.0, 0.0)
    assert found['done'].count == 2
    assert found['done'].seconds == pytest.approx(86410.75, abs=0.002)
    assert found['done'].longest == pytest.approx(86400.25, abs=0.002)


@pytest.mark.parametrize('noun', tallies.NOUNS)
def test_nothing_is_zero_for_each_status(
    database: api.Database, noun: str
) -> None:
    assert set(tallies.standing(database, noun).values()) == {0}
    assert tallies.ended(database, noun, NOW) == {}


def test_what_stands_is_counted_by_status(database: api.Database) -> None:
    test_statements.filled(database, 2)
    assert tallies.standing(database, 'tasks') == {'waiting': 2, 'running': 0}
    assert tallies.standing(database, 'recovery_points')['creating'] == 4
    assert tallies.standing(database, 'recoveries') == {
        'held': 0,
        'waiting': 0,
        'running': 2,
    }
    assert tallies.standing(database, 'drills') == {'waiting': 0, 'running': 2}


def test_the_queue(database: api.Database) -> None:
    assert tallies.queue(database, NOW) == (0, None)
    samples.kept_task(database, now=samples.after(-60))
    samples.kept_task(database, now=samples.after(-90))
    samples.kept_task(database, now=samples.after(1))
    samples.held_task(database)
    assert tallies.queue(database, NOW) == (2, samples.after(-90))


def test_alarms_and_those_of_dead_delegations(database: api.Database) -> None:
    for alarm in ('', 'quota', 'x: no right_ to act: 401', 'no right to act'):
        samples.kept_protection(database, alarm=alarm)
    assert tallies.alarmed(database, ('no right_ to act', 'x:')) == (3, 1)
    assert tallies.alarmed(database, ('no right_ to', 'quota')) == (3, 2)


def test_the_age_of_the_last_good_point(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    other = samples.kept_protection(database)
    for minutes, status in ((9, 'good'), (5, 'good'), (1, 'failed')):
        point = points.create(
            database, samples.point(business_id=owner.business_id)
        )
        with database.writer() as session:
            session.execute(
                sa.update(tables.Point)
                .where(tables.Point.id == point.id)
                .values(status=status, completed_at=samples.after(-minutes))
            )
    found = {each.protection_id: each for each in tallies.ages(database)}
    assert found[owner.id].last_good_at == samples.after(-5)
    assert found[other.id].last_good_at is None
    assert found[other.id].created_at == NOW
    assert tallies.snapshots_made(database, samples.after(-6)) == 4


def test_objectives(database: api.Database) -> None:
    made = samples.kept_policy(database, rpo=7200)
    samples.kept_policy(database, rpo=None)
    assert tallies.objectives(database) == {made.id: 7200}


def test_pressure_of_all(database: api.Database) -> None:
    samples.kept_recovery(database)
    samples.held_recovery(database)
    samples.kept_recovery(database, automatic=True)
    held = model.RecoveryStatus.HELD
    samples.kept_recovery(database, automatic=True, status=held)
    found = openings.overall(database, HOUR, NOW)
    assert found == model.Pressure(3, 0, 0, 3, 2)


@pytest.mark.parametrize('count', [0, 1, 7])
def test_a_reading_takes_as_many_statements_for_all(
    database: api.Database, count: int
) -> None:
    test_statements.filled(database, count)
    with test_statements.counted(database) as statements:
        found = read.read(database, CHOSEN, NOW)
    # four of what stands, four of what ended, snapshots, queue, alarms, kept,
    # two of ages, objectives, three of pressure, workers
    assert len(statements) == 19, statements
    assert len(found.ages) == 3 * count
