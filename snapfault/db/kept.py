"""What recoveries keep in quarantine, and what becomes of it."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import base
from snapfault.db import outcomes
from snapfault.db import tables


@api.reader
def of_recoveries(
    session: orm.Session, recovery_ids: collections.abc.Collection[str]
) -> dict[str, list[model.Kept]]:
    """Give what each recovery keeps or kept, in the order it was noted."""
    found: dict[str, list[model.Kept]] = {each: [] for each in recovery_ids}
    for ids in base.chunks(recovery_ids):
        rows = session.scalars(
            sa.select(tables.Kept)
            .where(tables.Kept.recovery_id.in_(ids))
            .order_by(
                tables.Kept.created_at, tables.Kept.device, tables.Kept.id
            )
        )
        for each in base.read_all(rows):
            found[each.recovery_id].append(each)
    return found


@api.reader
def due(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Kept]:
    """List what may be removed, or is being removed.

    What has waited the longest for a look comes first, so that what can
    not go, however much of it there is, keeps nothing else from going.
    Nothing while a recovery of the service is open. Of what was replaced,
    and not merely copied, nothing before one of them came to a good end that
    gave the service its data: until then it may be all that there is.
    """
    query = (
        sa.select(tables.Kept)
        .where(
            tables.Kept.keep_until <= now,
            sa.or_(
                tables.Kept.not_before.is_(None),
                tables.Kept.not_before <= now,
            ),
            sa.or_(
                tables.Kept.status == model.KeptStatus.REMOVING,
                sa.and_(
                    tables.Kept.status == model.KeptStatus.KEPT,
                    *_removable(),
                ),
            ),
        )
        .order_by(
            sa.func.coalesce(tables.Kept.not_before, tables.Kept.keep_until),
            tables.Kept.id,
        )
    )
    return base.first(session, query, limit)


def _removable() -> list[sa.ColumnElement[bool]]:
    of_service = tables.Recovery.protection_id == tables.Kept.protection_id
    return [
        ~sa.exists().where(
            of_service, tables.Recovery.status.in_(list(model.OPEN_RECOVERY))
        ),
        sa.or_(
            tables.Kept.device == '',
            is_replaced(),
        ),
    ]


def is_replaced() -> sa.ColumnElement[bool]:
    """Match what is kept of services that have been given data since.

    By a point's data or an undo: a server that was rebooted, or rebuilt
    alone, has what it had.
    """
    table = orm.aliased(tables.Recovery)
    restored = sa.exists().where(outcomes.has_restored(table))
    return sa.exists().where(
        table.protection_id == tables.Kept.protection_id,
        table.status == model.RecoveryStatus.DONE,
        table.finished_at >= tables.Kept.created_at,
        sa.or_(table.kind == model.RecoveryKind.UNDO, restored),
    )


@api.writer
def ask(
    session: orm.Session, kept: model.Kept, not_before: datetime.datetime
) -> bool:
    """Note that the removal is asked for, before the cloud is (invariant 3).

    :returns: whether that is so; not where another was quicker, or a
        recovery of the service has been opened meanwhile
    """
    conditions = _removable() if kept.status is model.KeptStatus.KEPT else []
    return _swap(
        session,
        kept,
        *conditions,
        status=model.KeptStatus.REMOVING,
        attempts=kept.attempts + 1,
        not_before=not_before,
    )


@api.writer
def put_off(
    session: orm.Session,
    project_id: str,
    reason: str,
    now: datetime.datetime,
    not_before: datetime.datetime,
) -> None:
    """Leave alone for a while all that is due of a project, at once."""
    session.execute(
        sa.update(tables.Kept)
        .where(
            tables.Kept.project_id == project_id,
            tables.Kept.status.in_(
                [model.KeptStatus.KEPT, model.KeptStatus.REMOVING]
            ),
            tables.Kept.keep_until <= now,
            sa.or_(
                tables.Kept.not_before.is_(None),
                tables.Kept.not_before < not_before,
            ),
        )
        .values(reason=reason, not_before=not_before)
    )


@api.writer
def move(
    session: orm.Session,
    kept: model.Kept,
    status: model.KeptStatus,
    reason: str,
    not_before: datetime.datetime | None = None,
) -> bool:
    """Note what became of it; False where another was quicker.

    :raises Conflict: the move is not allowed
    """
    base.check_move(moves.KEPT, kept.status, status)
    return _swap(
        session, kept, status=status, reason=reason, not_before=not_before
    )


@api.writer
def name(session: orm.Session, kept: model.Kept, resource_id: str) -> None:
    """Write the id of what was noted by its marker before it was made.

    Where another row of the recovery has the id, this one is done with.

    :raises NotFound: there is no such row
    """
    noted = session.scalar(
        sa.select(tables.Kept.id).where(
            tables.Kept.recovery_id == kept.recovery_id,
            tables.Kept.resource_id == resource_id,
            tables.Kept.id != kept.id,  # named by who took over meanwhile
        )
    )
    changes: dict[str, typing.Any] = {'resource_id': resource_id}
    if noted is not None:
        changes = {
            'status': model.KeptStatus.GONE,
            'reason': f'{resource_id} is noted by its id',
        }
    if not _swap(session, kept, **changes):
        raise errors.NotFound(f'{kept.resource_id} is not kept any more')


def _swap(
    session: orm.Session,
    kept: model.Kept,
    *conditions: sa.ColumnElement[bool],
    **changes: typing.Any,
) -> bool:
    return base.swapped(
        session,
        sa.update(tables.Kept)
        .where(
            tables.Kept.id == kept.id,
            tables.Kept.status == kept.status,
            tables.Kept.attempts == kept.attempts,
            *conditions,
        )
        .values(**changes),
    )
