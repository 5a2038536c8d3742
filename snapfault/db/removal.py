"""The end of a protection, within the transaction of whoever ends it."""

import datetime

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import makings
from snapfault.db import tables


def remove(session: orm.Session, row: tables.Protection) -> None:
    """Remove a protection's row and its tasks; its recovery points stay.

    :raises Conflict: a task is running, a recovery or drill is open, or the
        server is off for a point
    """
    busy = under_way(session, row)
    if busy:
        raise errors.Conflict(f'{busy}: wait for the end of that')
    drop(session, row)


def drop(session: orm.Session, row: tables.Protection) -> None:
    """Remove one of which nothing was under way in this transaction.

    :raises Conflict: a task began this very moment
    """
    session.execute(
        sa.delete(tables.Task).where(
            tables.Task.protection_id == row.id,
            tables.Task.status != model.TaskStatus.RUNNING,
        )
    )
    business_id = row.business_id  # a failed statement takes the row away
    try:
        session.execute(
            sa.delete(tables.Protection).where(tables.Protection.id == row.id)
        )
    except exception.DBReferenceError as error:  # one began this very moment
        raise errors.Conflict(
            f'a task of {business_id} is under way: wait for its end'
        ) from error


def under_way(session: orm.Session, row: tables.Protection) -> str:
    """Say what of a protection is running or open; empty: nothing is."""
    for table, statuses in (
        (tables.Task, [model.TaskStatus.RUNNING]),
        (tables.Recovery, list(model.OPEN_RECOVERY)),
        (tables.Drill, list(model.OPEN_DRILL)),
    ):
        busy = session.scalar(
            sa.select(table.id)
            .where(
                table.protection_id == row.id,
                table.status.in_(statuses),
            )
            .limit(1)
        )
        if busy is not None:
            noun = table.__tablename__
            return f'{noun} of {row.business_id} are under way ({busy})'
    point_id = makings.holding_off(
        session,
        tables.Point.project_id == row.project_id,
        tables.Point.protection_id == row.id,
    )
    if point_id is not None:
        return (
            f'the server of {row.business_id} is off for recovery point'
            f' {point_id} and is to be started'
        )
    return ''


def hold_off(session: orm.Session, protection_id: str) -> None:
    """Keep a protection from ending until the transaction does.

    Whoever gives it new work asks first: who ends it holds its row, and
    looks for work after that.

    :raises NotFound: it is gone
    :raises Conflict: it ends
    """
    table = tables.Protection
    row = session.execute(
        sa.select(table.business_id, table.ending_at)
        .where(table.id == protection_id)
        .with_for_update(read=True)
    ).one_or_none()
    if row is None:
        raise errors.NotFound(f'there is no protection {protection_id}')
    check_stays(*row)


def check_stays(business_id: str, ending_at: datetime.datetime | None) -> None:
    """Refuse to change, or to begin anything of, what ends.

    :raises Conflict: it does
    """
    if ending_at is not None:
        raise errors.Conflict(
            f'the protection of {business_id!r} is deleted, and ends once its'
            ' running work is over: nothing of it begins or changes any more'
        )
