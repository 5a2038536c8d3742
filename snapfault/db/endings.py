"""Protections that people end: at once, or once their running work is over.

What has not begun never does. What runs goes on to its own end, by the right
of the protection, which is why that stays until then.
"""

import contextlib
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import base
from snapfault.db import delegations
from snapfault.db import drill_claims
from snapfault.db import journal
from snapfault.db import makings
from snapfault.db import news
from snapfault.db import protections
from snapfault.db import recovery_moves
from snapfault.db import removal
from snapfault.db import tables

#: Why what had not begun does not.
REASON: typing.Final = 'its protection ends'


@api.writer
def end(
    session: orm.Session,
    project_id: str | None,
    protection_id: str,
    now: datetime.datetime,
    generation: int | None = None,
) -> model.Protection | None:
    """Remove a protection and its tasks, or have it end; its points stay.

    :param generation: as it was read; None: whatever it is now
    :returns: it, where it goes only once its running work is over; None: it
        is gone
    :raises NotFound: there is none
    :raises ChangedMeanwhile: it has another generation
    """
    row = protections.changed(session, project_id, protection_id, generation)
    _call_off(session, row, now)
    if not removal.under_way(session, row):
        removal.drop(session, row)
        return None
    row.ending_at = row.ending_at or now
    row.next_run_at = row.next_drill_at = None
    row.updated_at = now
    session.flush()
    return typing.cast('model.Protection', base.read(row))


@api.writer
def entrust(
    session: orm.Session,
    protection: model.Protection,
    generation: int | None = None,
) -> model.Protection:
    """Write the right of a protection that ends: what runs goes on by it.

    :param generation: what it was made from; None: whatever it is now
    :raises NotFound: it is gone
    :raises ChangedMeanwhile: it has another generation
    """
    row = protections.changed(
        session, protection.project_id, protection.id, generation
    )
    row.right_id = protection.right_id
    row.delegation_kind = protection.delegation_kind
    row.updated_at = protection.updated_at
    session.flush()
    return typing.cast('model.Protection', base.read(row))


@api.reader
def over(session: orm.Session, limit: int) -> list[str]:
    """List the ids of protections that end and have nothing under way.

    What has not begun is no work: an older service may have added it.
    """
    table = tables.Protection
    query = (
        sa.select(table.id)
        .where(
            table.ending_at.is_not(None),
            *(~sa.exists().where(*each) for each in _begun()),
        )
        .order_by(table.ending_at, table.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _begun() -> list[tuple[sa.ColumnElement[bool], ...]]:
    """Match the running work of a protection, a table each."""
    task, recovery, drill = tables.Task, tables.Recovery, tables.Drill
    mine = tables.Protection.id
    return [
        (
            task.protection_id == mine,
            task.status == model.TaskStatus.RUNNING,
        ),
        (
            recovery.protection_id == mine,
            recovery.status.in_(list(model.OPEN_RECOVERY)),
            journal.has_begun(),
        ),
        (
            drill.protection_id == mine,
            drill.status == model.DrillStatus.RUNNING,
        ),
        (
            tables.Point.project_id == tables.Protection.project_id,
            tables.Point.protection_id == mine,
            *makings.is_holding_off(),
        ),
    ]


@api.writer
def finish(
    session: orm.Session, protection_id: str, now: datetime.datetime
) -> model.Protection | None:
    """Remove a protection that ends, if its work is over.

    Its right is released along with it, so that it is given back even if
    whoever does this dies.

    :returns: what is gone; None: it has work, or another was quicker
    :raises SnapfaultError: its row is broken
    """
    row = session.scalar(
        sa.select(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.ending_at.is_not(None),
        )
        .with_for_update()
    )
    if row is None:
        return None
    _call_off(session, row, now)
    if removal.under_way(session, row):
        return None
    ended = typing.cast('model.Protection', base.read(row))
    removal.drop(session, row)
    delegations.let_go(session, ended.delegation, now)
    return ended


def _call_off(
    session: orm.Session, row: tables.Protection, now: datetime.datetime
) -> None:
    """End what nobody has begun; what a worker begins meanwhile goes on."""
    session.execute(
        sa.delete(tables.Task).where(
            tables.Task.protection_id == row.id,
            tables.Task.status == model.TaskStatus.WAITING,
        )
    )
    status = model.RecoveryStatus
    for recovery in _those(
        session, row, tables.Recovery, [status.HELD, status.WAITING]
    ):
        if not recovery.attempts:
            with contextlib.suppress(errors.LeaseLost):
                recovery_moves.move(
                    *(session, recovery, status.ABORTED, REASON, now),
                    finished_at=now,
                    open_server_id=None,
                )
    for drill in _those(
        session, row, tables.Drill, [model.DrillStatus.WAITING]
    ):
        with contextlib.suppress(errors.LeaseLost):
            _refuse(session, drill, now)


def _those(
    session: orm.Session,
    row: tables.Protection,
    table: typing.Any,
    statuses: list[typing.Any],
) -> list[typing.Any]:
    rows = session.scalars(
        sa.select(table).where(
            table.protection_id == row.id, table.status.in_(statuses)
        )
    )
    return base.read_all(rows.all())


def _refuse(
    session: orm.Session, drill: model.Drill, now: datetime.datetime
) -> None:
    """End a drill that has made nothing."""
    refused = model.DrillStatus.REFUSED
    base.check_move(moves.DRILL, drill.status, refused)
    ended = drill_claims.hold(
        session,
        drill,
        status=refused,
        outcome=refused,
        reason=REASON,
        finished_at=now,
        open_protection_id=None,
    )
    news.moved(session, 'drill', ended, now)
