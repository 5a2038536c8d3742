"""From the record table to the list of due tasks."""

import json
import pathlib

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.trigger import run
from tests.functional import databases
from tests.functional.db import samples


@pytest.fixture
def database(tmp_path: pathlib.Path) -> api.Database:
    return databases.opened(tmp_path)


#: As a policy's rules stand in its row.
RULES = json.dumps(
    {
        'schedules': [
            {
                'interval': None,
                'cron': '0 2 * * *',
                'time_zone': 'Europe/Prague',
            }
        ],
        'quota': {'count': 1},
        'thresholds': [],
        'posture': 'risk',
        'multipliers': {},
        'rpo': None,
        'recovery': {'automatic': False, 'margin': 60},
    }
)
EVERY_MINUTE = rules.Schedule(interval=60)


def test_days_of_silence_give_one_task(database: api.Database) -> None:
    under = samples.kept_policy(database, schedules=(EVERY_MINUTE,)).id
    owner = samples.kept_protection(database, policy_id=under)
    now = samples.after(3 * 24 * 3600 + 30)
    (task,) = run.fire(database, now)
    assert task.scheduled_at == now.replace(second=0, microsecond=0)
    assert run.fire(database, now) == []
    moved = protections.get(database, None, owner.id)
    assert moved.next_run_at is not None
    assert run.fire(database, moved.next_run_at) == []  # the first is open
    task_claims.finish(database, task, model.TaskStatus.FAILED, '', now)
    assert len(run.fire(database, samples.after(4 * 24 * 3600))) == 1


def test_pages_join(database: api.Database) -> None:
    under = samples.kept_policy(database, schedules=(EVERY_MINUTE,)).id
    made = {
        samples.kept_protection(
            database, policy_id=under, next_run_at=samples.after(-1)
        ).id
        for _ in range(7)
    }
    fired = run.fire(database, samples.NOW, page=3)
    assert {task.protection_id for task in fired} == made


@pytest.mark.parametrize(
    ('column', 'value', 'said'),
    [
        ('rules', RULES.replace('0 2 * * *', 'never'), 'five'),
        ('rules', RULES.replace('Europe/Prague', 'Atlantis'), 'IANA'),
        ('rules', '{half', 'cannot be read'),
    ],
)
def test_a_broken_policy_stops_no_other(
    database: api.Database, column: str, value: object, said: str
) -> None:
    sound = samples.kept_policy(database, schedules=(EVERY_MINUTE,)).id
    broken = samples.kept_policy(database).id
    with database.writer() as session:
        session.execute(
            sa.text(f'UPDATE policies SET {column} = :value WHERE id = :id'),
            {'value': value, 'id': broken},
        )
    stuck = [
        samples.kept_protection(
            database, policy_id=broken, next_run_at=samples.after(-9)
        )
        for _ in range(3)
    ]
    good = samples.kept_protection(
        database, policy_id=sound, next_run_at=samples.after(-1)
    )
    fired = run.fire(database, samples.NOW, page=2)
    assert [task.protection_id for task in fired] == [good.id]
    for each in stuck:
        found = protections.get(database, None, each.id)
        assert said in found.alarm
        assert found.next_run_at == each.next_run_at  # due once it is mended
