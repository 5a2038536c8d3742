"""What all worlds of one run on a minicloud share."""

import os
import uuid

from keystoneauth1 import identity
from keystoneauth1 import session as ksa_session
from oslo_config import cfg

from snapfault import conf as options
from snapfault.cloud import cloud
from snapfault.cloud import enrol
from snapfault.cloud import session
from snapfault.cloud import source
from tests.contract import real_limits
from tests.contract import real_world
from tests.minicloud import faults
from tests.minicloud import layout

CONF = """
[cloud]
auth_type = password
auth_url = {auth_url}
username = snapfault
password = {password}
user_domain_id = default
project_name = service
project_domain_id = default
region_name = RegionOne
timeout = {timeout}
read_deadline = 1
"""


class Site:
    """A minicloud, and ways to it as different users."""

    def __init__(self, state, folder):
        self.state = os.path.abspath(state)
        self.layout = layout.load(state)
        self._folder = folder
        #: What a service would keep of application credentials, by right.
        self.kept = {}
        self.sessions, self.cloud = self.connect(60)
        _, self.impatient = self.connect(1)
        self.enroller = enrol.Enroller(self.sessions, self.cloud, ['member'])
        self.admin = self.user('admin', 'admin')
        self._worlds = []
        self._limits = None

    def connect(self, timeout):
        """Make the product's way to the cloud, from a configuration file."""
        path = self._folder / f'{timeout}.conf'
        path.write_text(
            CONF.format(
                auth_url=self.layout.auth_url,
                password=layout.PASSWORD,
                timeout=timeout,
            )
        )
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf(['--config-file', str(path)], project='snapfault')
        sessions = session.Sessions(conf, self.kept.__getitem__)
        measured_by = source.load('gnocchi', source.Tools(conf, sessions))
        return sessions, cloud.Cloud(sessions, measured_by)

    def user(self, name, project):
        """Give a user's session in a project of that name."""
        return ksa_session.Session(
            identity.V3Password(
                auth_url=self.layout.auth_url,
                username=name,
                password=layout.PASSWORD,
                user_domain_id='default',
                project_name=project,
                project_domain_id='default',
            ),
            timeout=60,
        )

    def ask(self, method, service, path, json=None, as_user=None):
        """Ask a service, the administrator unless a user is given."""
        endpoint = {'service_type': service}
        version = {'compute': '2.96', 'block-storage': '3.70'}.get(service)
        answer = (as_user or self.admin).request(
            path,
            method,
            json=json,
            endpoint_filter=endpoint,
            microversion=version,
        )
        return answer.json() if answer.content else None

    def make_user(self, role='member'):
        """Make a project with one user of its name: give name and ids."""
        name = f'contract-{uuid.uuid4().hex[:8]}'
        body = {'name': name, 'domain_id': 'default'}
        project_id = self.create('project', body)
        user = {**body, 'password': layout.PASSWORD}
        user_id = self.create('user', user)
        self.set_role('PUT', project_id, user_id, role)
        return name, project_id, user_id

    def create(self, kind, body):
        made = self.ask('POST', 'identity', f'/{kind}s', {kind: body})
        return made[kind]['id']

    def set_role(self, method, project_id, user_id, role='member'):
        """Give a user a role in a project, or take it by DELETE."""
        roles = self.ask('GET', 'identity', f'/roles?name={role}')
        role_id = roles['roles'][0]['id']
        self.ask(
            method,
            'identity',
            f'/projects/{project_id}/users/{user_id}/roles/{role_id}',
        )

    def hold_place(self):
        """Let no later application credential get the number of the last.

        On SQLite Keystone leaves the roles of one whose user is deleted, and
        numbers the next one like it when none comes in between: 409.
        """
        own_id = self.admin.get_user_id()
        self.ask(
            'POST',
            'identity',
            f'/users/{own_id}/application_credentials',
            {'application_credential': {'name': uuid.uuid4().hex}},
        )

    def volume_type(self):
        """Give the id of the type that volumes have by default."""
        found = self.ask('GET', 'block-storage', '/types/default')
        return found['volume_type']['id']

    def group_type(self, consistent):
        """Make a group type, as only an administrator can: give its id."""
        body = {'name': f'group-{uuid.uuid4().hex[:8]}'}
        made = self.ask(
            'POST', 'block-storage', '/group_types', {'group_type': body}
        )
        type_id = made['group_type']['id']
        if consistent:
            specs = {'consistent_group_snapshot_enabled': '<is> True'}
            self.ask(
                'POST',
                'block-storage',
                f'/group_types/{type_id}/group_specs',
                {'group_specs': specs},
            )
        return type_id

    def limits(self):
        """Give what registers limits; none stays after the run."""
        if self._limits is None:
            self._limits = real_limits.Limits(self, self._folder)
        return self._limits

    def world(self):
        """Give a world; its project is new."""
        return real_world.World(self)

    def close(self):
        if self._limits is not None:
            self._limits.clear()
        faults.clear(self.state)
