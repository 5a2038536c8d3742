"""Ask Cinder; what it answers leaves as :mod:`snapfault.resource`."""

import collections.abc
import json
import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import times
from snapfault.cloud import translate

#: Cinder's own limit on a page, unless its operator lowered it.
PAGE: typing.Final = 1000

Found = dict[str, typing.Any]


@translate.sensible
def get_volume(door: doors.Door, volume_id: str) -> resource.Volume:
    """Read a volume."""
    return _volume(door.get('block_storage', 'volumes', volume_id)['volume'])


@translate.sensible
def list_volumes(door: doors.Door) -> list[resource.Volume]:
    """List all volumes."""
    return [_volume(each) for each in _pages(door, 'volumes')]


@translate.sensible
def find_volumes(door: doors.Door, marker: str) -> list[resource.Volume]:
    """List the volumes that carry a marker, the oldest first."""
    return [_volume(each) for each in _marked(door, 'volumes', marker)]


@translate.sensible
def list_snapshots(door: doors.Door) -> list[resource.Snapshot]:
    """List all snapshots."""
    return [_snapshot(each) for each in _pages(door, 'snapshots')]


@translate.sensible
def find_snapshots(door: doors.Door, marker: str) -> list[resource.Snapshot]:
    """List the snapshots that carry a marker, the oldest first."""
    return [_snapshot(each) for each in _marked(door, 'snapshots', marker)]


@translate.sensible
def get_headroom(door: doors.Door) -> resource.Headroom:
    """Read what the limits leave; snapshots count as gigabytes too."""
    limits = door.get('block_storage', 'limits')['limits']['absolute']

    def left(limit: str, used: str) -> int | None:
        bound = int(limits[limit])
        return None if bound < 0 else bound - int(limits[used])

    return resource.Headroom(
        snapshots=left('maxTotalSnapshots', 'totalSnapshotsUsed'),
        volumes=left('maxTotalVolumes', 'totalVolumesUsed'),
        gigabytes=left('maxTotalVolumeGigabytes', 'totalGigabytesUsed'),
    )


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
    return _volume(found['volume'])


def _marked(door: doors.Door, kind: str, marker: str) -> list[Found]:
    wanted = {resource.MARKER: marker}
    found = [
        each
        for each in _pages(door, kind, metadata=json.dumps(wanted))
        # a Cinder whose filters are configured away lists everything
        if each['metadata'].get(resource.MARKER) == marker
    ]
    return sorted(found, key=lambda each: (each['created_at'], each['id']))


def _pages(
    door: doors.Door, kind: str, **filters: str
) -> collections.abc.Iterator[Found]:
    """Go through all pages, by marker: an offset would miss what moves up.

    :raises CloudUnavailable: the last of a page was deleted meanwhile
    """
    params: dict[str, str | int] = {**filters, 'limit': PAGE}
    while True:
        try:
            page = door.get('block_storage', kind, 'detail', params=params)
        except errors.NotFound as error:
            raise errors.CloudUnavailable(
                f'the list of {kind} changed while it was read'
            ) from error
        yield from page[kind]
        if not page[kind] or not page.get(f'{kind}_links'):
            return
        params['marker'] = page[kind][-1]['id']


def _volume(found: Found) -> resource.Volume:
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
