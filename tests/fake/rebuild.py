"""Nova's rebuilds: from an image, and on another host."""

from snapfault import errors
from snapfault import resource


class Rebuilds:
    """The part of the fake Nova that makes servers anew."""

    def rebuild_server(
        self, project_id, server_id, image_id, marker, metadata=None
    ):
        server = self._ready(
            project_id, server_id, ('ACTIVE', 'SHUTOFF', 'ERROR')
        )
        self._check_rebuild(project_id, server, image_id)
        if metadata is not None:
            server.metadata = dict(metadata)
        server.metadata[resource.RECOVERY] = marker
        if server.root_id is None:
            server.image_id = image_id
        server.rebuilds += 1
        was, server.status = server.status, 'REBUILD'
        server.task_state = 'rebuilding'
        fate = self._faults.take_fate('rebuild_server', server_id)
        if server.root_id is None:
            writes = ()
        else:
            writes = (lambda: self._reimage(server, image_id, fate),)
        self._world.begin(
            server_id,
            lambda: self._rebuild_detaches(server),
            *writes,
            lambda: self._rebuild_ends(server, was, fate),
            hung=fate == 'hang' or server.is_stuck,
        )

    def evacuate(self, server_id):
        """Begin an evacuation; the server is stopped there, unless in ERROR.

        Nova does not look whether something else is under way.
        """
        server = self._world.servers[server_id]
        if server.status not in ('ACTIVE', 'SHUTOFF', 'ERROR'):
            raise errors.CloudConflict(f'server is {server.status}')
        if server.host_status == 'UP':
            raise errors.CloudConflict(
                f'Compute service of {server.host.name} is still in use.'
            )
        was, server.status = server.status, 'REBUILD'
        server.task_state = 'rebuilding'
        fate = self._faults.take_fate('evacuate_server', server_id)
        self._world.begin(
            server_id,
            lambda: None,
            lambda: self._evacuation_ends(server, was, fate),
            hung=fate == 'hang',
        )

    def _check_rebuild(self, project_id, server, image_id):
        if server.root_id is not None and not self.reimages:
            raise errors.CloudRefused(
                f'server {server.id} boots from a volume, and a rebuild keeps'
                ' it as it is'
            )
        image = self._world.images.get(image_id)
        if image is None or image.project_id not in (project_id, None):
            raise errors.CloudRefused(f'no image {image_id}')
        if image.status != 'active':
            raise errors.CloudRefused(f'image {image_id} is {image.status}')
        for volume_id in server.attachments:
            status = self._world.volumes[volume_id].status
            if status != 'in-use':
                raise errors.CloudRefused(f'volume {volume_id} is {status}')

    def _rebuild_detaches(self, server):
        server.task_state = 'rebuild_spawning'
        self._set_volumes(server, 'reserved')

    def _reimage(self, server, image_id, fate):
        """Write the root volume anew: all that was on it is lost."""
        root = self._world.volumes[server.root_id]
        root.status = 'downloading'
        if fate != 'reimage':
            root.content = self._world.images[image_id].content
            root.image_id = image_id

    def _rebuild_ends(self, server, was, fate):
        server.task_state = None
        server.boots += fate == ''
        server.is_running = fate == ''
        if fate not in ('reserved', 'reimage'):  # it came to the new guest
            self._set_volumes(server, 'in-use')
        if fate == 'reimage':
            self._world.volumes[server.root_id].status = 'error'
        if fate in ('error', 'reserved', 'reimage'):
            self.set_error(server, 'rebuild failed')
        else:
            server.status = 'ACTIVE'
            if was == 'SHUTOFF':
                self._stop_again(server)

    def _stop_again(self, server):
        """Stop what booted once: for a moment it seems to be at rest."""
        self._world.begin(
            server.id,
            lambda: setattr(server, 'task_state', 'powering-off'),
            lambda: self._power_ends(server, 'SHUTOFF', ''),
        )

    def _evacuation_ends(self, server, was, fate):
        server.task_state = None
        others = [
            each
            for each in self._world.hosts.values()
            if each.status == 'UP' and each.is_enabled
        ]
        if fate == 'error' or not others:
            self.set_error(server, 'No valid host was found.')
            return
        server.host = others[0]
        server.status = 'ACTIVE'
        self._set_volumes(server, 'in-use')
        if was != 'ERROR':
            self._stop_again(server)

    def _set_volumes(self, server, status):
        for volume_id in server.attachments:
            volume = self._world.volumes[volume_id]
            volume.status = status
            volume.attached_at = self._world.now()
