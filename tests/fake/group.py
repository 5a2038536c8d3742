"""Cinder's groups of volumes, and snapshots of whole groups."""

from snapfault import errors
from tests.fake import state


class Groups:
    """The part of the fake Cinder that knows groups."""

    def get_group(self, project_id, group_id):
        return self._world.owned('groups', project_id, group_id).show()

    def mark_snapshot(self, project_id, snapshot_id, metadata):
        found = self._world.owned('snapshots', project_id, snapshot_id)
        found.metadata.update(metadata)

    def create_group_snapshot(self, project_id, group_id, name, description):
        found = self._world.owned('groups', project_id, group_id)
        volumes = [
            each
            for each in self._of('volumes', project_id)
            if each.group_id == group_id
        ]
        self._check_group(found, volumes)
        if len(description) > 255:
            raise errors.CloudRefused('description: at most 255')
        size = sum(each.size for each in volumes)
        self._reserve(project_id, snapshots=len(volumes), gigabytes=size)
        whole = state.GroupSnapshot(self._world.new_id('whol'), project_id)
        self._world.group_snapshots[whole.id] = whole
        members = [
            self._member(whole, volume, name, description)
            for volume in volumes
        ]
        fate = self._faults.take_fate('create_group_snapshot', group_id, name)
        ends = 'error' if fate == 'error' else 'available'
        self._whole_becomes(whole, members, ends, fate)
        return whole.id

    def delete_group_snapshot(self, project_id, group_snapshot_id):
        whole = self._world.owned(
            'group_snapshots', project_id, group_snapshot_id
        )
        if whole.status not in ('available', 'error'):
            raise errors.CloudConflict(
                f'delete of a group snapshot that is {whole.status}'
            )
        members = [
            each
            for each in self._world.snapshots.values()
            if each.group_snapshot_id == whole.id
        ]
        for each in (whole, *members):
            each.status = 'deleting'
        fate = self._faults.take_fate('delete_group_snapshot', whole.id)
        if fate in ('error', 'busy'):
            self._whole_becomes(whole, members, 'error', fate)
        else:
            self._world.begin(
                whole.id,
                lambda: self._forget(whole, members),
                hung=fate == 'hang',
            )

    def _check_group(self, found, volumes):
        if found.status != 'available' or not volumes:
            raise errors.CloudConflict(
                f'group {found.id} is {found.status} with {len(volumes)}'
            )
        for each in volumes:
            if each.status not in ('available', 'in-use'):
                raise errors.CloudConflict(
                    f'snapshot of volume {each.id}, which is {each.status}'
                )

    def _member(self, whole, volume, name, description):
        made = state.Snapshot(
            id=self._world.new_id('snap'),
            project_id=whole.project_id,
            name=name,
            volume_id=volume.id,
            size=volume.size,
            volume_type=volume.volume_type,
            created_at=self._world.now(),
            content=volume.content,
            description=description,
            group_snapshot_id=whole.id,
        )
        self._world.snapshots[made.id] = made
        return made

    def _whole_becomes(self, whole, members, status, fate):
        def end():
            for each in (whole, *members):
                each.status = status

        self._world.begin(whole.id, end, hung=fate == 'hang')

    def _forget(self, whole, members):
        del self._world.group_snapshots[whole.id]
        for each in members:
            del self._world.snapshots[each.id]
