"""Remove what is over and long past, in batches.

What a running thing, a kept volume or an undo may still need stays, however
old it is. Points that are not deleted, policies and protections always do.
"""

import collections.abc
import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import tables

Conditions = list[sa.ColumnElement[bool]]

#: In quarantine, and not out of it yet.
_IN_QUARANTINE = (model.KeptStatus.KEPT, model.KeptStatus.REMOVING)
_ENDED_TASK = (
    model.TaskStatus.DONE,
    model.TaskStatus.FAILED,
    model.TaskStatus.MISSED,
)
_OPEN_RECOVERY = tuple(model.OPEN_RECOVERY)
_OPEN_DRILL = tuple(model.OPEN_DRILL)


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of row that may go, and the rows that go with it."""

    name: str  #: for people
    table: typing.Any
    past: collections.abc.Callable[[datetime.datetime], Conditions]
    #: Tables of rows that belong to one of it, and the column that says so.
    parts: tuple[tuple[typing.Any, typing.Any], ...] = ()


def _tasks(before: datetime.datetime) -> Conditions:
    table = tables.Task
    return [table.status.in_(_ENDED_TASK), table.finished_at < before]


def _points(before: datetime.datetime) -> Conditions:
    """Deleted ones that nothing open has gone back to."""
    table = tables.Point
    tried = (
        sa.exists()
        .where(
            tables.Attempt.point_id == table.id,
            tables.Recovery.id == tables.Attempt.recovery_id,
            tables.Recovery.status.in_(_OPEN_RECOVERY),
        )
        .correlate(table)
    )
    return [
        table.status == model.PointStatus.DELETED,
        table.created_at < before,
        ~sa.exists().where(
            tables.Recovery.point_id == table.id,
            tables.Recovery.status.in_(_OPEN_RECOVERY),
        ),
        ~sa.exists().where(
            tables.Drill.point_id == table.id,
            tables.Drill.status.in_(_OPEN_DRILL),
        ),
        ~tried,
    ]


def _recoveries(before: datetime.datetime) -> Conditions:
    """Those of services that keep nothing and have none open, but the last.

    What is kept may be put back by an undo of its recovery, and is removed
    only after another has given the service its data. The last one that
    turned the server off or on tells the next whether it was left stopped.
    """
    table = tables.Recovery
    other, later, at_power = (orm.aliased(table) for _ in range(3))
    return [
        table.status.not_in(_OPEN_RECOVERY),
        table.finished_at < before,
        ~sa.exists().where(
            tables.Kept.protection_id == table.protection_id,
            tables.Kept.status.in_(_IN_QUARANTINE),
        ),
        ~sa.exists().where(
            other.protection_id == table.protection_id,
            other.status.in_(_OPEN_RECOVERY),
        ),
        sa.exists().where(
            later.project_id == table.project_id,
            later.business_id == table.business_id,
            later.created_at > table.created_at,
        ),
        ~journal.was_at_power(table)
        | sa.exists().where(
            at_power.project_id == table.project_id,
            at_power.business_id == table.business_id,
            at_power.created_at > table.created_at,
            journal.was_at_power(at_power),
        ),
    ]


def _drills(before: datetime.datetime) -> Conditions:
    table = tables.Drill
    return [table.status.not_in(_OPEN_DRILL), table.finished_at < before]


def _evidence(before: datetime.datetime) -> Conditions:
    return [tables.Evidence.expires_at < before]


def _workers(before: datetime.datetime) -> Conditions:
    return [tables.Worker.seen_at < before]


#: In the order in which they go.
KINDS: typing.Final = (
    Kind('tasks', tables.Task, _tasks),
    Kind(
        'drills',
        tables.Drill,
        _drills,
        ((tables.DrillStep, tables.DrillStep.drill_id),),
    ),
    Kind(
        'recoveries',
        tables.Recovery,
        _recoveries,
        (
            (tables.Step, tables.Step.recovery_id),
            (tables.Attempt, tables.Attempt.recovery_id),
            (tables.RecoveryEvent, tables.RecoveryEvent.recovery_id),
            (tables.Kept, tables.Kept.recovery_id),
        ),
    ),
    Kind(
        'recovery points',
        tables.Point,
        _points,
        ((tables.Member, tables.Member.point_id),),
    ),
    Kind('evidence', tables.Evidence, _evidence),
    Kind('workers', tables.Worker, _workers),
)


@api.reader
def count(session: orm.Session, kind: Kind, before: datetime.datetime) -> int:
    """Count the rows of a kind that may go, their parts not included."""
    query = sa.select(sa.func.count()).select_from(kind.table)
    return session.scalar(query.where(*kind.past(before))) or 0


@api.writer
def purge(
    session: orm.Session,
    kind: Kind,
    before: datetime.datetime,
    limit: int,
    after: str,
) -> list[str]:
    """Remove a batch of them, with their parts, in one short transaction.

    :param after: the last id of the batch before; empty: there was none
    :returns: the ids of what is gone, in order; empty: nothing is left
    """
    ids = list(
        session.scalars(
            sa.select(kind.table.id)
            .where(kind.table.id > after, *kind.past(before))
            .order_by(kind.table.id)
            .limit(limit)
        )
    )
    for table, owner in kind.parts:
        session.execute(
            sa.delete(table)
            .where(owner.in_(ids))
            .execution_options(synchronize_session=False)
        )
    session.execute(
        sa.delete(kind.table)
        .where(kind.table.id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    return ids


def purge_all(
    database: api.Database, kind: Kind, before: datetime.datetime, batch: int
) -> int:
    """Remove all of a kind, batch by batch, and count them.

    It may be broken off at any time, and run beside the workers.
    """
    gone, after = 0, ''
    while True:
        ids = purge(database, kind, before, batch, after)
        if not ids:
            return gone
        gone, after = gone + len(ids), ids[-1]
