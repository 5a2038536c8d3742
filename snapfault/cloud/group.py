"""Ask Cinder about groups of volumes, and for snapshots of a whole group."""

import typing

from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import translate

#: What an administrator says of a group type whose backends take the
#: snapshots of a group at one moment.
CONSISTENT: typing.Final = 'consistent_group_snapshot_enabled'


@translate.sensible
def get_group(door: doors.Door, group_id: str) -> resource.Group:
    """Read a group."""
    found = door.get('block_storage', 'groups', group_id)['group']
    return resource.Group(
        id=found['id'],
        name=found['name'] or '',
        status=found['status'],
        group_type_id=found['group_type'],
    )


@translate.sensible
def is_consistent(door: doors.Door, group_type_id: str) -> bool | None:
    """Say what a group type promises; None: it shows us no specs."""
    found = door.get('block_storage', 'group_types', group_type_id)
    specs = found['group_type'].get('group_specs')
    if specs is None:
        return None
    return str(specs.get(CONSISTENT, '')).lower() == '<is> true'


@translate.sensible
def create_group_snapshot(
    door: doors.Door, group_id: str, name: str, description: str
) -> str:
    """Ask for a snapshot of each volume of a group; give its id."""
    wanted = {'group_id': group_id, 'name': name, 'description': description}
    found = door.change(
        'POST',
        'block_storage',
        'group_snapshots',
        json={'group_snapshot': wanted},
    )
    return str(found['group_snapshot']['id'])


def delete_group_snapshot(door: doors.Door, group_snapshot_id: str) -> None:
    """Ask for a group snapshot's removal, all its members with it."""
    door.change(
        'DELETE', 'block_storage', 'group_snapshots', group_snapshot_id
    )


def mark_snapshot(
    door: doors.Door, snapshot_id: str, metadata: resource.Metadata
) -> None:
    """Add to a snapshot's metadata."""
    door.change(
        'POST',
        'block_storage',
        'snapshots',
        snapshot_id,
        'metadata',
        json={'metadata': dict(metadata)},
    )
