"""How tests furnish the fake cloud, and look behind its counter."""

from snapfault import model
from snapfault import resource
from snapfault import rules
from tests.fake import compute
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

    def add_trust(self, project_id):
        """Make one more trust of a project."""
        if project_id not in self.world.projects:
            self.world.projects[project_id] = state.Project(project_id)
        trust_id = self.world.new_id('trus')
        self.world.trusts[trust_id] = project_id
        return model.Delegation(project_id, trust_id)

    def limit(self, project_id, **limits):
        """Set Cinder's limits; -1: none.

        :param limits: snapshots, volumes, gigabytes, and those of a type:
            snapshots_fake, gigabytes_fake
        """
        self.world.projects[project_id].limits.update(limits)

    def add_image(self, project_id=None, name='cirros', status='active'):
        """Make an image, public unless a project is named."""
        made = state.Image(self.world.new_id('imag'), name, project_id, status)
        self.world.images[made.id] = made
        return made

    def add_volume(self, project_id, size=1, name='data', content='data'):
        """Make a volume; ``content`` stands for its bytes."""
        made = state.Volume(
            id=self.world.new_id('vol'),
            project_id=project_id,
            name=name,
            size=size,
            created_at=self.world.now(),
            content=content,
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

    def add_server(self, project_id, volumes=1, image=None, name='web'):
        """Make an ACTIVE server with new volumes attached to it."""
        image = image or self.add_image()
        made = state.Server(
            id=self.world.new_id('serv'),
            project_id=project_id,
            name=name,
            image_id=image.id,
        )
        self.world.servers[made.id] = made
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

    def break_server(self, server, message='guest lost', at=None):
        """Put a server into ERROR, as a failed hypervisor would."""
        server.task_state = None
        self.nova.set_error(server, message, at)

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
