"""Nova, as far as the port reaches it, and Glance's images.

What only some recoveries and drills ask is in :mod:`tests.fake.spare`, and
rebuilds are in :mod:`tests.fake.rebuild`.
"""

import dataclasses
import string

from snapfault import errors
from tests.fake import image
from tests.fake import rebuild
from tests.fake import spare

#: States in which Nova attaches and detaches: ERROR is not among them.
ATTACHABLE = ('ACTIVE', 'PAUSED', 'SHUTOFF')


class Nova(image.Images, rebuild.Rebuilds, spare.Spares):
    """Servers, what is attached to them, and the images they boot."""

    def __init__(self, world, faults):
        self._world = world
        self._faults = faults
        #: Whether a rebuild writes a root volume anew: from 2.93 on.
        self.reimages = True

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
        if volume_id == server.root_id:
            raise errors.CloudRefused('Cannot detach a root device volume')
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
        if server.is_stuck:
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

    def set_error(self, server, message, at=None):
        """Put a server into ERROR, with Nova's word on why."""
        server.status = 'ERROR'
        server.fault = message
        server.fault_at = at or self._world.now()

    def _power(self, server, method, task_state, status):
        server.task_state = task_state
        fate = self._faults.take_fate(method, server.id)
        hung = fate == 'hang' or server.is_stuck
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
            server.is_running = status == 'ACTIVE'


def letters(server):
    """Give the last letters of the devices in use: all Nova looks at."""
    return {each.device[-1] for each in server.attachments.values()}


def free_device(server):
    """Give the first device name that is free: /dev/vda is the root."""
    free = set(string.ascii_lowercase[1:]) - letters(server)
    return f'/dev/vd{min(free)}'
