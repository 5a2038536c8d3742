"""How tests furnish the fake cloud, and look behind its counter."""

from snapfault import model
from snapfault import resource
from snapfault import rules
from tests.fake import compute
from tests.fake import keystone
from tests.fake import state


class Building:
    """Adds to, changes and shows the world of a fake cloud."""

    world: state.World
    nova: compute.Nova

    def add_project(self, project_id=None):
        """Make a project with a living trust; give the delegation."""
        project_id = project_id or self.world.new_id('proj')
        self.world.projects[project_id] = state.Project(project_id)
        return self.add_trust(project_id)

    def add_trust(self, project_id, roles=('member',)):
        """Make one more trust of a project, which passes roles on."""
        if project_id not in self.world.projects:
            self.world.projects[project_id] = state.Project(project_id)
        trust_id = self.world.new_id('trus')
        self.world.trusts[trust_id] = project_id
        self.world.keystone.passed_on[trust_id] = tuple(roles)
        return model.Delegation(project_id, trust_id)

    def add_credential(self, project_id, secret='hush', expires_at=None):
        """Make an application credential of a user of a project."""
        made = keystone.Credential(
            self.world.new_id('cred'), project_id, secret, expires_at
        )
        self.world.keystone.credentials[made.id] = made
        return made

    def limit_compute(self, project_id, **limits):
        """Set Nova's limits; -1: none.

        :param limits: instances, cores
        """
        self.world.projects[project_id].compute_limits.update(limits)

    def add_host(self, name):
        """Make a host, which is up and empty."""
        made = state.Host(name)
        self.world.hosts[name] = made
        return made

    def lose_host(self, name, fenced=False):
        """Have a host die: nothing asked of it is done any more.

        :param fenced: somebody has told Nova so (forced_down)
        """
        lost = self.world.hosts[name]
        lost.status = 'DOWN' if fenced else 'UNKNOWN'
        lost.forced_down, lost.is_dead = fenced, True

    def add_network(self, project_id):
        """Make a network; give its id."""
        network_id = self.world.new_id('netw')
        self.world.networks[network_id] = project_id
        return network_id

    def limit_ours(self, project_id, **limits):
        """Set Keystone's limits of what is snapfault's; -1: none.

        :param limits: by the names of model.Limited
        """
        self.world.projects[project_id].our_limits.update(limits)

    def limit(self, project_id, **limits):
        """Set Cinder's limits; -1: none.

        :param limits: snapshots, volumes, gigabytes, and those of a type:
            snapshots_fake, gigabytes_fake
        """
        self.world.projects[project_id].limits.update(limits)

    def add_image(self, project_id=None, name='cirros', status='active'):
        """Make an image, public unless a project is named."""
        made = state.Image(
            self.world.new_id('imag'),
            name,
            project_id,
            status,
            content=f'{name} as published',
        )
        self.world.images[made.id] = made
        return made

    def add_volume(
        self,
        project_id,
        size=1,
        name='data',
        content='data',
        image=None,
        encrypted=False,
    ):
        """Make a volume; ``content`` stands for its bytes.

        :param image: what it was made from, to be booted
        """
        made = state.Volume(
            id=self.world.new_id('vol'),
            project_id=project_id,
            name=name,
            size=size,
            created_at=self.world.now(),
            content=content,
            image_id=image.id if image else None,
            encrypted=encrypted,
        )
        self.world.volumes[made.id] = made
        return made

    def add_group(self, project_id, volumes=(), consistent=True):
        """Make a group of these volumes.

        :param consistent: what its type promises; None: it does not say
        """
        made = state.Group(
            self.world.new_id('grou'), project_id, 'group', consistent
        )
        self.world.groups[made.id] = made
        for volume in volumes:
            volume.group_id = made.id
        return made

    def add_server(
        self,
        project_id,
        volumes=1,
        image=None,
        name='web',
        volume_backed=False,
        host='compute-1',
        addresses=(),
    ):
        """Make an ACTIVE server with new data volumes attached to it.

        :param volume_backed: it boots from one more volume, at /dev/vda
        :param host: the name of one that there is
        """
        image = image or self.add_image()
        made = state.Server(
            id=self.world.new_id('serv'),
            project_id=project_id,
            name=name,
            image_id=None if volume_backed else image.id,
            host=self.world.hosts[host],
            addresses=addresses,
        )
        self.world.servers[made.id] = made
        if volume_backed:
            root = self.add_volume(
                project_id,
                name=f'{name}-root',
                content=f'{name}-root at first',
                image=image,
            )
            self.attach(made, root, '/dev/vda')
            made.root_id = root.id
        for number in range(volumes):
            attached = self.add_volume(
                project_id,
                name=f'{name}-{number}',
                content=f'{name}-{number} at first',
            )
            self.attach(made, attached)
        return made

    def attach(self, server, volume, device='', tag=None, delete=False):
        """Attach a volume at once."""
        server.attachments[volume.id] = resource.Attachment(
            server_id=server.id,
            volume_id=volume.id,
            device=device or compute.free_device(server),
            tag=tag,
            delete_on_termination=delete,
        )
        volume.status = 'in-use'
        volume.server_ids = (server.id,)
        volume.device = server.attachments[volume.id].device
        volume.attached_at = self.world.now()

    def break_server(
        self, server, message='guest lost', at=None, is_running=False
    ):
        """Put a server into ERROR, as a failed hypervisor would.

        :param is_running: the guest itself, though Nova says ERROR
        """
        server.task_state = None
        server.is_running = is_running
        self.nova.set_error(server, message, at)

    def lose_key(self, volume, trouble='403 Forbidden'):
        """Have nobody read the key of a volume, which is encrypted."""
        volume.encrypted, volume.key_trouble = True, trouble

    def set_measures(self, server, values, at=None):
        """Have the metric service know these of a server.

        :param values: by :class:`snapfault.rules.Metric`, or by the name of
            one whose aggregation is the mean
        """
        at = at or self.world.now()
        self.world.measures[server.id] = {
            rules.Metric(metric) if isinstance(metric, str) else metric: (
                model.Measure(value, at)
            )
            for metric, value in values.items()
        }

    def volumes_of(self, server):
        """List the volumes attached to a server, by device."""
        attachments = sorted(
            server.attachments.values(), key=lambda each: each.device
        )
        return [self.world.volumes[each.volume_id] for each in attachments]

    def contents_of(self, server):
        """Give what a server's guest reads, by device."""
        return {
            each.device: self.world.volumes[each.volume_id].content
            for each in server.attachments.values()
        }

    def snapshots_of(self, project_id):
        """List the snapshots of a project, the oldest first."""
        return [
            each
            for each in self.world.snapshots.values()
            if each.project_id == project_id
        ]
