"""What keeps a recovery point, whoever wants it gone and for what reason.

The last word: it is said in the transaction that moves the point, so that
what a plan did not see yet holds all the same.
"""

import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import tables

DISPROVEN: typing.Final = model.Proof.DISPROVEN


def may_go() -> list[sa.ColumnElement[bool]]:
    """Match points not pinned, that no open recovery or drill reads."""
    is_open = tables.Recovery.status.in_(list(model.OPEN_RECOVERY))
    named = sa.exists().where(
        tables.Recovery.point_id == tables.Point.id, is_open
    )
    # what a plan has chosen only the attempt says, until the recovery's end
    planned = sa.exists().where(
        tables.Attempt.point_id == tables.Point.id,
        tables.Attempt.recovery_id == tables.Recovery.id,
        is_open,
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
    return f'an open recovery or drill uses recovery point {point.id}'


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
