"""Find what is ours in the cloud and no row knows, or what is there twice.

It reads through the port, so that the fake and real services are judged
alike.
"""

import collections

import sqlalchemy as sa

from snapfault import model
from snapfault import resource
from snapfault.db import tables

OPEN = (*model.OPEN_RECOVERY, *model.OPEN_DRILL)
#: In quarantine, and not out of it yet.
KEPT = (model.KeptStatus.KEPT, model.KeptStatus.REMOVING)
#: Points whose snapshots are ours to know.
LIVING = (
    model.PointStatus.CREATING,
    model.PointStatus.GOOD,
    model.PointStatus.DELETING,
    model.PointStatus.LOST,
)


def strays(project, database):
    """Give a sentence for each orphan and each double of a project."""
    rows = _Rows(database)
    found = [
        *(('snapshot', each) for each in project.list_snapshots()),
        *(('volume', each) for each in project.list_volumes()),
        *(('server', each) for each in project.list_servers()),
    ]
    ours = [(kind, each) for kind, each in found if rows.is_ours(kind, each)]
    return [
        *_doubles(ours),
        *(
            f'{kind} {each.id} ({each.status}, {dict(each.metadata)}) is'
            ' known to no row'
            for kind, each in ours
            if not rows.knows(kind, each)
        ),
        *_restored_twice(ours),
    ]


class _Rows:
    """What the tables say is ours."""

    def __init__(self, database):
        with database.reader() as session:
            self._members = set(
                session.scalars(
                    sa.select(tables.Member.snapshot_id)
                    .join(tables.Point)
                    .where(tables.Point.status.in_(LIVING))
                )
            )
            self._kept = set(
                session.scalars(
                    sa.select(tables.Kept.resource_id).where(
                        tables.Kept.status.in_(KEPT)
                    )
                )
            )
            self._back = set(
                session.scalars(
                    sa.select(tables.Kept.resource_id).where(
                        tables.Kept.status == model.KeptStatus.RETURNED
                    )
                )
            )
            works = [
                each
                for table in (tables.Recovery, tables.Drill)
                for each in session.scalars(sa.select(table)).all()
            ]
            self._open = {each.id for each in works if each.status in OPEN}
            self._detached = {
                step.arguments['volume_id']
                for step in session.scalars(
                    sa.select(tables.Step).where(tables.Step.name == 'detach')
                )
            }
            self._servers = {
                each.id: each.server_id
                for each in works
                if isinstance(each, tables.Recovery)
            }

    def is_ours(self, kind, each):
        """Say whether we made it, or took it away from a server."""
        marked = any(key.startswith(resource.PREFIX) for key in each.metadata)
        return marked or (
            kind == 'volume'
            and each.id in self._detached
            and not each.attached_to
        )

    def knows(self, kind, each):
        """Say whether a row accounts for a resource."""
        marker = each.metadata.get(resource.MARKER, '')
        if {each.id, marker} & self._kept:
            return True
        if each.id in self._back and each.attached_to:
            return True  # it has been put back
        if marker.partition('/')[0] in self._open:
            return True  # it is being worked on
        if kind == 'snapshot':
            return each.id in self._members
        if kind == 'volume':
            recovery_id = each.metadata.get(resource.RECOVERY, '')
            return self._servers.get(recovery_id) in each.attached_to
        # a server keeps the mark of the recovery that has rebuilt it
        recovery_id, _, _ = each.metadata.get(resource.RECOVERY, '').partition(
            '/'
        )
        return self._servers.get(recovery_id) == each.id


def _doubles(ours):
    counted = collections.Counter(
        (kind, each.metadata[resource.MARKER])
        for kind, each in ours
        if resource.MARKER in each.metadata
    )
    return [
        f'{count} {kind}s are marked {marker}'
        for (kind, marker), count in counted.items()
        if count > 1
    ]


def _restored_twice(ours):
    """Look for two volumes of one snapshot at one server."""
    counted = collections.Counter(
        (server_id, each.snapshot_id)
        for kind, each in ours
        if kind == 'volume' and each.snapshot_id is not None
        for server_id in each.attached_to
    )
    return [
        f'{count} volumes of snapshot {snapshot_id} are attached to'
        f' {server_id}'
        for (server_id, snapshot_id), count in counted.items()
        if count > 1
    ]
