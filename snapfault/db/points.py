"""Recovery points: the snapshot history."""

import collections.abc
import contextlib
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
from snapfault.db import generations
from snapfault.db import limits as bounds
from snapfault.db import news
from snapfault.db import pages
from snapfault.db import point_guards
from snapfault.db import tables


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
    row = base.one(
        session, tables.Point, project_id, point_id, 'recovery point'
    )
    return typing.cast('model.RecoveryPoint', base.read(row))


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    business_id: str | None = None,
    status: model.PointStatus | None = None,
    protection_id: str | None = None,
) -> list[model.RecoveryPoint]:
    """List points in an order, deleted ones too."""
    conditions = [
        *base.mine(tables.Point, project_id),
        *base.equal(
            tables.Point,
            business_id=business_id,
            status=status,
            protection_id=protection_id,
        ),
    ]
    return pages.page(session, tables.Point, conditions, limit, marker, order)


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
    session: orm.Session, keys: collections.abc.Collection[base.Service]
) -> dict[base.Service, list[model.RecoveryPoint]]:
    """Give the history of many services, in a few statements."""
    found: dict[base.Service, list[model.RecoveryPoint]] = {
        key: [] for key in keys
    }
    for services in base.of_services(tables.Point, keys):
        rows = session.scalars(
            sa.select(tables.Point)
            .where(
                services,
                tables.Point.status != model.PointStatus.DELETED,
            )
            .order_by(tables.Point.sequence.desc())
        )
        for point in base.read_all(rows):
            found[point.project_id, point.business_id].append(point)
    return found


histories = api.reader(_histories)


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


def _move(  # noqa: PLR0913 - what a move writes, each by its name
    session: orm.Session,
    point: model.RecoveryPoint,
    status: model.PointStatus,
    *,
    now: datetime.datetime,
    reason: str = '',
    not_before: datetime.datetime | None = None,
    skew: float | None = None,
    generation: int | None = None,
) -> model.RecoveryPoint:
    """Move a point on, by compare-and-swap on its status.

    The same status is allowed, to write ``reason`` and ``not_before``.

    :param skew: of one that becomes ``good``, see the model
    :param generation: as a person read it; None: whatever it is now
    :raises ChangedMeanwhile: it has another generation
    :raises Conflict: the move is not allowed, or another made one; or it is
        the last good one of its service (invariant 1), pinned, or read from
    """
    base.check_move(moves.POINT, point.status, status)
    guards: list[sa.ColumnElement[bool]] = []
    if status is model.PointStatus.DELETING and status != point.status:
        point_guards.keep_last(session, point)
        guards = point_guards.may_go()
    changes: dict[str, typing.Any] = {'status': status}
    changes |= {'reason': reason, 'not_before': not_before}
    if status is model.PointStatus.GOOD and status != point.status:
        changes |= {'completed_at': now, 'skew': skew}
    if generation is not None:
        changes['generation'] = generations.of_point(
            session, point.id, generation
        )
    if not _swap(session, point, changes, *guards):
        raise errors.Conflict(point_guards.why_not(session, point))
    moved = dataclasses.replace(point, **changes)
    if status is not point.status:
        news.moved(session, 'recovery_point', moved, now)
    return moved


move = api.writer(_move)


@api.writer
def call_good(
    session: orm.Session,
    ready: collections.abc.Iterable[model.RecoveryPoint],
    now: datetime.datetime,
) -> list[model.RecoveryPoint]:
    """Move to ``good``, with their skew, those not moved on meanwhile.

    :param ready: ``creating`` as yet, whatever their own status says
    """
    status, good = model.PointStatus, []
    for point in ready:
        was = dataclasses.replace(point, status=status.CREATING)
        with contextlib.suppress(errors.Conflict):
            moved = _move(session, was, status.GOOD, now=now, skew=point.skew)
            good.append(moved)
    return good


def _swap(
    session: orm.Session,
    point: model.RecoveryPoint,
    changes: dict[str, typing.Any],
    *guards: sa.ColumnElement[bool],
) -> bool:
    swap = sa.update(tables.Point).where(
        tables.Point.id == point.id,
        tables.Point.status == point.status,
        *guards,
    )
    return base.swapped(session, swap.values(**changes))


@api.writer
def set_pinned(
    session: orm.Session,
    point: model.RecoveryPoint,
    pinned: bool,
    limits: model.Limits = model.UNLIMITED,
    generation: int | None = None,
) -> model.RecoveryPoint:
    """Pin a point, so that nothing removes it, or unpin it.

    :param generation: as it was read; None: whatever it is now
    :raises Conflict: only a good one can be pinned
    :raises ChangedMeanwhile: it has another generation
    :raises QuotaExceeded: the project has as many as it may
    """
    if pinned and not point.pinned:
        more = {model.Limited.PINNED: 1}
        bounds.admit(session, point.project_id, limits, more)
    generation = generations.of_point(session, point.id, generation)
    whole = [model.PointStatus.GOOD] if pinned else list(model.PointStatus)
    swap = (
        sa.update(tables.Point)
        .where(tables.Point.id == point.id, tables.Point.status.in_(whole))
        .values(pinned=pinned)
    )
    if not base.swapped(session, swap):
        raise errors.Conflict(
            f'recovery point {point.id} is {point.status}: only a good one'
            ' can be pinned'
        )
    return dataclasses.replace(point, pinned=pinned, generation=generation)


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
