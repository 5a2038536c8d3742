"""A row that somebody broke hides no other. Invariant 5."""

import collections.abc
import logging
import pathlib
import typing

from oslo_db import exception as db_exc
import pytest
import sqlalchemy as sa

from snapfault import errors
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import migration
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from tests.functional.db import samples


def break_row(
    database: api.Database, table: str, row_id: str, column: str, value: object
) -> None:
    """Do what a person with a database shell does."""
    key = 'recovery_id' if table == 'recovery_steps' else 'id'
    with database.writer() as session:
        written = session.execute(
            sa.text(f'UPDATE {table} SET {column} = :value WHERE {key} = :id'),
            {'value': value, 'id': row_id},
        )
        assert written.rowcount == 1


def of_policy(database: api.Database) -> tuple[typing.Any, str]:
    made = samples.kept_policy(database)
    return made, made.id


def of_task(database: api.Database) -> tuple[typing.Any, str]:
    made = samples.kept_task(database)
    return made, made.id


def of_point(database: api.Database) -> tuple[typing.Any, str]:
    made = points.create(database, samples.point())
    return made, made.id


def of_recovery(database: api.Database) -> tuple[typing.Any, str]:
    held = samples.held_recovery(database)
    made = journal.begin_attempt(
        database, held, samples.attempt(), (samples.step(0),)
    )
    return made, made.id


CASES = [
    (policies, of_policy, 'policies', 'rules', '{half'),
    (policies, of_policy, 'policies', 'rules', 'null'),
    (policies, of_policy, 'policies', 'rules', '{"schedule": {}}'),
    (tasks, of_task, 'tasks', 'status', 'mislaid'),
    (tasks, of_task, 'tasks', 'breakdown', ''),
    (points, of_point, 'recovery_points', 'status', 'GOOD'),
    (recoveries, of_recovery, 'recoveries', 'evidence', '[]'),
    (recoveries, of_recovery, 'recoveries', 'status', ''),
    (recoveries, of_recovery, 'recovery_steps', 'arguments', 'null'),
    (recoveries, of_recovery, 'recovery_steps', 'status', 'begun'),
]


@pytest.mark.parametrize(('noun', 'make', 'table', 'column', 'value'), CASES)
def test_a_broken_row(
    database: api.Database,
    caplog: pytest.LogCaptureFixture,
    noun: typing.Any,
    make: collections.abc.Callable[[api.Database], tuple[typing.Any, str]],
    table: str,
    column: str,
    value: object,
) -> None:
    _broken, broken_id = make(database)
    sound, sound_id = make(database)
    break_row(database, table, broken_id, column, value)
    with pytest.raises(errors.SnapfaultError) as caught:
        noun.get(database, 'mine', broken_id)
    assert broken_id in str(caught.value)
    assert 'mend or delete it' in str(caught.value)
    with caplog.at_level(logging.ERROR, 'snapfault'):
        assert noun.list_page(database, 'mine', limit=1) == [sound]
        assert noun.list_page(database, 'mine', limit=9) == [sound]
    assert broken_id in caplog.text
    assert noun.get(database, 'mine', sound_id) == sound


def test_a_heap_of_broken_rows_starves_nobody(
    database: api.Database,
) -> None:
    for _ in range(5):
        task = samples.kept_task(database, now=samples.after(-9))
        break_row(database, 'tasks', task.id, 'breakdown', '{')
    sound = samples.kept_task(database)
    assert tasks.waiting(database, samples.NOW, 2) == [sound]


def test_a_time_that_is_none(tmp_path: pathlib.Path) -> None:
    """On SQLite: other databases let nobody write one."""
    database = api.Database(f'sqlite:///{tmp_path}/of-its-own.sqlite')
    migration.upgrade(database)
    broken = samples.kept_protection(database)
    sound = samples.kept_protection(database)
    break_row(database, 'protections', broken.id, 'created_at', 'yesterday')
    with pytest.raises(errors.SnapfaultError, match='not a time'):
        protections.get(database, None, broken.id)
    assert protections.due(database, samples.NOW, 1) == [sound]


def test_a_naive_time_is_refused(database: api.Database) -> None:
    naive = samples.NOW.replace(tzinfo=None)
    with pytest.raises(db_exc.DBError, match='no time zone'):
        samples.kept_policy(database, created_at=naive)
