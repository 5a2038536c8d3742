"""What every cloud has from the start: accounts, catalogue, images."""

import json
import os
import pathlib

from tests.minicloud import api
from tests.minicloud import layout

#: Type and path of each service's entry in the catalogue.
CATALOGUE = (
    ('keystone', 'identity', None),  # made by the bootstrap
    ('glance', 'image', ''),
    ('placement', 'placement', ''),
    ('nova', 'compute', '/v2.1'),
    ('cinder', 'block-storage', '/v3'),
    ('cinder', 'volumev3', '/v3'),
    ('neutron', 'network', ''),
    ('gnocchi', 'metric', ''),
    ('snapfault', layout.PRODUCT, ''),
)
SERVICE_USERS = (
    'glance',
    'placement',
    'nova',
    'cinder',
    'neutron',
    'gnocchi',
    'snapfault',
)
#: Projects of tenants, each with a member of its name.
TENANTS = ('alpha', 'beta')
IMAGES = ('cirros', 'cirros-alt')
#: Memory by flavor, in MiB.
FLAVORS = {'m1.tiny': 512, 'm1.small': 1024}
RESOURCE_TYPES = json.loads(
    pathlib.Path(__file__).with_name('resource_types.json').read_text()
)
ARCHIVE_POLICY = {
    'name': 'ceilometer-low-rate',
    'aggregation_methods': ['mean', 'rate:mean', 'min', 'max', 'last'],
    'back_window': 0,
    'definition': [
        # an hour by the second, for tests that cannot wait for minutes
        {'granularity': '1s', 'points': 3600},
        {'granularity': '5m', 'points': 8640},
    ],
}


class _Identity:
    """Keystone, as far as seeding needs it."""

    def __init__(self, admin: api.Session) -> None:
        self._admin = admin
        roles = admin.get('keystone', '/roles')['roles']
        self._roles = {role['name']: role['id'] for role in roles}

    def create(self, kind: str, **values: object) -> str:
        body = {kind: values}
        answer = self._admin.post('keystone', f'/{kind}s', body)
        return answer[kind]['id']

    def project(self, name: str) -> str:
        return self.create('project', name=name, domain_id='default')

    def user(self, name: str, project_id: str, *roles: str) -> None:
        """Create a user with these roles in the project."""
        user_id = self.create(
            'user',
            name=name,
            password=layout.PASSWORD,
            domain_id='default',
        )
        for role in roles:
            if role not in self._roles:
                self._roles[role] = self.create('role', name=role)
            self._admin.ask(
                'PUT',
                'keystone',
                f'/projects/{project_id}/users/{user_id}'
                f'/roles/{self._roles[role]}',
            )

    def service(self, name: str, kind: str, url: str) -> None:
        """Create a service with its endpoints."""
        service_id = self.create('service', name=name, type=kind)
        for interface in ('public', 'internal', 'admin'):
            self.create(
                'endpoint',
                service_id=service_id,
                interface=interface,
                region_id=layout.REGION,
                url=url,
            )


def create_accounts(cloud: layout.Cloud) -> None:
    """Create users, projects and the catalogue; only keystone must run."""
    identity = _Identity(api.Session(cloud))
    project_id = identity.project('service')
    for name in SERVICE_USERS:
        identity.user(name, project_id, 'admin', 'service')
    for name in TENANTS:
        identity.user(name, identity.project(name), 'member')
    for name, kind, path in CATALOGUE:
        if path is not None:
            port = name if name in cloud.ports else layout.PRODUCT
            identity.service(name, kind, cloud.origin(port) + path)


def create_resources(cloud: layout.Cloud) -> dict[str, str]:
    """Create the volume type, flavors, images and gnocchi's types.

    Gives the id of each image by its name.
    """
    admin = api.Session(cloud)
    specs = {'volume_backend_name': 'fake'}
    kind = {'name': 'fake', 'extra_specs': specs}
    _ = admin.token  # cinder's paths begin with the project
    admin.post('cinder', '/types', {'volume_type': kind})
    for name, memory in FLAVORS.items():
        flavor = {'name': name, 'id': name.removeprefix('m1.')}
        flavor |= {'ram': memory, 'vcpus': 1, 'disk': 1}
        admin.post('nova', '/flavors', {'flavor': flavor})
    for name, attributes in RESOURCE_TYPES.items():
        body = {'name': name, 'attributes': attributes}
        admin.post('gnocchi', '/resource_type', body)
    admin.post('gnocchi', '/archive_policy', ARCHIVE_POLICY)
    return {name: _create_image(admin, name) for name in IMAGES}


def _create_image(admin: api.Session, name: str) -> str:
    body = {
        'name': name,
        'disk_format': 'raw',
        'container_format': 'bare',
        'min_disk': 0,
        'visibility': 'public',
    }
    image_id = admin.post('glance', '/images', body)['id']
    headers = {'Content-Type': 'application/octet-stream'}
    path = f'/images/{image_id}/file'
    admin.ask('PUT', 'glance', path, os.urandom(65536), headers)
    return image_id
