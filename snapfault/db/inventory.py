"""All recovery points of a project, for the comparison with the cloud."""

import collections.abc
import dataclasses

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


@dataclasses.dataclass(frozen=True)
class Accounted:
    """What rows say of what recoveries and drills of a project made."""

    kept: frozenset[str]  #: ids, or markers, of what recoveries took away
    open: frozenset[str]  #: ids of the recoveries and drills under way

    def knows(self, resource_id: str, marker: str) -> bool:
        """Say whether a row accounts for a resource with such a marker."""
        work, _, _ = marker.partition('/')
        return bool({resource_id, marker} & self.kept) or work in self.open


@api.reader
def accounted(session: orm.Session, project_id: str) -> Accounted:
    """Read it in three statements."""
    kept = session.scalars(
        sa.select(tables.Kept.resource_id).where(
            tables.Kept.project_id == project_id,
            tables.Kept.status.in_(
                [
                    model.KeptStatus.KEPT,
                    model.KeptStatus.REMOVING,
                    model.KeptStatus.RETURNED,
                ]
            ),
        )
    ).all()
    begun: list[str] = []
    for table, statuses in (
        (tables.Recovery, list(model.OPEN_RECOVERY)),
        (tables.Drill, list(model.OPEN_DRILL)),
    ):
        begun += session.scalars(
            sa.select(table.id).where(
                table.project_id == project_id, table.status.in_(statuses)
            )
        )
    return Accounted(frozenset(kept), frozenset(begun))
