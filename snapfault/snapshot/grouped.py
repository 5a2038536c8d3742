"""Take and mark the snapshots of a whole group of volumes. Thin.

The members of a group snapshot cannot be given metadata when they are made.
They bear its description, which names the point, from their first moment on,
and :func:`snapfault.snapshot.marks.of` reads it as the marker.
"""

import collections.abc
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import makings
from snapfault.snapshot import levels
from snapfault.snapshot import marks
from snapfault.snapshot import plan
from snapfault.snapshot import settle

LOG = logging.getLogger(__name__)


def look(
    cloud: port.Cloud, project: port.Project, group_id: str
) -> levels.Grouping:
    """Learn of a group and of what its type promises."""
    try:
        group = project.get_group(group_id)
    except errors.NotFound:
        return levels.Grouping(None, None)
    return levels.Grouping(group, cloud.is_consistent(group.group_type_id))


def ask(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    group_id: str,
) -> None:
    """Ask for the snapshot of the group and note its id."""
    try:
        made = project.create_group_snapshot(
            group_id, marks.name(point), marks.mark(point.id)
        )
    except errors.NotFound as error:
        # the next try looks anew where the volumes are
        raise errors.CloudConflict(f'group {group_id} is gone') from error
    makings.record_group_snapshot(database, point.id, made)


def stamp(
    project: port.Project,
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
) -> bool:
    """Put the marker into the metadata of the members that lack it.

    :param found: the project's snapshots by marker, as they were listed
    :returns: whether there were any; the next listing shows them marked
    """
    bare = [
        (member, snapshot)
        for member in point.members
        for snapshot in found.get(member.id, [])
        if resource.MARKER not in snapshot.metadata
        and plan.is_ours(snapshot, point, member)
    ]
    for member, snapshot in bare:
        try:
            project.mark_snapshot(snapshot.id, plan.metadata(point, member))
        except errors.NotFound:
            LOG.debug('Snapshot %s was gone already', snapshot.id)
    return bool(bare)


def wholes(left: settle.Removal) -> list[str]:
    """Give the group snapshots that are to be removed as such."""
    found = {snapshot.group_snapshot_id for _, snapshot in left.ask}
    return sorted(filter(None, found))


def delete(project: port.Project, group_snapshot_id: str) -> None:
    """Ask for a group snapshot's removal; what is left is seen later."""
    try:
        project.delete_group_snapshot(group_snapshot_id)
    except errors.NotFound:
        LOG.debug('Group snapshot %s was gone already', group_snapshot_id)
    except (errors.CloudConflict, errors.CloudRefused) as error:
        LOG.warning(
            'Group snapshot %s is not deleted: %s', group_snapshot_id, error
        )
