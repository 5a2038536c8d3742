"""Ask Cinder; what it answers leaves as :mod:`snapfault.resource`."""

import json
import typing

from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import pages
from snapfault.cloud import times
from snapfault.cloud import translate

Found = dict[str, typing.Any]


@translate.sensible
def get_volume(door: doors.Door, volume_id: str) -> resource.Volume:
    """Read a volume."""
    return volume_of(door.get('block_storage', 'volumes', volume_id)['volume'])


@translate.sensible
def list_volumes(door: doors.Door) -> list[resource.Volume]:
    """List all volumes."""
    return [
        volume_of(each)
        for each in pages.read(door, 'block_storage', 'volumes')
    ]


@translate.sensible
def find_volumes(door: doors.Door, marker: str) -> list[resource.Volume]:
    """List the volumes that carry a marker, the oldest first."""
    return [volume_of(each) for each in _marked(door, 'volumes', marker)]


@translate.sensible
def get_snapshot(door: doors.Door, snapshot_id: str) -> resource.Snapshot:
    """Read a snapshot."""
    found = door.get('block_storage', 'snapshots', snapshot_id)
    return _snapshot(found['snapshot'])


@translate.sensible
def list_snapshots(door: doors.Door) -> list[resource.Snapshot]:
    """List all snapshots."""
    return [
        _snapshot(each)
        for each in pages.read(door, 'block_storage', 'snapshots')
    ]


@translate.sensible
def find_snapshots(door: doors.Door, marker: str) -> list[resource.Snapshot]:
    """List the snapshots that carry a marker, the oldest first."""
    return [_snapshot(each) for each in _marked(door, 'snapshots', marker)]


@translate.sensible
def last_message(door: doors.Door, resource_id: str) -> str:
    """Read the newest message on a resource."""
    found = door.get(
        'block_storage',
        'messages',
        params={
            'resource_uuid': resource_id,
            'sort': 'created_at:desc',
            'limit': 1,
        },
    )['messages']
    return str(found[0]['user_message']) if found else ''


@translate.sensible
def create_snapshot(
    door: doors.Door,
    volume_id: str,
    name: str,
    metadata: resource.Metadata,
) -> resource.Snapshot:
    """Ask for a snapshot, marked from its first moment."""
    wanted = {
        'volume_id': volume_id,
        'name': name,
        'metadata': dict(metadata),
        'force': True,  # in use; needed below 3.66, allowed above
    }
    found = door.change(
        'POST', 'block_storage', 'snapshots', json={'snapshot': wanted}
    )
    return _snapshot(found['snapshot'])


def delete_snapshot(door: doors.Door, snapshot_id: str) -> None:
    """Ask for a snapshot's removal."""
    door.change('DELETE', 'block_storage', 'snapshots', snapshot_id)


@translate.sensible
def create_volume(
    door: doors.Door,
    snapshot_id: str,
    size: int,
    name: str,
    metadata: resource.Metadata,
) -> resource.Volume:
    """Ask for a volume; type and zone are the snapshot's."""
    wanted = {
        'snapshot_id': snapshot_id,
        'size': size,
        'name': name,
        'metadata': dict(metadata),
    }
    found = door.change(
        'POST', 'block_storage', 'volumes', json={'volume': wanted}
    )
    return volume_of(found['volume'])


def delete_volume(door: doors.Door, volume_id: str) -> None:
    """Ask for a volume's removal, and not for its snapshots' (cascade)."""
    door.change('DELETE', 'block_storage', 'volumes', volume_id)


def mark_volume(
    door: doors.Door, volume_id: str, metadata: resource.Metadata
) -> None:
    """Add to a volume's metadata."""
    door.change(
        'POST',
        'block_storage',
        'volumes',
        volume_id,
        'metadata',
        json={'metadata': dict(metadata)},
    )


def _marked(door: doors.Door, kind: str, marker: str) -> list[Found]:
    wanted = {resource.MARKER: marker}
    found = [
        each
        for each in pages.read(
            door, 'block_storage', kind, metadata=json.dumps(wanted)
        )
        # a Cinder whose filters are configured away lists everything
        if each['metadata'].get(resource.MARKER) == marker
    ]
    return sorted(found, key=lambda each: (each['created_at'], each['id']))


def volume_of(found: Found) -> resource.Volume:
    """Translate a volume as Cinder writes it."""
    return resource.Volume(
        id=found['id'],
        name=found['name'] or '',
        status=found['status'],
        size=int(found['size']),
        volume_type=found['volume_type'],
        availability_zone=found['availability_zone'],
        snapshot_id=found['snapshot_id'],
        attached_to=tuple(
            str(each['server_id']) for each in found['attachments']
        ),
        multiattach=bool(found['multiattach']),
        metadata=dict(found['metadata']),
        group_id=found.get('group_id'),
        places=tuple(_place(each) for each in found['attachments']),
        bootable=found['bootable'] == 'true',
        image_id=(found.get('volume_image_metadata') or {}).get('image_id'),
        encrypted=bool(found['encrypted']),
    )


def _place(found: Found) -> resource.Place:
    at = found['attached_at']
    return resource.Place(
        server_id=str(found['server_id']),
        device=found['device'] or '',
        attached_at=times.parse(at) if at else None,
    )


def _snapshot(found: Found) -> resource.Snapshot:
    return resource.Snapshot(
        id=found['id'],
        name=found['name'] or '',
        volume_id=found['volume_id'],
        status=found['status'],
        size=int(found['size']),
        metadata=dict(found['metadata']),
        created_at=times.parse(found['created_at']),
        description=found.get('description') or '',
        group_snapshot_id=found.get('group_snapshot_id'),
    )
