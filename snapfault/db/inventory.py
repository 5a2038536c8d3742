"""All recovery points of a project, for the comparison with the cloud."""

import collections.abc

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables


@api.reader
def projects(session: orm.Session) -> list[str]:
    """List the projects that have protections."""
    return list(
        session.scalars(
            sa.select(tables.Protection.project_id)
            .distinct()
            .order_by(tables.Protection.project_id)
        )
    )


@api.reader
def living(session: orm.Session, project_id: str) -> list[model.RecoveryPoint]:
    """List a project's points that are not deleted, newest first."""
    rows = session.scalars(
        sa.select(tables.Point)
        .where(
            tables.Point.project_id == project_id,
            tables.Point.status != model.PointStatus.DELETED,
        )
        .order_by(tables.Point.sequence.desc())
    )
    return base.read_all(rows)


@api.reader
def of_members(
    session: orm.Session, member_ids: collections.abc.Iterable[str]
) -> list[model.RecoveryPoint]:
    """List the points that these are members of, deleted ones too."""
    found: list[model.RecoveryPoint] = []
    for ids in base.chunks(member_ids):
        rows = session.scalars(
            sa.select(tables.Point)
            .join(tables.Point.members)
            .where(tables.Member.id.in_(ids))
            .distinct()
            .order_by(tables.Point.sequence)
        )
        found += base.read_all(rows)
    return found
