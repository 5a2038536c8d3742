"""What the fake cloud answers to the service itself."""

import collections
import dataclasses

from snapfault import errors
from snapfault import resource


class Admin:
    """Implements :class:`snapfault.cloud.rescue.Admin`, and its like."""

    def host_status(self, server_id):
        with self.call('host_status', server_id):
            server = self.world.servers.get(server_id)
            return server.host_status if server else None

    def locate_server(self, server_id):
        with self.call('locate_server', server_id):
            server = self.world.servers.get(server_id)
            if server is None or server.host_status is None:
                return None
            shown = dataclasses.replace(
                server.show(), host_status=server.host_status
            )
            return resource.Placed(
                shown, server.project_id, server.host.show()
            )

    def list_hosts(self):
        with self.call('list_hosts'):
            if not self.is_admin:
                return []
            hosts = {
                each.host.name: each.host
                for each in self.world.servers.values()
                if each.host.status is not None
            }
            return [each.show() for each in hosts.values()]

    def list_all(self):
        with self.call('list_all'):
            self._check_admin()
            found = collections.defaultdict(resource.Estate)
            for each in self.world.servers.values():
                shown = dataclasses.replace(
                    each.show(), host_status=each.host.status
                )
                found[each.project_id].servers[each.id] = shown
            for each in self.world.volumes.values():
                found[each.project_id].volumes[each.id] = each.show()
            return dict(found)

    def evacuate_server(self, server_id):
        with self.call('evacuate_server', server_id):
            self._check_admin()
            if server_id not in self.world.servers:
                raise errors.NotFound(f'no server {server_id}')
            self.nova.evacuate(server_id)

    def repair_volume(self, volume_id):
        with self.call('repair_volume', volume_id):
            self._check_admin()
            volume = self.world.volumes.get(volume_id)
            if volume is None:
                raise errors.NotFound(f'no volume {volume_id}')
            volume.status = 'in-use'

    def is_consistent(self, group_type_id):
        with self.call('is_consistent', group_type_id):
            for each in self.world.groups.values():
                if each.show().group_type_id == group_type_id:
                    return each.consistent
            return None

    def _check_admin(self):
        if not self.is_admin:
            raise errors.CloudRefused('the service user is no administrator')
