"""A tenant's view of the cloud, through openstacksdk."""

from keystoneauth1 import identity
import keystoneauth1.session
import openstack

from tests.minicloud import layout
from tests.minicloud import waiting

#: Statuses after which nothing changes by itself.
SETTLED = ('ACTIVE', 'ERROR', 'available', 'error', 'error_deleting')


class Tenant:
    """A user's view of the cloud, and what it makes there."""

    def __init__(self, connection):
        self.connection = connection
        self.compute = self.connection.compute
        self.volumes = self.connection.block_storage
        self.image = self.connection.image.find_image('cirros')

    def server(self, name='web'):
        made = self.compute.create_server(
            name=name,
            image_id=self.image.id,
            flavor_id='small',
            networks='none',
        )
        return settled(self.compute.get_server, made.id)

    def volume(self, **options):
        made = self.volumes.create_volume(size=1, **options)
        return settled(self.volumes.get_volume, made.id)

    def snapshot(self, volume):
        made = self.volumes.create_snapshot(volume_id=volume.id)
        return settled(self.volumes.get_snapshot, made.id)

    def attached(self, server):
        """Give a new volume, attached to the server."""
        volume = self.volume()
        self.compute.create_volume_attachment(server, volume_id=volume.id)
        return settled(self.volumes.get_volume, volume.id, ('in-use',))


def settled(get, resource_id, wanted=SETTLED):
    def probe():
        found = get(resource_id)
        return found if found.status in wanted else None

    found = waiting.until(probe, 30, pause=0.05)
    assert found, f'{resource_id} is {get(resource_id).status}'
    return found


def connected(state, name):
    """Connect as clouds.yaml says."""
    config = openstack.config.OpenStackConfig(
        config_files=[str(state / 'clouds.yaml')]
    )
    return openstack.connection.Connection(config=config.get_one(cloud=name))


def connected_by_trust(state, trust_id):
    """Connect as the product's user, in a trust's project."""
    auth = identity.V3Password(
        auth_url=layout.load(state).auth_url,
        username='snapfault',
        password=layout.PASSWORD,
        user_domain_id='default',
        trust_id=trust_id,
    )
    return openstack.connection.Connection(
        session=keystoneauth1.session.Session(auth),
        region_name=layout.REGION,
        compute_default_microversion='2.96',
    )
