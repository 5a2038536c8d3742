"""Recovery points: the snapshot history."""

import collections.abc
import dataclasses
import datetime
import itertools
import operator
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables

UNFINISHED: typing.Final = [
    model.PointStatus.CREATING,
    model.PointStatus.FAILED,
    model.PointStatus.DELETING,
]
Key = tuple[str, str]  #: project id and business id
CHUNK: typing.Final = 500  #: SQLite nests no deeper than 1000 ORs


@api.writer
def create(
    session: orm.Session, point: model.RecoveryPoint
) -> model.RecoveryPoint:
    """Add a point with its members; the database gives the sequence.

    :raises Conflict: it exists already
    """
    values = base.values(point, model.RecoveryPoint)
    del values['sequence'], values['members']
    row = tables.Point(**values)
    session.add(row)
    base.flush(session, f'recovery point {point.id} exists already')
    session.add_all(
        tables.Member(
            point_id=point.id,
            position=position,
            **base.values(member, model.Member),
        )
        for position, member in enumerate(point.members)
    )
    return dataclasses.replace(point, sequence=row.sequence)


@api.reader
def get(
    session: orm.Session, project_id: str | None, point_id: str
) -> model.RecoveryPoint:
    """Read a point.

    :raises NotFound: the project has none of that id
    """
    row = session.scalar(
        sa.select(tables.Point).where(
            tables.Point.id == point_id, *base.mine(tables.Point, project_id)
        )
    )
    if row is None:
        raise errors.NotFound(f'there is no recovery point {point_id}')
    return typing.cast('model.RecoveryPoint', base.read(row))


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    business_id: str | None = None,
    status: model.PointStatus | None = None,
    protection_id: str | None = None,
) -> list[model.RecoveryPoint]:
    """List points, newest first, deleted ones too."""
    conditions = [
        *base.mine(tables.Point, project_id),
        *base.equal(
            tables.Point,
            business_id=business_id,
            status=status,
            protection_id=protection_id,
        ),
    ]
    return base.page(session, tables.Point, conditions, limit, marker)


@api.reader
def history(
    session: orm.Session, project_id: str, business_id: str
) -> list[model.RecoveryPoint]:
    """List a business service's points that are not deleted, newest first.

    By business id, not by protection: the history outlives both the
    protection and the volumes it was taken of.
    """
    return _histories(session, [(project_id, business_id)])[
        project_id, business_id
    ]


def _histories(
    session: orm.Session, keys: collections.abc.Collection[Key]
) -> dict[Key, list[model.RecoveryPoint]]:
    """Give the history of many services, in a few statements."""
    found: dict[Key, list[model.RecoveryPoint]] = {key: [] for key in keys}
    ordered = sorted(found)
    for start in range(0, len(ordered), CHUNK):
        rows = session.scalars(
            sa.select(tables.Point)
            .where(
                sa.or_(*_arms(ordered[start : start + CHUNK])),
                tables.Point.status != model.PointStatus.DELETED,
            )
            .order_by(tables.Point.sequence.desc())
        )
        for point in base.read_all(rows):
            found[point.project_id, point.business_id].append(point)
    return found


histories = api.reader(_histories)


def _arms(
    keys: collections.abc.Iterable[Key],
) -> list[sa.ColumnElement[bool]]:
    """Match these keys, one arm a project.

    A list of pairs would say the same, but neither SQLite nor MariaDB
    looks one up in an index.
    """
    return [
        sa.and_(
            tables.Point.project_id == project_id,
            tables.Point.business_id.in_([key[1] for key in of_project]),
        )
        for project_id, of_project in itertools.groupby(
            keys, operator.itemgetter(0)
        )
    ]


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
def creating_for(
    session: orm.Session, task_id: str
) -> list[model.RecoveryPoint]:
    """List the points that are being made for a task."""
    rows = session.scalars(
        sa.select(tables.Point).where(
            tables.Point.task_id == task_id,
            tables.Point.status == model.PointStatus.CREATING,
        )
    )
    return base.read_all(rows)


@api.writer
def record_snapshot(
    session: orm.Session, member_id: str, snapshot_id: str
) -> None:
    """Note which snapshot Cinder made for a member; the first note stays."""
    session.execute(
        sa.update(tables.Member)
        .where(
            tables.Member.id == member_id, tables.Member.snapshot_id.is_(None)
        )
        .values(snapshot_id=snapshot_id)
    )


@api.writer
def move(
    session: orm.Session,
    point: model.RecoveryPoint,
    status: model.PointStatus,
    *,
    now: datetime.datetime,
    reason: str = '',
    not_before: datetime.datetime | None = None,
) -> model.RecoveryPoint:
    """Move a point on, by compare-and-swap on its status.

    The same status is allowed, to write ``reason`` and ``not_before``.

    :raises Conflict: the move is not allowed, or another made one; or the
        point is the last good one of its service, and stays (invariant 1)
    """
    base.check_move(moves.POINT, point.status, status)
    if status is model.PointStatus.DELETING:
        _keep_last(session, point)
    changes: dict[str, typing.Any] = {
        'status': status,
        'reason': reason,
        'not_before': not_before,
    }
    if status is model.PointStatus.GOOD and status != point.status:
        changes['completed_at'] = now
    swap = (
        sa.update(tables.Point)
        .where(
            tables.Point.id == point.id, tables.Point.status == point.status
        )
        .values(**changes)
    )
    if not base.swapped(session, swap):
        raise errors.Conflict(
            f'recovery point {point.id} is not {point.status} any more'
        )
    return dataclasses.replace(point, **changes)


def _keep_last(session: orm.Session, point: model.RecoveryPoint) -> None:
    """Refuse to give up the only good point of a service.

    The rows are locked, so that of two who each remove one of the last two
    the second sees what the first did.
    """
    good = session.scalars(
        sa.select(tables.Point.id)
        .where(
            tables.Point.project_id == point.project_id,
            tables.Point.business_id == point.business_id,
            tables.Point.status == model.PointStatus.GOOD,
        )
        .with_for_update()
    ).all()
    if list(good) == [point.id]:
        raise errors.Conflict(
            f'recovery point {point.id} is the last good one of'
            f' {point.business_id}: it is kept until there is a newer one'
        )


@api.writer
def count_delete(
    session: orm.Session, members: collections.abc.Collection[model.Member]
) -> bool:
    """Note that the deletes of these members' snapshots are asked for.

    :returns: False where another worker was quicker, which asks for them
    """
    result = session.execute(
        sa.update(tables.Member)
        .where(
            sa.or_(
                sa.false(),  # without any, or_ would mean all
                *(
                    sa.and_(
                        tables.Member.id.in_([m.id for m in of_count]),
                        tables.Member.delete_attempts == count,
                    )
                    for count, of_count in _by_attempts(members)
                ),
            )
        )
        .values(delete_attempts=tables.Member.delete_attempts + 1)
    )
    assert isinstance(result, sa.CursorResult)  # narrows the type
    return result.rowcount > 0


def _by_attempts(
    members: collections.abc.Iterable[model.Member],
) -> collections.abc.Iterator[tuple[int, list[model.Member]]]:
    attempts = operator.attrgetter('delete_attempts')
    for count, found in itertools.groupby(
        sorted(members, key=attempts), attempts
    ):
        yield count, list(found)
