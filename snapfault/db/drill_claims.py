"""Drills: who works on them, and how many at once."""

import collections.abc
import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import leases
from snapfault.db import tables

WAITING: typing.Final = model.DrillStatus.WAITING
RUNNING: typing.Final = model.DrillStatus.RUNNING


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How many drills may be under way at once."""

    overall: int
    project: int  #: of one project


@api.reader
def claimable(
    session: orm.Session, now: datetime.datetime, limit: int, bounds: Bounds
) -> list[model.Drill]:
    """List what waits and has room, or was left behind; oldest first.

    One whose service has an open recovery waits for its end.
    """
    table = tables.Drill
    under_way = _under_way(session)
    full = [k for k, each in under_way.items() if each.all >= bounds.project]
    left_behind = sa.and_(table.status == RUNNING, table.lease_until < now)
    found = left_behind
    if _at_work(under_way) < bounds.overall:
        found = sa.or_(left_behind, _may_begin(full))
    query = sa.select(table).where(found)
    query = query.order_by(table.created_at, table.id)
    return base.first(session, query, limit)


def _may_begin(
    full: collections.abc.Collection[str],
) -> sa.ColumnElement[bool]:
    in_recovery = sa.exists().where(
        tables.Recovery.protection_id == tables.Drill.protection_id,
        tables.Recovery.open_server_id.is_not(None),
    )
    return sa.and_(
        tables.Drill.status == WAITING,
        tables.Drill.project_id.not_in(full),
        ~in_recovery,
    )


class _Count(typing.NamedTuple):
    """The drills of a project that are under way."""

    all: int  #: those too that wait for another try to remove
    at_work: int


def _under_way(session: orm.Session) -> dict[str, _Count]:
    """Count the drills under way, by project."""
    table = tables.Drill
    left = sa.and_(table.outcome.is_not(None), table.claimed_by.is_(None))
    rows = session.execute(
        sa.select(
            table.project_id,
            sa.func.count(),
            sa.func.count(sa.case((sa.not_(left), 1))),
        )
        .where(table.status == RUNNING)
        .group_by(table.project_id)
    )
    return {row[0]: _Count(row[1], row[2]) for row in rows}


def _at_work(under_way: dict[str, _Count]) -> int:
    """Count those of all projects that somebody is at.

    What cannot be removed is in the way of none but its own project: that
    may be out of reach for ever.
    """
    return sum(each.at_work for each in under_way.values())


@api.writer
def claim(
    session: orm.Session,
    drill: model.Drill,
    worker: str,
    now: datetime.datetime,
    lease_until: datetime.datetime,
    bounds: Bounds,
) -> model.Drill | None:
    """Win a drill for a worker.

    :returns: None where another was quicker, or took the last room
    """
    if drill.status is WAITING and not _has_room(session, drill, bounds):
        return None
    changes: dict[str, typing.Any] = {
        'status': RUNNING,
        'generation': drill.generation + 1,
        'claimed_by': worker,
        'lease_until': lease_until,
        'started_at': drill.started_at or now,
    }
    # Its holder may have renewed the lease since the row was read.
    free = leases.free(tables.Drill, now)
    if not leases.swap(session, tables.Drill, drill, free, **changes):
        return None
    # Or have gone on with the journal, though its lease was over.
    row = session.get_one(tables.Drill, drill.id)
    return typing.cast('model.Drill', base.read(row))


def _has_room(
    session: orm.Session, drill: model.Drill, bounds: Bounds
) -> bool:
    """Count once more, with the rows locked: of two the second sees both."""
    session.execute(
        sa.select(tables.Drill.id)
        .where(tables.Drill.open_protection_id.is_not(None))
        .order_by(tables.Drill.id)
        .with_for_update()
    ).all()
    under_way = _under_way(session)
    mine = under_way.get(drill.project_id, _Count(0, 0))
    has_room = _at_work(under_way) < bounds.overall
    return has_room and mine.all < bounds.project


def hold(
    session: orm.Session, drill: model.Drill, **changes: typing.Any
) -> model.Drill:
    """Change a held drill's row.

    :raises LeaseLost: another worker holds it
    """
    if not leases.swap(session, tables.Drill, drill, **changes):
        raise errors.LeaseLost(f"drill {drill.id} is another worker's now")
    changes.pop('open_protection_id', None)
    return dataclasses.replace(drill, **changes)


@api.writer
def renew(
    session: orm.Session,
    drill_ids: collections.abc.Collection[str],
    worker: str,
    lease_until: datetime.datetime,
) -> None:
    """Extend the leases of what a worker is really at work on."""
    leases.renew(session, tables.Drill, worker, lease_until, drill_ids)


@api.writer
def let_go(
    session: orm.Session,
    drill: model.Drill,
    until: datetime.datetime,
) -> model.Drill:
    """Leave a drill to whoever looks after ``until``; it stays under way.

    :raises LeaseLost: another worker holds it
    """
    return hold(session, drill, claimed_by=None, lease_until=until)
