"""The suite's world on real OpenStack services."""

import contextlib
import datetime
import os
from unittest import mock

from keystoneauth1 import exceptions as ksa_exceptions
from keystonemiddleware.auth_token import _user_plugin

from snapfault import model
from snapfault.cloud import door
from tests.contract import real_rights
from tests.minicloud import faults
from tests.minicloud import layout
from tests.minicloud import waiting

SERVICES = {'block-storage': 'cinder', 'compute': 'nova'}
#: Where each thing that goes wrong is injected, and how.
BROKEN = {
    'create_snapshot': ('cinder.create_snapshot', {'error': 'full'}),
    'delete_snapshot': ('cinder.delete_snapshot', {'busy': True}),
    'create_group_snapshot': (
        'cinder.create_group_snapshot',
        {'error': 'full'},
    ),
    'delete_group_snapshot': ('cinder.delete_group_snapshot', {'busy': True}),
    'create_image': ('nova.snapshot', {'error': 'no space'}),
    'create_volume': (
        'cinder.create_volume_from_snapshot',
        {'error': 'full'},
    ),
    'pass_on_volume': ('cinder.schedule', {'error': 'lost'}),
    'delete_volume': ('cinder.delete_volume', {'error': 'no path'}),
    'create_server': ('nova.spawn', {'error': 'no memory'}),
    'delete_server': ('nova.destroy', {'error': 'stuck'}),
    'reboot_server': ('nova.reboot', {'error': 'stuck'}),
    'evacuate_server': ('nova.spawn', {'error': 'no memory'}),
    'reimage': ('cinder.copy_image_to_volume', {'error': 'no path'}),
    'rebuild_server': ('nova.spawn', {'error': 'no memory'}),
    'destroy_guest': ('nova.destroy', {'error': 'stuck'}),
    'attach_volume': ('nova.attach_volume', {'error': 'no path'}),
    'detach_volume': ('nova.detach_volume', {'error': 'busy guest'}),
}
SLOW = BROKEN


