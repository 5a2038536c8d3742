"""Recovery points that are being made or removed, and what is noted then."""

import collections.abc
import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables

#: How long a reason may be; it is cut off there.
LENGTH: typing.Final = 1000
UNFINISHED: typing.Final = [
    model.PointStatus.CREATING,
    model.PointStatus.FAILED,
    model.PointStatus.DELETING,
]
WELL: typing.Final = [model.PointStatus.CREATING, model.PointStatus.GOOD]


@api.reader
def unfinished(session: orm.Session) -> list[model.RecoveryPoint]:
    """List the points that are being made or removed, in all projects."""
    rows = session.scalars(
        sa.select(tables.Point)
        .where(tables.Point.status.in_(UNFINISHED))
        .order_by(tables.Point.sequence)
    )
    return base.read_all(rows)


@api.reader
def to_look_at(session: orm.Session, worker: str) -> list[model.RecoveryPoint]:
    """List the unfinished points that are a worker's to move on.

    Those of its own tasks, those whose task nobody holds any more, and those
    that are to be removed: what another makes is looked at by that one.
    """
    elsewhere = sa.exists().where(
        tables.Task.id == tables.Point.task_id,
        tables.Task.status == model.TaskStatus.RUNNING,
        tables.Task.claimed_by != worker,
    )
    is_made = tables.Point.status == model.PointStatus.CREATING
    rows = session.scalars(
        sa.select(tables.Point)
        .where(
            tables.Point.status.in_(UNFINISHED),
            ~sa.and_(is_made, elsewhere),
        )
        .order_by(tables.Point.sequence)
    )
    return base.read_all(rows)


def holding_off(
    session: orm.Session, *conditions: sa.ColumnElement[bool]
) -> str | None:
    """Find a point whose server is off for it, within a transaction.

    Such a server is to be started before the right to do so goes.

    :returns: its id; None: there is none
    """
    query = sa.select(tables.Point.id).where(*conditions, *is_holding_off())
    return session.scalar(query.limit(1))


def is_holding_off() -> tuple[sa.ColumnElement[bool], ...]:
    """Match the points whose server may be off for them."""
    return (
        tables.Point.status.in_(UNFINISHED),
        tables.Point.power.in_(list(model.HELD_POWER)),
    )


@api.reader
def of_tasks(
    session: orm.Session, task_ids: collections.abc.Collection[str]
) -> dict[str, model.RecoveryPoint]:
    """Give the points that tasks have begun and that came to no bad end.

    :returns: by task, those that are being made or are good; of a task that
        has more than one, the newest
    """
    found: dict[str, model.RecoveryPoint] = {}
    for ids in base.chunks(task_ids):
        rows = session.scalars(
            sa.select(tables.Point)
            .where(
                tables.Point.task_id.in_(ids),
                tables.Point.status.in_(WELL),
            )
            .order_by(tables.Point.sequence)
        )
        found |= {point.task_id: point for point in base.read_all(rows)}
    return found


@api.writer
def begin(
    session: orm.Session, point: model.RecoveryPoint, now: datetime.datetime
) -> model.RecoveryPoint:
    """Note that the snapshots are asked for from now on.

    :raises Conflict: another did, or the point is not being made any more
    """
    return _swap(
        session,
        point,
        {'asked_at': now},
        tables.Point.asked_at.is_(None),
        tables.Point.status == model.PointStatus.CREATING,
    )


@api.writer
def degrade(
    session: orm.Session,
    point: model.RecoveryPoint,
    level: rules.Level,
    reason: str,
) -> model.RecoveryPoint:
    """Note that a point is at another level than was meant, and why.

    :raises Conflict: another did
    """
    return _swap(
        session,
        point,
        {'level': level, 'level_reason': reason[:LENGTH]},
        tables.Point.level == point.level,
        tables.Point.status == model.PointStatus.CREATING,
    )


@api.writer
def set_power(
    session: orm.Session, point: model.RecoveryPoint, power: model.Power
) -> model.RecoveryPoint:
    """Note what is still meant for the server of a point.

    :raises Conflict: another did
    """
    return _swap(
        session, point, {'power': power}, tables.Point.power == point.power
    )


@api.writer
def record_group_snapshot(
    session: orm.Session, point_id: str, group_snapshot_id: str
) -> None:
    """Note which group snapshot was made; the first note stays."""
    _record(
        session, point_id, tables.Point.group_snapshot_id, group_snapshot_id
    )


@api.writer
def record_root_image(
    session: orm.Session, point_id: str, image_id: str
) -> None:
    """Note which image was made of the root disk; the first note stays."""
    _record(session, point_id, tables.Point.root_image_id, image_id)


def _record(
    session: orm.Session,
    point_id: str,
    column: orm.InstrumentedAttribute[str | None],
    value: str,
) -> None:
    session.execute(
        sa.update(tables.Point)
        .where(tables.Point.id == point_id, column.is_(None))
        .values({column: value})
    )


def _swap(
    session: orm.Session,
    point: model.RecoveryPoint,
    changes: dict[str, typing.Any],
    *conditions: sa.ColumnElement[bool],
) -> model.RecoveryPoint:
    swap = (
        sa.update(tables.Point)
        .where(tables.Point.id == point.id, *conditions)
        .values(**changes)
    )
    if not base.swapped(session, swap):
        raise errors.Conflict(f'recovery point {point.id} was moved on')
    return dataclasses.replace(point, **changes)
