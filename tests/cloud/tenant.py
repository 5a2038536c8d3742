"""A tenant as its own programs are: plain openstacksdk and plain HTTP."""

import dataclasses
import itertools

from tests.demo import world

_numbers = itertools.count(1)


@dataclasses.dataclass
class Business:
    """One protected business service of the tenant."""

    tenant: object
    id: str
    server_id: str
    image_id: str
    volume_ids: dict  #: by device, as they were at first
    policy_id: str
    protection_id: str

    def run(self):
        """Ask for a run now and give the task's id."""
        body = {'task': {'protection_id': self.protection_id}}
        return self.tenant.ask('POST', '/v1/tasks', body)['task']['id']

    def task(self, task_id):
        """Read a task."""
        return self.tenant.ask('GET', f'/v1/tasks/{task_id}')['task']

    def protection(self):
        """Read the protection."""
        path = f'/v1/protections/{self.protection_id}'
        return self.tenant.ask('GET', path)['protection']

    def points(self, status=None):
        """List the recovery points, newest first."""
        query = f'?business_id={self.id}'
        query += f'&status={status}' if status else ''
        answer = self.tenant.ask('GET', f'/v1/recovery-points{query}')
        return answer['recovery_points']

    def recover(self, **changes):
        """Ask for a recovery and give its id."""
        body = {'recovery': {'business_id': self.id, **changes}}
        answer = self.tenant.ask('POST', '/v1/recoveries', body)
        return answer['recovery']['id']

    def recoveries(self):
        """List the recoveries, newest first."""
        path = f'/v1/recoveries?business_id={self.id}'
        return self.tenant.ask('GET', path)['recoveries']

    def server(self):
        """Read the server."""
        return self.tenant.cloud.compute.get_server(self.server_id)

    def attached(self):
        """Give the ids of the attached volumes by device."""
        return {
            each.device: each.volume_id
            for each in self.tenant.cloud.compute.volume_attachments(
                self.server_id
            )
        }

    def snapshots(self):
        """List what Cinder has of the volumes it had at first."""
        return [
            each
            for each in self.tenant.cloud.block_storage.snapshots(details=True)
            if each.volume_id in self.volume_ids.values()
        ]


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, status, detail):
        super().__init__(f'{status}: {detail}')
        self.status = status
        self.detail = detail


class Tenant:
    """One user of the cloud."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.project_id = cloud.current_project_id

    def ask(self, method, path, body=None):
        """Ask the API.

        :raises Refused: it answered with an error
        """
        answer = self.cloud.session.request(
            path,
            method,
            endpoint_filter={'service_type': 'fault-tolerance'},
            json=body,
            raise_exc=False,
        )
        if answer.status_code >= 400:
            error = answer.json()['errors'][0]
            raise Refused(answer.status_code, error['detail'])
        return answer.json() if answer.content else None

    def policy(self, **changes):
        """Make a policy that fires once a year, so that tests do."""
        body = {
            'name': f'policy-{next(_numbers)}',
            'schedules': [{'cron': '0 0 1 1 *'}],
            'quota': {'count': 2},
            'recovery': {'automatic': True, 'margin': 0},
            **changes,
        }
        answer = self.ask('POST', '/v1/policies', {'policy': body})
        return answer['policy']

    def server(self, volumes=2, **changes):
        """Make a server with volumes, and give both."""
        name = f'server-{next(_numbers)}'
        image = next(self.cloud.image.images(name='cirros'))
        flavor = self.cloud.compute.find_flavor('m1.tiny')
        values = {
            'name': name,
            'image_id': image.id,
            'flavor_id': flavor.id,
            'networks': 'none',
            **changes,
        }
        made = self.cloud.compute.create_server(**values)
        read = self.cloud.compute.get_server
        server = world.wait(lambda: read(made.id), 'ACTIVE')
        attached = {}
        for number in range(volumes):
            device = f'/dev/sd{"bcdefghi"[number]}'
            attached[device] = self._attach(server.id, name, device)
        return server, attached

    def _attach(self, server_id, name, device):
        storage = self.cloud.block_storage
        volume = storage.create_volume(size=1, name=f'{name}{device}')
        world.wait(lambda: storage.get_volume(volume.id), 'available')
        self.cloud.compute.create_volume_attachment(
            server_id, volume_id=volume.id, device=device
        )
        world.wait(lambda: storage.get_volume(volume.id), 'in-use')
        return volume.id

    def protect(self, server_id, policy_id, business_id=None):
        """Protect a server and give the protection."""
        body = {
            'business_id': business_id or f'business-{next(_numbers)}',
            'server_id': server_id,
            'policy_id': policy_id,
        }
        answer = self.ask('POST', '/v1/protections', {'protection': body})
        return answer['protection']

    def business(self, volumes=2, **policy):
        """Make a server with volumes and protect it."""
        server, attached = self.server(volumes)
        rules = self.policy(**policy)
        made = self.protect(server.id, rules['id'])
        return Business(
            self,
            made['business_id'],
            server.id,
            server.image.id,
            attached,
            rules['id'],
            made['id'],
        )