class World(real_rights.Rights):
    """A project of its own, made by the administrator."""

    patience = 30  #: seconds

    def __init__(self, site):
        self.site = site
        self.cloud = site.cloud
        self.enroller = site.enroller
        self.name, self.project_id, self._user_id = site.make_user()
        self._user = site.user(self.name, self.name)
        self.caller = self._as_middleware_does(self._user)
        trust = {
            'trustor_user_id': self._user_id,
            'trustee_user_id': site.sessions.own.user_id,
            'project_id': self.project_id,
            'impersonation': True,
            'roles': [{'name': 'member'}],
        }
        made = self._ask(
            'POST', 'identity', '/OS-TRUST/trusts', {'trust': trust}
        )
        self.delegation = model.Delegation(
            self.project_id, made['trust']['id']
        )
        self.project = self.cloud.project(self.delegation)
        self.impatient = site.impatient.project(self.delegation)
        self.image_id = self._images()['cirros']

    @property
    def token(self):
        """Give a token of its user."""
        return self._user.get_token()

    @property
    def stranger(self):
        """Give another project's view."""
        return World(self.site).project

    @property
    def powerless(self):
        """Give a caller who holds another role in the project."""
        name, _, user_id = self.site.make_user()
        self.site.set_role('PUT', self.project_id, user_id, 'reader')
        return self._as_middleware_does(self.site.user(name, self.name))

    @staticmethod
    def _as_middleware_does(session):
        access = session.auth.get_access(session)
        return _user_plugin.UserAuthPlugin(access, None)

    def close(self):
        faults.clear(self.site.state)
        faults.force_compute(self.site.state, False)
        try:
            listed = self._ask('GET', 'compute', '/servers')['servers']
        except ksa_exceptions.Unauthorized:
            return  # a test about rights has taken them all
        for each in listed:
            with contextlib.suppress(ksa_exceptions.NotFound):
                self.site.ask('DELETE', 'compute', f'/servers/{each["id"]}')

    def fresh_project(self):
        """Give a view of the project by one who has not asked before."""
        _, cloud = self.site.connect(60)
        return cloud.project(self.delegation)

    def _ask(self, method, service, path, json=None):
        return self.site.ask(method, service, path, json, self._user)

    def _images(self):
        listed = self._ask('GET', 'image', '/v2/images')['images']
        return {each['name']: each['id'] for each in listed}

    def eventually(self, probe):
        """Give what ``probe`` says once that is true."""
        found = waiting.until(probe, self.patience, pause=0.05)
        assert found, 'it never came true'
        return found

    # what there is

    def make_server(self, volumes=1, image_id=None, **attributes):
        wanted = {
            'name': 'web',
            'flavorRef': 'small',
            'imageRef': image_id or self.image_id,
            'networks': 'none',
            **attributes,
        }
        server_id = self._boot(wanted)
        self._add_volumes(server_id, volumes)
        return server_id

    def _add_volumes(self, server_id, volumes):
        for _ in range(volumes):
            volume_id = self.make_volume()
            self._ask(
                'POST',
                'compute',
                f'/servers/{server_id}/os-volume_attachments',
                {'volumeAttachment': {'volumeId': volume_id}},
            )
            self._wait_for_volume(volume_id, 'in-use')

    def delete_server(self, server_id):
        path = f'/servers/{server_id}'
        self._ask('DELETE', 'compute', path)
        self.eventually(
            lambda: all(
                each.id != server_id for each in self.project.list_servers()
            )
        )

    def make_server_of_volume(self, volumes=0):
        root = self.make_volume(imageRef=self.image_id)
        server_id = self._boot_from(root)
        self._add_volumes(server_id, volumes)
        return server_id

    def make_server_of_blank_volume(self):
        """Make one whose root was made from no image, yet is bootable."""
        root = self.make_volume()
        self._act(
            'block-storage',
            f'/volumes/{root}',
            {'os-set_bootable': {'bootable': True}},
            self._user,
        )
        return self._boot_from(root)

    def _boot_from(self, root):
        mapping = {
            'boot_index': 0,
            'uuid': root,
            'source_type': 'volume',
            'destination_type': 'volume',
        }
        return self._boot(
            {
                'name': 'web',
                'flavorRef': 'small',
                'block_device_mapping_v2': [mapping],
                'networks': 'none',
            }
        )

    def make_server_on_spare_host(self):
        """Make one on a host that may be lost: see :meth:`host_lost`."""
        self._prefer(layout.SPARE_HOST, layout.MAIN_HOST)
        try:
            return self.make_server()
        finally:
            self._prefer(layout.MAIN_HOST, layout.SPARE_HOST)

    def _prefer(self, host, other):
        faults.enable_compute(self.site.state, host, True)
        faults.enable_compute(self.site.state, other, False)

    def make_network(self):
        body = {'network': {'name': 'inner'}}
        network = self._ask('POST', 'network', '/v2.0/networks', body)
        network_id = network['network']['id']
        subnet = {
            'network_id': network_id,
            'ip_version': 4,
            'cidr': '10.0.0.0/24',
        }
        self._ask('POST', 'network', '/v2.0/subnets', {'subnet': subnet})
        return network_id

    def _boot(self, wanted):
        made = self._ask('POST', 'compute', '/servers', {'server': wanted})
        server_id = made['server']['id']
        path = f'/servers/{server_id}'
        self.eventually(
            lambda: (
                self._ask('GET', 'compute', path)['server']['status']
                == 'ACTIVE'
            )
        )
        return server_id

    def make_server_of_image(self, status):
        image_id = self.make_image()
        server_id = self.make_server(image_id=image_id)
        self._spoil_image(image_id, status)
        return server_id

    def make_image(self, status='active'):
        body = {
            'name': 'private',
            'disk_format': 'raw',
            'container_format': 'bare',
        }
        image_id = self._ask('POST', 'image', '/v2/images', body)['id']
        self._user.put(
            f'/v2/images/{image_id}/file',
            data=os.urandom(1024),
            headers={'Content-Type': 'application/octet-stream'},
            endpoint_filter={'service_type': 'image'},
        )
        self._spoil_image(image_id, status)
        return image_id

    def _spoil_image(self, image_id, status):
        path = f'/v2/images/{image_id}'
        if status == 'gone':
            self._ask('DELETE', 'image', path)
        elif status == 'deactivated':
            self.site.ask('POST', 'image', f'{path}/actions/deactivate')

    def make_volume(self, size=1, **attributes):
        body = {'volume': {'size': size, **attributes}}
        made = self._ask('POST', 'block-storage', '/volumes', body)
        volume_id = made['volume']['id']
        self._wait_for_volume(volume_id, 'available')
        return volume_id

    def _wait_for_volume(self, volume_id, status):
        path = f'/volumes/{volume_id}'
        self.eventually(
            lambda: (
                self._ask('GET', 'block-storage', path)['volume']['status']
                == status
            )
        )

    def make_group(self, volume_ids, consistent=True):
        body = {
            'name': 'group',
            'group_type': self.site.group_type(consistent),
            'volume_types': [self.site.volume_type()],
        }
        made = self._ask('POST', 'block-storage', '/groups', {'group': body})
        path = f'/groups/{made["group"]["id"]}'
        self._wait_for_group(path)
        if volume_ids:
            added = {'add_volumes': ','.join(volume_ids)}
            self._ask('PUT', 'block-storage', path, {'group': added})
            self._wait_for_group(path)
        return made['group']['id']

    def _wait_for_group(self, path):
        self.eventually(
            lambda: (
                self._ask('GET', 'block-storage', path)['group']['status']
                == 'available'
            )
        )

    def count_trusts(self):
        path = f'/OS-TRUST/trusts?trustor_user_id={self._user_id}'
        return len(self.site.ask('GET', 'identity', path)['trusts'])

    def limit(self, **limits):
        path = f'/os-quota-sets/{self.project_id}'
        self.site.ask('PUT', 'block-storage', path, {'quota_set': limits})

    def limit_compute(self, **limits):
        path = f'/os-quota-sets/{self.project_id}'
        self.site.ask('PUT', 'compute', path, {'quota_set': limits})

    def post_measure(self, server_id, metric, value):
        self.site.ask(
            'POST',
            'metric',
            '/v1/resource/instance',
            {
                'id': server_id,
                'project_id': self.project_id,
                'display_name': 'web',
                'flavor_id': 'small',
                'flavor_name': 'm1.small',
                'metrics': {
                    metric: {'archive_policy_name': 'ceilometer-low-rate'}
                },
            },
        )
        now = datetime.datetime.now(datetime.UTC).isoformat()
        self.site.ask(
            'POST',
            'metric',
            f'/v1/resource/instance/{server_id}/metric/{metric}/measures',
            [{'timestamp': now, 'value': value}],
        )

    # what goes wrong

    def _act(self, service, path, action, user=None):
        self.site.ask('POST', service, f'{path}/action', action, user)

    def put_in_error(self, server_id):
        faults.set_server_error(self.site.state, server_id)

    def put_volume(self, volume_id, status):
        action = {'os-reset_status': {'status': status}}
        self._act('block-storage', f'/volumes/{volume_id}', action)

    def is_placed(self, volume_id):
        """Say whether a volume has a backend, which only an admin is told."""
        found = self.site.ask('GET', 'block-storage', f'/volumes/{volume_id}')
        return found['volume']['os-vol-host-attr:host'] is not None

    @contextlib.contextmanager
    def locked(self, server_id):
        path = f'/servers/{server_id}'
        self._act('compute', path, {'lock': None}, self._user)
        yield
        self._act('compute', path, {'unlock': None}, self._user)

    @contextlib.contextmanager
    def old_nova(self):
        """Give a view of the project through a Nova that has no 2.93."""
        # for one who knows no newer one all is as with a Nova of that age
        with mock.patch.dict(door.NEWEST, {'compute': (2, 92)}):
            yield self.fresh_project()

    @contextlib.contextmanager
    def compute_down(self):
        faults.force_compute(self.site.state, True)
        yield
        faults.force_compute(self.site.state, False)

    @contextlib.contextmanager
    def host_lost(self, is_only=False):
        """Have Nova take the spare host for off, and maybe use no other.

        Once servers have left a host, Nova calls it up again only after a
        restart of its compute service.
        """
        state = self.site.state
        faults.force_compute(state, True, layout.SPARE_HOST)
        faults.enable_compute(state, layout.MAIN_HOST, not is_only)
        try:
            yield
        finally:
            faults.enable_compute(state, layout.MAIN_HOST, True)
            faults.kill(state, 'nova')
            faults.start(state, 'nova')
            faults.force_compute(state, False, layout.SPARE_HOST)

    def broken(self, name):
        point, options = BROKEN[name]
        return faults.arm(self.site.state, point, **options)

    def slow(self, name):
        point, _ = SLOW[name]
        return faults.arm(self.site.state, point, delay=1.5, count=1)

    def down(self, service):
        return faults.arm(self.site.state, f'api.{service}', status=503)

    def hanging(self, service):
        return faults.arm(self.site.state, f'api.{service}', delay=3)

    def answer_lost(self, service, method):
        return faults.arm(
            self.site.state,
            f'api.{service}',
            method='POST',
            status=502,
            after=True,
            count=1,
        )

    @contextlib.contextmanager
    def delegation_dead(self):
        self.site.set_role('DELETE', self.project_id, self._user_id)
        yield
        self.site.set_role('PUT', self.project_id, self._user_id)

    def limited(self, registered, own):
        self._limits = self.site.limits()
        self._limits.register(registered)
        self._limits.create(self.project_id, own)
        return self._limits.reader()

    def change_limit(self, name, limit):
        self._limits.change(name, limit)

    def limits_away(self):
        return faults.arm(self.site.state, 'api.keystone', status=503)
