"""A hypervisor without guests, which fails when told to."""

import io
import uuid

from nova import context as nova_context
from nova import objects
from nova.image import glance
from nova.virt import fake

from tests.minicloud.inside import hooks


class NovaDriver(fake.FakeDriverWithoutFakeNodes):
    """Nova's own fake driver with what it lacks."""

    def init_host(self, host):
        """Learn the guests from the database, as from a hypervisor.

        The plain driver forgets them at a restart, and a rebuild then
        hangs: a guest that is not found counts as deleted meanwhile.
        """
        super().init_host(host)
        admin = nova_context.get_admin_context()
        for instance in objects.InstanceList.get_by_host(admin, host):
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name, instance.power_state, instance.uuid
            )

    def get_nodenames_by_uuid(self, refresh=False):
        """Give each host a node of its own: Nova would share one of all."""
        return {_node_id(each): each for each in self._nodes}

    def get_available_resource(self, nodename):
        """Give the node's id beside the rest."""
        found = super().get_available_resource(nodename)
        return {**found, 'uuid': _node_id(nodename)}

    def instance_on_disk(self, instance):
        """Tell evacuation that the disk is shared."""
        return True

    def attach_volume(
        self, context, connection_info, instance, mountpoint, *args, **kwargs
    ):
        """Attach; detaching a tagged volume needs the metadata."""
        if instance.device_metadata is None:
            metadata = objects.InstanceDeviceMetadata(devices=[])
            instance.device_metadata = metadata
            instance.save()
        return super().attach_volume(
            context, connection_info, instance, mountpoint, *args, **kwargs
        )

    def power_off(self, instance, *args, **kwargs):
        """Tolerate a guest that is gone, as libvirt's driver does.

        So it is after a failed spawn; the next rebuild would hang.
        """
        if instance.uuid in self.instances:
            super().power_off(instance, *args, **kwargs)

    def get_host_uptime(self):
        """Give what the hypervisors' API asks for."""
        return ' 00:00:00 up 1 day,  0 users,  load average: 0.0, 0.0, 0.0'

    def snapshot(self, context, instance, image_id, update_task_state):
        """Upload a few bytes; the plain driver leaves the image queued."""
        super().snapshot(context, instance, image_id, update_task_state)
        glance.API().update(
            context,
            image_id,
            {'disk_format': 'raw', 'container_format': 'bare'},
            data=io.BytesIO(b'\0' * 4096),
            purge_props=False,
        )


def _node_id(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


hooks.faulty(
    NovaDriver,
    'nova',
    (
        'spawn',
        'destroy',
        'attach_volume',
        'detach_volume',
        'reboot',
        'snapshot',
        'power_off',
        'power_on',
    ),
)
