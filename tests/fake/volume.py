"""Cinder, as far as the port reaches it."""

import collections

from snapfault import errors
from snapfault import resource
from tests.fake import group
from tests.fake import state


class Cinder(group.Groups):
    """Volumes, snapshots and the limits on them."""

    def __init__(self, world, faults):
        self._world = world
        self._faults = faults

    def get_volume(self, project_id, volume_id):
        return self._world.owned('volumes', project_id, volume_id).show()

    def list_volumes(self, project_id):
        return self._list('volumes', project_id)

    def find_volumes(self, project_id, marker):
        return self._find('volumes', project_id, marker)

    def get_snapshot(self, project_id, snapshot_id):
        return self._world.owned('snapshots', project_id, snapshot_id).show()

    def last_message(self, project_id, resource_id):
        # Cinder tells whoever knows the resource's id
        return self._world.messages.get(resource_id, '')

    def list_snapshots(self, project_id):
        return self._list('snapshots', project_id)

    def find_snapshots(self, project_id, marker):
        return self._find('snapshots', project_id, marker)

    def get_headroom(self, project_id):
        limits = self._world.projects[project_id].limits
        usage = self._usage(project_id)
        left = {
            name: None if limit < 0 else limit - usage[name]
            for name, limit in limits.items()
        }
        types = {name.partition('_')[2] for name in limits} - {''}
        return resource.Headroom(
            left['snapshots'],
            left['volumes'],
            left['gigabytes'],
            {
                each: resource.TypeRoom(
                    left.get(f'snapshots_{each}'),
                    left.get(f'gigabytes_{each}'),
                )
                for each in types
            },
        )

    def create_snapshot(self, project_id, volume_id, name, metadata):
        volume = self._world.owned('volumes', project_id, volume_id)
        _check_metadata(metadata)
        if volume.status not in ('available', 'in-use'):
            raise errors.CloudConflict(
                f'snapshot of volume {volume_id}, which is {volume.status}'
            )
        self._reserve(
            project_id,
            **_counted('snapshots', volume.size, volume.volume_type),
        )
        made = state.Snapshot(
            id=self._world.new_id('snap'),
            project_id=project_id,
            name=name,
            volume_id=volume_id,
            size=volume.size,
            volume_type=volume.volume_type,
            created_at=self._world.now(),
            metadata=dict(metadata),
            content=volume.content,
            image_id=volume.image_id,
            encrypted=volume.encrypted,
        )
        self._world.snapshots[made.id] = made
        fate = self._faults.take_fate('create_snapshot', volume_id, name)
        self._become(made, 'error' if fate == 'error' else 'available', fate)
        return made.show()

    def delete_snapshot(self, project_id, snapshot_id):
        found = self._world.owned('snapshots', project_id, snapshot_id)
        if found.status not in ('available', 'error'):
            raise errors.CloudConflict(
                f'delete of snapshot {snapshot_id}, which is {found.status}'
            )
        if found.group_snapshot_id is not None:
            raise errors.CloudConflict(f'{snapshot_id} is part of a group')
        found.status = 'deleting'
        fate = self._faults.take_fate('delete_snapshot', snapshot_id)
        if fate == 'busy':
            self._become(found, 'available', fate)
        elif fate == 'error':
            self._become(found, 'error_deleting', fate)
        else:
            self._world.begin(
                found.id,
                lambda: self._world.snapshots.pop(found.id),
                hung=fate == 'hang',
            )

    def create_volume(self, project_id, snapshot_id, size, name, metadata):
        snapshot = self._world.owned('snapshots', project_id, snapshot_id)
        _check_metadata(metadata)
        if snapshot.status != 'available':
            raise errors.CloudConflict(
                f'volume of snapshot {snapshot_id}, which is {snapshot.status}'
            )
        if size < snapshot.size:
            raise errors.CloudRefused(f'{size} GiB is less than the snapshot')
        source = self._world.volumes.get(snapshot.volume_id)
        kind = source.volume_type if source else None
        self._reserve(project_id, **_counted('volumes', size, kind))
        made = state.Volume(
            id=self._world.new_id('vol'),
            project_id=project_id,
            name=name,
            size=size,
            created_at=self._world.now(),
            status='creating',
            volume_type=kind,
            availability_zone=source.availability_zone if source else 'nova',
            snapshot_id=snapshot_id,
            metadata=dict(metadata),
            content=snapshot.content,
            image_id=snapshot.image_id,
            encrypted=snapshot.encrypted,
        )
        self._world.volumes[made.id] = made
        fate = self._faults.take_fate('create_volume', snapshot_id, name)
        if fate == 'lost':
            made.is_placed = False
            return made.show()
        self._become(made, 'error' if fate == 'error' else 'available', fate)
        return made.show()

    def delete_volume(self, project_id, volume_id):
        found = self._world.owned('volumes', project_id, volume_id)
        if not found.is_placed:
            del self._world.volumes[found.id]
            return
        if found.status not in ('available', 'error'):
            raise errors.CloudConflict(
                f'delete of volume {volume_id}, which is {found.status}'
            )
        if found.group_id is not None or any(
            each.volume_id == volume_id
            for each in self._world.snapshots.values()
        ):
            raise errors.CloudConflict(
                f'delete of volume {volume_id}: it must not belong to a group '
                'or have snapshots'
            )
        found.status = 'deleting'
        fate = self._faults.take_fate('delete_volume', volume_id)
        if fate == 'error':
            self._become(found, 'error_deleting', fate)
        elif fate == 'busy':
            self._become(found, 'available', fate)
        else:
            self._world.begin(
                found.id,
                lambda: self._world.volumes.pop(found.id),
                hung=fate == 'hang',
            )

    def mark_volume(self, project_id, volume_id, metadata):
        found = self._world.owned('volumes', project_id, volume_id)
        _check_metadata(metadata)
        found.metadata.update(metadata)

    def key_trouble(self, project_id, volume_id):
        found = self._world.owned('volumes', project_id, volume_id)
        return found.key_trouble if found.encrypted else ''

    def _become(self, found, status, fate):
        if fate in ('error', 'busy'):
            self._world.messages[found.id] = f'the backend says {fate}'
        self._world.begin(
            found.id,
            lambda: setattr(found, 'status', status),
            hung=fate == 'hang',
        )

    def _of(self, kind, project_id):
        everything = getattr(self._world, kind).values()
        mine = [each for each in everything if each.project_id == project_id]
        return sorted(mine, key=lambda each: (each.created_at, each.id))

    def _list(self, kind, project_id):
        return [each.show() for each in reversed(self._of(kind, project_id))]

    def _find(self, kind, project_id, marker):
        return [
            each.show()
            for each in self._of(kind, project_id)
            if each.metadata.get(resource.MARKER) == marker
        ]

    def _usage(self, project_id):
        # creating, error and deleting rows count too, as Cinder's do
        used = collections.Counter(snapshots=0, volumes=0, gigabytes=0)
        for kind in ('snapshots', 'volumes'):
            for each in self._of(kind, project_id):
                used.update(_counted(kind, each.size, each.volume_type))
        return used

    def _reserve(self, project_id, **wanted):
        limits = self._world.projects[project_id].limits
        usage = self._usage(project_id)
        for name, count in wanted.items():
            if 0 <= limits.get(name, -1) < usage[name] + count:
                raise errors.QuotaExceeded(
                    f'{name}: {usage[name]} of {limits[name]} are used'
                )


def _counted(kind, size, volume_type):
    """Give what one more counts, of its type too."""
    counts = {kind: 1, 'gigabytes': size}
    if volume_type is not None:
        counts |= {f'{name}_{volume_type}': n for name, n in counts.items()}
    return counts


def _check_metadata(metadata):
    for text in [*metadata, *metadata.values()]:
        if not isinstance(text, str) or len(text) > 255:
            raise errors.CloudRefused('metadata: text of at most 255')
