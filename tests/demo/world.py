"""The tenant's servers, volumes and load, made with plain openstacksdk."""

import dataclasses
import time

import openstack

#: Business services and the load of their servers, in per cent.
LOADS = {'shop': 95.0, 'ledger': 45.0, 'archive': 5.0}
#: What the minicloud's hypervisor calls them, whatever it is asked for.
DEVICES = ('/dev/sdb', '/dev/sdc')


@dataclasses.dataclass(frozen=True)
class Service:
    """One business service of the tenant."""

    business_id: str
    server_id: str
    image_id: str
    volume_ids: dict[str, str]  #: by device


def connect(clouds_file, name):
    """Open a connection to the minicloud as one of its users."""
    config = openstack.config.OpenStackConfig(config_files=[str(clouds_file)])
    return openstack.connection.Connection(config=config.get_one(cloud=name))


def wait(read, wanted, limit=60):
    """Read until the resource is in the wanted status."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = read()
        if found.status == wanted:
            return found
        if found.status.lower() == 'error':
            raise SystemExit(f'{found.id} is in error')
        time.sleep(0.1)
    raise SystemExit(f'{found.id} is {found.status}, not {wanted}')


def build(tenant):
    """Make a server with two volumes for each business service."""
    image = next(tenant.image.images(name='cirros'))
    flavor = tenant.compute.find_flavor('m1.tiny')
    servers = {
        name: tenant.compute.create_server(
            name=name,
            image_id=image.id,
            flavor_id=flavor.id,
            networks='none',
        )
        for name in LOADS
    }
    volumes = {
        name: [
            tenant.block_storage.create_volume(size=1, name=f'{name}-{use}')
            for use in ('data', 'log')
        ]
        for name in LOADS
    }
    return [
        _attach(tenant, name, servers[name].id, image.id, volumes[name])
        for name in LOADS
    ]


def _attach(tenant, name, server_id, image_id, volumes):
    wait(lambda: tenant.compute.get_server(server_id), 'ACTIVE')
    for device, volume in zip(DEVICES, volumes, strict=True):
        wait(
            lambda volume=volume: tenant.block_storage.get_volume(volume.id),
            'available',
        )
        tenant.compute.create_volume_attachment(
            server_id, volume_id=volume.id, device=device
        )
        wait(
            lambda volume=volume: tenant.block_storage.get_volume(volume.id),
            'in-use',
        )
    attached = {
        each.device: each.volume_id
        for each in tenant.compute.volume_attachments(server_id)
    }
    return Service(name, server_id, image_id, attached)


def foreign_snapshot(tenant, service):
    """Take a snapshot by hand, which nobody told snapfault about."""
    volume_id = service.volume_ids[DEVICES[0]]
    made = tenant.block_storage.create_snapshot(
        volume_id=volume_id, name='by hand', is_forced=True
    )
    wait(lambda: tenant.block_storage.get_snapshot(made.id), 'available')
    return made.id


def post_load(admin, project_id, services):
    """Post ten minutes of CPU time to Gnocchi, as Ceilometer would."""
    metrics = admin.session.get_endpoint(service_type='metric')
    now = int(time.time())
    for service in services:
        answer = admin.session.post(
            f'{metrics}/v1/resource/instance',
            json={
                'id': service.server_id,
                'project_id': project_id,
                'display_name': service.business_id,
                'flavor_id': 'tiny',
                'flavor_name': 'm1.tiny',
                'metrics': {
                    'cpu': {'archive_policy_name': 'ceilometer-low-rate'}
                },
            },
        )
        answer.raise_for_status()
        share = LOADS[service.business_id] / 100
        used = [
            {'timestamp': now - 600 + second, 'value': share * second * 1e9}
            for second in range(0, 600, 10)
        ]
        metric = answer.json()['metrics']['cpu']
        admin.session.post(
            f'{metrics}/v1/metric/{metric}/measures', json=used
        ).raise_for_status()
    _processed(admin, metrics, services)


def _processed(admin, metrics, services, limit=60):
    """Wait until Gnocchi has worked through what was posted."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        answers = [
            admin.session.get(
                f'{metrics}/v1/resource/instance/{each.server_id}'
                '/metric/cpu/measures'
            ).json()
            for each in services
        ]
        if all(answers):
            return
        time.sleep(0.2)
    raise SystemExit('Gnocchi has not processed the measures')
