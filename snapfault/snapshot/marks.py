"""By what is made for a recovery point is named and found again. Pure."""

import uuid

from snapfault import model
from snapfault import resource

#: Makes the ids of points and members functions of what they stand for, so
#: that a worker that takes over finds the ids of the one that died.
NAMESPACE = uuid.UUID('0a4d2a0c-3a3f-4f0e-9a53-6a1f3e1c7b58')


def point_id(task: model.Task) -> str:
    """Give the id of the point that a task's present holder would begin."""
    return str(uuid.uuid5(NAMESPACE, f'{task.id}/claim/{task.generation}'))


def member_id(point_id: str, volume_id: str) -> str:
    """Give the id of a volume's member, which is its marker too."""
    return str(uuid.uuid5(NAMESPACE, f'{point_id}/{volume_id}'))


def name(point: model.RecoveryPoint) -> str:
    """Give the name for people of what is made for a point."""
    return f'{point.business_id} {point.scheduled_at:%Y-%m-%d %H:%M:%S}'


def mark(point_id: str) -> str:
    """Give the description that marks a group snapshot as ours."""
    return f'{resource.POINT}={point_id}'


def of(snapshot: resource.Snapshot) -> resource.Metadata:
    """Give what marks a snapshot: its metadata, or its group's description.

    The members of a group snapshot have no metadata at first; they were
    made with the description of the whole (invariant 3).
    """
    key, _, point_id = snapshot.description.partition('=')
    if (
        resource.MARKER in snapshot.metadata
        or snapshot.group_snapshot_id is None
        or key != resource.POINT
        or not point_id
    ):
        return snapshot.metadata
    return {
        **snapshot.metadata,
        resource.MARKER: member_id(point_id, snapshot.volume_id),
        resource.POINT: point_id,
    }
