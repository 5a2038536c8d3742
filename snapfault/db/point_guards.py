"""What keeps a recovery point, whoever wants it gone and for what reason.

The last word: it is said in the transaction that moves the point, so that
what a plan did not see yet holds all the same.
"""

import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import kept
from snapfault.db import tables

DISPROVEN: typing.Final = model.Proof.DISPROVEN


def _may_be_read() -> sa.ColumnElement[bool]:
    """Match the recoveries whose points stay: open ones, and broken ones.

    One that failed with volumes taken away may have left the service without
    its data, and what is taken of it since without that as well: the point
    that it went back to is held until they are put back, or replaced.
    """
    table = tables.Recovery
    broken = (model.RecoveryStatus.FAILED, model.RecoveryStatus.ABORTED)
    away = sa.exists().where(
        tables.Kept.recovery_id == table.id,
        tables.Kept.device != '',
        tables.Kept.status == model.KeptStatus.KEPT,
        ~kept.is_replaced(),
    )
    return sa.or_(
        table.status.in_(list(model.OPEN_RECOVERY)),
        sa.and_(table.status.in_(broken), away),
    )


@api.reader
def in_use(session: orm.Session) -> frozenset[str]:
    """Give the ids of the points that recoveries and drills need."""
    needed = _may_be_read()
    found = session.scalars(
        sa.union(
            sa.select(tables.Recovery.point_id).where(needed),
            sa.select(tables.Attempt.point_id)
            .join(
                tables.Recovery,
                tables.Recovery.id == tables.Attempt.recovery_id,
            )
            .where(needed),
            sa.select(tables.Drill.point_id).where(
                tables.Drill.status.in_(list(model.OPEN_DRILL))
            ),
        )
    )
    return frozenset(each for each in found if each is not None)


def may_go() -> list[sa.ColumnElement[bool]]:
    """Match points not pinned, that no recovery or drill needs."""
    needed = _may_be_read()
    named = sa.exists().where(
        tables.Recovery.point_id == tables.Point.id, needed
    )
    # what a plan has chosen only the attempt says, until the recovery's end
    planned = sa.exists().where(
        tables.Attempt.point_id == tables.Point.id,
        tables.Attempt.recovery_id == tables.Recovery.id,
        needed,
    )
    drilled = sa.exists().where(
        tables.Drill.point_id == tables.Point.id,
        tables.Drill.status.in_(list(model.OPEN_DRILL)),
    )
    return [tables.Point.pinned.is_(False), ~named, ~planned, ~drilled]


def lock(session: orm.Session, point_id: str) -> str | None:
    """Have a point stay as it is until the transaction ends.

    So whoever has it removed meanwhile waits, and then finds who reads it.

    :returns: its status; None: there is no such point
    """
    return session.scalar(
        sa.select(tables.Point.status)
        .where(tables.Point.id == point_id)
        .with_for_update()
    )


def why_not(session: orm.Session, point: model.RecoveryPoint) -> str:
    """Say why a point could not be moved on, once that is known."""
    row = session.execute(
        sa.select(tables.Point.status, tables.Point.pinned).where(
            tables.Point.id == point.id
        )
    ).one_or_none()
    if row is None or row.status != point.status:
        return f'recovery point {point.id} is not {point.status} any more'
    if row.pinned:
        return (
            f'recovery point {point.id} is pinned: to have it removed, first'
            f' openstack recovery point set --unpin {point.id}'
        )
    return f'a recovery or drill needs recovery point {point.id}'


def keep_last(session: orm.Session, point: model.RecoveryPoint) -> None:
    """Refuse to give up the only good point of a service (invariant 1).

    One that a drill has disproven does not stand in for one that is not.
    The rows are locked, so that of two who each remove one of the last two
    the second sees what the first did.

    :raises Conflict: it is the only one
    """
    good = session.execute(
        sa.select(tables.Point.id, tables.Point.proof)
        .where(
            tables.Point.project_id == point.project_id,
            tables.Point.business_id == point.business_id,
            tables.Point.status == model.PointStatus.GOOD,
        )
        .with_for_update()
    ).all()
    sound = [each.id for each in good if each.proof != DISPROVEN]
    if (sound or [each.id for each in good]) == [point.id]:
        raise errors.Conflict(
            f'recovery point {point.id} is the last good one of'
            f' {point.business_id}: it is kept until there is a newer one'
        )
