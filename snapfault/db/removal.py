"""The end of a protection, within the transaction of whoever ends it."""

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import tables


def remove(session: orm.Session, row: tables.Protection) -> None:
    """Remove a protection's row and its tasks; its recovery points stay.

    :raises Conflict: a task is running, or a recovery or drill is open
    """
    _check_idle(session, row)
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


def _check_idle(session: orm.Session, row: tables.Protection) -> None:
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
            raise errors.Conflict(
                f'{table.__tablename__} of {row.business_id} are under way'
                f' ({busy}): wait for their end'
            )
