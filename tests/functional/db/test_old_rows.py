"""Rows that an older release wrote are what they were, at head."""

import collections.abc
import datetime
import json
import pathlib
import typing

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import columns
from snapfault.db import delegations
from snapfault.db import drills
from snapfault.db import events
from snapfault.db import evidence
from snapfault.db import kept
from snapfault.db import migration
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import workers
from tests.functional import databases
from tests.functional.db import old_rows
from tests.functional.db import samples

REVISIONS = [f'{each + 1:04}' for each in range(int(migration.head()))]
NOW = samples.NOW
TRUST = model.DelegationKind.TRUST
KIND = (TRUST, model.DelegationKind.ASSIGNMENT)
TABLES = tables.Policy.metadata.tables


def _added_later(revision: str, table: str) -> old_rows.Row:
    """Give what a table got after a revision, as an older row has it."""
    return {
        name: value
        for added, by_table in old_rows.ADDED.items()
        if added > revision
        for name, value in by_table.get(table, {}).items()
    }


def _written(revision: str, table: str) -> old_rows.Row:
    """Give the row that the release of a revision writes."""
    later = _added_later(revision, table)
    row = old_rows.rows(revision)[table]
    return {name: row[name] for name in row if name not in later}


def _write(database: api.Database, revision: str) -> None:
    """Add a row to each table that there is, with all that it takes."""
    found = sa.MetaData()
    found.reflect(database.engine)
    found.remove(found.tables['alembic_version'])
    with database.engine.begin() as connection:
        for each in found.sorted_tables:
            row = _written(revision, each.name)
            # else a column of a new revision is missing in old_rows
            assert {*each.columns.keys()} - {'sequence'} == {*row}
            _insert(connection, each.name, row)


def _insert(
    connection: sa.Connection,
    name: str,
    row: collections.abc.Mapping[str, object],
) -> None:
    """Insert as it stands: these columns have no types to convert by."""
    table = sa.table(name, *map(sa.column, row))
    connection.execute(table.insert().values(row))


@pytest.fixture
def database(tmp_path: pathlib.Path) -> collections.abc.Iterator[api.Database]:
    """Give one that had rows at each revision, and is at head."""
    opened = api.Database(databases.bare(tmp_path))
    for revision in REVISIONS:
        migration.upgrade(opened, revision)
        _write(opened, revision)
    migration.upgrade(opened)
    yield opened
    opened.close()


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def _read(table: str, name: str, value: typing.Any) -> typing.Any:
    """Give what today's table must read a written value as."""
    kind = TABLES[table].columns[name].type
    if isinstance(kind, columns.Utc) and value is not None:
        return _time(value)
    return json.loads(value) if isinstance(kind, columns.Json) else value


def _wanted(revision: str, table: str) -> old_rows.Row:
    """Give what today's tables must show of a row."""
    row = {
        name: _read(table, name, value)
        for name, value in _written(revision, table).items()
    }
    if table == 'policies' and revision == '0001':
        row['rules']['schedules'] = [row['rules']['schedule']]
    return row | _added_later(revision, table)


def _found(database: api.Database, table: str) -> list[old_rows.Row]:
    query = TABLES[table].select().order_by(*TABLES[table].primary_key)
    with database.reader() as session:
        found = session.execute(query).mappings().all()
    return [
        {k: v for k, v in each.items() if k != 'sequence'} for each in found
    ]


def test_no_value_is_lost_or_changed(database: api.Database) -> None:
    for table in TABLES:
        since = old_rows.SINCE.get(table, REVISIONS[0])
        assert _found(database, table) == [
            _wanted(each, table) for each in REVISIONS if each >= since
        ]


def test_rules_are_read(database: api.Database) -> None:
    """The one schedule of the first release is a list of one."""
    for revision in REVISIONS:
        found = policies.get(database, 'mine', f'policy-{revision}')
        first = revision == '0001'
        label = rules.LABEL if first else 'nightly'
        assert found.schedules == (
            rules.Schedule(label, cron='0 2 * * *', time_zone='Asia/Tokyo'),
        )
        assert found.quota == rules.Quota(3)
        assert found.thresholds == (
            rules.Threshold(rules.Metric('cpu_util', 'max'), over=80.5),
        )
        assert found.posture is rules.Posture.CALM
        assert found.multipliers == {'performance': 1.5}
        assert found.rpo == 3600
        assert found.recovery == rules.RecoveryRules(True, 30)
        assert found.paused is not first
        assert found.shared_with == (('theirs',) if revision >= '0007' else ())


def test_what_was_open_goes_on(database: api.Database) -> None:
    """It is found by the queries that look for work, and begun."""
    by_a_worker = ('w', NOW, samples.LATER)
    for revision in REVISIONS:
        owner = protections.get(database, 'mine', f'protection-{revision}')
        assert owner in protections.due(database, NOW, 100)
        task = tasks.get(database, 'mine', f'task-{revision}')
        assert task.breakdown == (model.Part('rpo', None, 0.5, 1.5, 0.75),)
        assert task in tasks.waiting(database, NOW, 100)
        assert task_claims.claim(database, task, *by_a_worker)
        (point,) = points.history(database, 'mine', owner.business_id)
        assert [each.id for each in point.members] == [f'member-{revision}']
        recovery = recoveries.get(database, 'mine', f'recovery-{revision}')
        assert recovery in recoveries.claimable(database, NOW, 100)
        assert [each.name for each in recovery.steps] == ['restore-volume']
        assert recoveries.claim(database, recovery, *by_a_worker)


def test_what_is_said_and_kept_is_read(database: api.Database) -> None:
    for revision in REVISIONS[2:]:
        owner, recovery = f'protection-{revision}', f'recovery-{revision}'
        found = recoveries.get(database, 'mine', recovery)
        assert [each.way for each in found.attempts] == [model.Way.FULL]
        (told,) = events.of(database, recovery)
        assert told.text == 'asked for'
        (said,) = evidence.current(database, [owner], NOW)[owner]
        assert said.source is model.Source.WEBHOOK
        (left,) = kept.of_recoveries(database, [recovery])[recovery]
        assert left.status is model.KeptStatus.KEPT
    for revision in REVISIONS[3:]:
        drill = drills.get(database, 'mine', f'drill-{revision}')
        assert [each.attempt for each in drill.steps] == [1]
    assert {each.id for each in workers.all_of_them(database)} == {
        f'worker-{each}' for each in REVISIONS[4:]
    }


def test_rights_are_taken_over(database: api.Database) -> None:
    """Those of services before delegations were kept are trusts."""
    delegations.adopt(database, NOW)
    found = {
        each.delegation.right_id: each.delegation.kind
        for each in delegations.due(database, NOW, 100)
    }
    assert found == {
        **{f'trust-{each}': KIND[each >= '0009'] for each in REVISIONS},
        **{f'trust-of-policy-{each}': TRUST for each in REVISIONS[1:]},
        **{
            f'right-{each}': model.DelegationKind.APPLICATION_CREDENTIAL
            for each in REVISIONS
            if each >= '0009'
        },
    }


def test_a_broken_row_holds_no_upgrade_up(tmp_path: pathlib.Path) -> None:
    opened = api.Database(databases.bare(tmp_path))
    migration.upgrade(opened, '0001')
    row = _written('0001', 'policies') | {'rules': '{ "schedule": '}
    with opened.engine.begin() as connection:
        _insert(connection, 'policies', row)
    migration.upgrade(opened)
    (found,) = _found(opened, 'policies')
    assert found['rules'] == row['rules']
    opened.close()
