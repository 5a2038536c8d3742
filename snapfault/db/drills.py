"""Drills: what is asked for, and what people are told of them."""

import datetime
import typing
import uuid

from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import pages
from snapfault.db import removal
from snapfault.db import tables

#: The cause of a drill that no schedule asks for.
ASKED: typing.Final = 'asked for by a person'
#: What the alarms of drills begin with, and no others.
BEGINNING: typing.Final = 'drill '


@api.writer
def create(session: orm.Session, drill: model.Drill) -> model.Drill:
    """Add a drill that waits for a worker.

    :raises Conflict: one of that protection is open, or it ends
    :raises NotFound: the protection is gone
    """
    removal.hold_off(session, drill.protection_id)
    session.add(tables.Drill(**row(drill)))
    base.flush(session, f'a drill of {drill.business_id} is open already')
    return drill


def new(
    protection: model.Protection | tables.Protection,
    cause: str,
    now: datetime.datetime,
    point_id: str | None = None,
) -> model.Drill:
    """Describe a drill that waits; nothing is written.

    :param point_id: what a person named; None: the newest good one
    """
    return model.Drill(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        status=model.DrillStatus.WAITING,
        cause=cause,
        point_id=point_id,
        reason='',
        generation=0,
        claimed_by=None,
        lease_until=None,
        steps=(),
        created_at=now,
        started_at=None,
        finished_at=None,
    )


def row(drill: model.Drill) -> dict[str, typing.Any]:
    """Give the columns of a drill that is open and has no journal."""
    values = base.values(drill, model.Drill)
    del values['steps']
    return {**values, 'open_protection_id': drill.protection_id}


@api.reader
def get(
    session: orm.Session, project_id: str | None, drill_id: str
) -> model.Drill:
    """Read a drill with its journal.

    :raises NotFound: the project has none of that id
    """
    found = base.one(session, tables.Drill, project_id, drill_id, 'drill')
    return typing.cast('model.Drill', base.read(found))


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    business_id: str | None = None,
    status: model.DrillStatus | None = None,
) -> list[model.Drill]:
    """List drills, newest first without an ``order``."""
    conditions = [
        *base.mine(tables.Drill, project_id),
        *base.equal(tables.Drill, business_id=business_id, status=status),
    ]
    return pages.page(session, tables.Drill, conditions, limit, marker, order)


def report(drill: model.Drill) -> str:
    """Say what a person must know of a drill; empty: nothing."""
    name = f'{BEGINNING}{drill.id}'
    status = model.DrillStatus
    if drill.status is status.FAILED:
        return (
            f'{name} has disproven recovery point {drill.point_id}, which no'
            f' recovery takes from now on: {drill.reason}'
        )
    if drill.status is status.REFUSED and drill.cause != ASKED:
        return (
            f'{name} has proven nothing: {drill.reason}; once that is mended,'
            f' openstack recovery drill create {drill.business_id}'
        )
    return ''
