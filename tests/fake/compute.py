"""Nova, as far as the port reaches it, and Glance's images."""

import dataclasses
import string

from snapfault import errors
from snapfault import resource
from tests.fake import image

#: States in which Nova attaches and detaches: ERROR is not among them.
ATTACHABLE = ('ACTIVE', 'PAUSED', 'SHUTOFF')


class Nova(image.Images):
    """Servers, what is attached to them, and the images they boot."""

    def __init__(self, world, faults):
        self._world = world
        self._faults = faults

    def get_server(self, project_id, server_id):
        return self._world.owned('servers', project_id, server_id).show()

    def list_servers(self, project_id):
        return [
            each.show()
            for each in self._world.servers.values()
            if each.project_id == project_id
        ]

    def list_attachments(self, project_id, server_id):
        server = self._world.owned('servers', project_id, server_id)
        return sorted(
            server.attachments.values(), key=lambda each: each.device
        )

    def rebuild_server(self, project_id, server_id, image_id, marker):
        server = self._ready(
            project_id, server_id, ('ACTIVE', 'SHUTOFF', 'ERROR')
        )
        self._check_rebuild(project_id, server, image_id)
        server.metadata[resource.RECOVERY] = marker
        server.image_id = image_id
        server.rebuilds += 1
        was, server.status = server.status, 'REBUILD'
        server.task_state = 'rebuilding'
        fate = self._faults.take_fate('rebuild_server', server_id)
        hung = fate == 'hang' or server.host_status == 'UNKNOWN'
        self._world.begin(
            server_id,
            lambda: self._rebuild_detaches(server),
            lambda: self._rebuild_ends(server, was, fate),
            hung=hung,
        )

    def stop_server(self, project_id, server_id):
        server = self._ready(project_id, server_id, ('ACTIVE', 'ERROR'))
        self._power(server, 'stop_server', 'powering-off', 'SHUTOFF')

    def start_server(self, project_id, server_id):
        server = self._ready(project_id, server_id, ('SHUTOFF',))
        server.boots += 1
        self._power(server, 'start_server', 'powering-on', 'ACTIVE')

    def detach_volume(self, project_id, server_id, volume_id):
        server = self._world.owned('servers', project_id, server_id)
        if volume_id not in server.attachments:
            raise errors.NotFound(f'{volume_id} is not attached')
        self._ready(project_id, server_id, ATTACHABLE)
        if server.host_status not in ('UP', None):
            raise errors.CloudConflict('the compute service is not up')
        volume = self._world.volumes[volume_id]
        if volume.status != 'in-use':
            raise errors.CloudConflict(
                f'detach of volume {volume_id}, which is {volume.status}'
            )
        volume.status = 'detaching'
        fate = self._faults.take_fate('detach_volume', server_id, volume_id)
        self._world.begin(
            volume_id,
            lambda: self._detach_ends(server, volume, fate),
            hung=fate == 'hang',
        )

    def attach_volume(self, project_id, server_id, attachment):
        server = self._ready(project_id, server_id, ATTACHABLE)
        volume_id = attachment.volume_id
        volume = self._world.owned('volumes', project_id, volume_id)
        if volume.status != 'available':
            raise errors.CloudConflict(
                f'attach of volume {volume_id}, which is {volume.status}'
            )
        device = attachment.device or free_device(server)
        if device[-1] in letters(server):
            # Nova notes this as the server's fault, and shows that when
            # the server comes into ERROR for another reason
            server.fault = f'device {device} is in use'
            server.fault_at = self._world.now()
            raise errors.CloudConflict(server.fault)
        if server.host_status == 'UNKNOWN':
            raise errors.CloudUnavailable('attach: no answer in time')
        self._attach(server, volume, attachment, device)

    def _attach(self, server, volume, attachment, device):
        server.attachments[volume.id] = dataclasses.replace(
            attachment, server_id=server.id, device=device
        )
        volume.status = 'reserved'
        fate = self._faults.take_fate('attach_volume', server.id, volume.id)
        self._world.begin(
            volume.id,
            lambda: setattr(volume, 'status', 'attaching'),
            lambda: self._attach_ends(server, volume, fate),
            hung=fate == 'hang',
        )

    def _attach_ends(self, server, volume, fate):
        if fate == 'error':
            server.attachments.pop(volume.id)
            volume.status = 'available'
        else:
            volume.status = 'in-use'
            volume.server_ids = (server.id,)
            volume.device = server.attachments[volume.id].device
            volume.attached_at = self._world.now()

    def _detach_ends(self, server, volume, fate):
        if fate == 'error':
            volume.status = 'in-use'
        else:
            server.attachments.pop(volume.id)
            volume.status = 'available'
            volume.server_ids = ()

    def _ready(self, project_id, server_id, statuses):
        server = self._world.owned('servers', project_id, server_id)
        if server.locked:
            raise errors.CloudConflict(f'server {server_id} is locked')
        if server.task_state is not None or server.status not in statuses:
            raise errors.CloudConflict(
                f'server {server_id} is {server.status}, '
                f'task state {server.task_state}'
            )
        return server

    def _check_rebuild(self, project_id, server, image_id):
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

    def _rebuild_ends(self, server, was, fate):
        server.task_state = None
        server.boots += fate == ''
        if fate != 'reserved':  # destroying the old guest worked
            self._set_volumes(server, 'in-use')
        if fate in ('error', 'reserved'):
            self.set_error(server, 'rebuild failed')
        else:
            server.status = 'ACTIVE'
            if was == 'SHUTOFF':  # it boots once, then is stopped again
                server.task_state = 'powering-off'
                self._world.begin(
                    server.id, lambda: self._power_ends(server, was, '')
                )

    def _set_volumes(self, server, status):
        for volume_id in server.attachments:
            volume = self._world.volumes[volume_id]
            volume.status = status
            volume.attached_at = self._world.now()

    def set_error(self, server, message, at=None):
        """Put a server into ERROR, with Nova's word on why."""
        server.status = 'ERROR'
        server.fault = message
        server.fault_at = at or self._world.now()

    def _power(self, server, method, task_state, status):
        server.task_state = task_state
        fate = self._faults.take_fate(method, server.id)
        hung = fate == 'hang' or server.host_status == 'UNKNOWN'
        self._world.begin(
            server.id,
            lambda: self._power_ends(server, status, fate),
            hung=hung,
        )

    def _power_ends(self, server, status, fate):
        server.task_state = None
        if fate == 'error':
            self.set_error(server, 'power action failed')
        else:
            server.status = status


def letters(server):
    """Give the last letters of the devices in use: all Nova looks at."""
    return {each.device[-1] for each in server.attachments.values()}


def free_device(server):
    """Give the first device name that is free: /dev/vda is the root."""
    free = set(string.ascii_lowercase[1:]) - letters(server)
    return f'/dev/vd{min(free)}'
