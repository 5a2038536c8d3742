"""What Nova does beside: hard reboots, servers to throw away, consoles."""

from snapfault import errors
from snapfault import resource
from tests.fake import state


class Spares:
    """The part of the fake Nova that few recoveries ask."""

    def reboot_server(self, project_id, server_id):
        server = self._ready(
            project_id, server_id, ('ACTIVE', 'SHUTOFF', 'PAUSED', 'ERROR')
        )
        server.status = 'HARD_REBOOT'
        server.task_state = 'rebooting_hard'
        fate = self._faults.take_fate('reboot_server', server_id)
        self._world.begin(
            server_id,
            lambda: self._reboot_ends(server, fate),
            hung=fate == 'hang' or server.is_stuck,
        )

    def _reboot_ends(self, server, fate):
        if fate == 'error' and server.is_running:
            fate = ''  # Nova looks at the guest, and calls it ACTIVE
        else:
            server.boots += fate == ''
        self._power_ends(server, 'ACTIVE', fate)

    def create_server(self, project_id, wanted):
        self._check_new(project_id, wanted)
        self._check_cores(project_id, wanted.flavor_id)
        made = state.Server(
            id=self._world.new_id('serv'),
            project_id=project_id,
            name=wanted.name,
            image_id=None if wanted.root_size else wanted.image_id,
            flavor_id=wanted.flavor_id,
            status='BUILD',
            task_state='scheduling',
            metadata=dict(wanted.metadata),
            host=next(iter(self._world.hosts.values())),
            boots=0,
        )
        self._world.servers[made.id] = made
        fate = self._faults.take_fate('create_server', wanted.name)
        self._world.begin(
            made.id,
            lambda: setattr(made, 'task_state', None),  # claims its host
            lambda: setattr(made, 'task_state', 'spawning'),
            lambda: self._create_ends(made, wanted, fate),
            hung=fate == 'hang',
        )
        return made.show()

    def _check_new(self, project_id, wanted):
        image = self._world.images.get(wanted.image_id)
        if image is None or image.project_id not in (project_id, None):
            raise errors.CloudRefused(f'no image {wanted.image_id}')
        if image.status != 'active':
            raise errors.CloudRefused(f'image {image.id} is {image.status}')
        if wanted.flavor_id not in self._world.flavors:
            raise errors.CloudRefused(f'no flavor {wanted.flavor_id}')
        if wanted.network_id is not None:
            owner = self._world.networks.get(wanted.network_id)
            if owner != project_id:
                raise errors.CloudRefused(f'no network {wanted.network_id}')

    def _check_cores(self, project_id, flavor_id):
        mine = [
            each
            for each in self._world.servers.values()
            if each.project_id == project_id
        ]
        flavors = self._world.flavors
        wanted = {
            'instances': len(mine) + 1,
            'cores': flavors[flavor_id]
            + sum(flavors[each.flavor_id] for each in mine),
        }
        limits = self._world.projects[project_id].compute_limits
        for name, count in wanted.items():
            if 0 <= limits[name] < count:
                raise errors.QuotaExceeded(
                    f'Quota exceeded for {name}: {limits[name]}'
                )

    def _create_ends(self, server, wanted, fate):
        if server.id not in self._world.servers:
            return  # Nova breaks the build off, and cleans up after it
        server.task_state = None
        if wanted.root_size:
            self._boot_volume(server, wanted)
        if fate == 'error':
            self.set_error(server, 'No valid host was found.')
            return
        server.status = 'ACTIVE'
        server.boots = 1
        if wanted.network_id is not None:
            count = len(self._world.servers)
            server.addresses = (f'10.0.0.{count}',)

    def _boot_volume(self, server, wanted):
        image = self._world.images[wanted.image_id]
        root = state.Volume(
            id=self._world.new_id('vol'),
            project_id=server.project_id,
            name='',
            size=wanted.root_size,
            created_at=self._world.now(),
            status='in-use',
            server_ids=(server.id,),
            device='/dev/vda',
            attached_at=self._world.now(),
            content=image.content,
            image_id=image.id,
        )
        self._world.volumes[root.id] = root
        server.root_id = root.id
        server.attachments[root.id] = resource.Attachment(
            server.id, root.id, '/dev/vda', None, True
        )

    def delete_server(self, project_id, server_id):
        server = self._world.owned('servers', project_id, server_id)
        if server.locked:
            raise errors.CloudConflict(f'server {server_id} is locked')
        server.task_state = 'deleting'
        fate = self._faults.take_fate('delete_server', server_id)
        self._world.begin(
            server_id,
            lambda: self._delete_ends(server, fate),
            hung=fate == 'hang',
        )

    def _delete_ends(self, server, fate):
        if fate == 'error':
            server.task_state = None
            self.set_error(server, 'delete failed')
            return
        self._world.servers.pop(server.id, None)
        for each in server.attachments.values():
            volume = self._world.volumes[each.volume_id]
            volume.status, volume.server_ids = 'available', ()
            kept = any(
                snapshot.volume_id == volume.id
                for snapshot in self._world.snapshots.values()
            )
            if each.delete_on_termination and not kept:
                del self._world.volumes[volume.id]

    def get_console(self, project_id, server_id, lines):
        server = self._world.owned('servers', project_id, server_id)
        if server.status == 'BUILD':
            raise errors.CloudConflict(f'server {server_id} is not ready')
        written = self._world.guest(server).splitlines(keepends=True)
        return ''.join(written[-lines:])
