"""How protections stand, many at once: what ranking looks at."""

import collections.abc
import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import columns
from snapfault.db import tables


@api.reader
def protecting(
    session: orm.Session, services: collections.abc.Collection[base.Service]
) -> dict[base.Service, model.Protection]:
    """Read what protects these business services now, if anything does."""
    found: dict[base.Service, model.Protection] = {}
    for condition in base.of_services(tables.Protection, services):
        rows = session.scalars(sa.select(tables.Protection).where(condition))
        found.update(
            {(p.project_id, p.business_id): p for p in base.read_all(rows)}
        )
    return found


@api.reader
def last_good_at(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> dict[str, datetime.datetime]:
    """Give when each service's newest good point was complete.

    A protection without one is left out.
    """
    found: dict[str, datetime.datetime] = {}
    for ids in base.chunks(protection_ids):
        rows = session.execute(
            sa.select(
                tables.Protection.id,
                sa.func.max(tables.Point.completed_at, type_=columns.Utc()),
            )
            .join(
                tables.Point,
                sa.and_(
                    tables.Point.project_id == tables.Protection.project_id,
                    tables.Point.business_id == tables.Protection.business_id,
                ),
            )
            .where(
                tables.Protection.id.in_(ids),
                tables.Point.status == model.PointStatus.GOOD,
            )
            .group_by(tables.Protection.id)
        )
        found.update(
            {each[0]: each[1] for each in rows if each[1] is not None}
        )
    return found


@api.reader
def failures(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> dict[str, int]:
    """Count each one's failed runs since the last one that was done.

    A protection without any is left out.
    """
    found: dict[str, int] = {}
    for ids in base.chunks(protection_ids):
        found.update(
            (each.protection_id, each.failed)
            for each in session.execute(_failures(ids))
        )
    return found


def _failures(ids: list[str]) -> sa.Select[str, int]:
    table = tables.Task
    done = (
        sa.select(
            table.protection_id,
            sa.func.max(table.scheduled_at, type_=columns.Utc()).label('at'),
        )
        .where(
            table.protection_id.in_(ids),
            table.status == model.TaskStatus.DONE,
        )
        .group_by(table.protection_id)
        .subquery()
    )
    return (
        sa.select(table.protection_id, sa.func.count().label('failed'))
        .outerjoin(done, done.c.protection_id == table.protection_id)
        .where(
            table.protection_id.in_(ids),
            table.status == model.TaskStatus.FAILED,
            sa.or_(done.c.at.is_(None), table.scheduled_at > done.c.at),
        )
        .group_by(table.protection_id)
    )
