"""Limits in the real Keystone, for as long as a test takes."""

from oslo_config import cfg

from snapfault import conf as options
from snapfault.cloud import limits
from tests.minicloud import layout

CONF = """
[oslo_limit]
endpoint_service_type = fault-tolerance
endpoint_region_name = {region}
auth_type = password
auth_url = {auth_url}
username = snapfault
password = {password}
user_domain_id = default
system_scope = all
"""


class Limits:
    """What is registered, and what one project has."""

    def __init__(self, site, folder):
        """Let the service read the limits of all projects."""
        self._site = site
        self._file = folder / 'limits.conf'
        found = self._ask('GET', '/services?type=fault-tolerance')
        self._service_id = found['services'][0]['id']
        user = self._ask('GET', '/users?name=snapfault')['users'][0]['id']
        role = self._ask('GET', '/roles?name=reader')['roles'][0]['id']
        self._ask('PUT', f'/system/users/{user}/roles/{role}')
        self._ids = {}

    def _ask(self, method, path, json=None):
        return self._site.ask(method, 'identity', path, json)

    def _make(self, kind, listed):
        where = {
            'service_id': self._service_id,
            'region_id': layout.REGION,
        }
        body = {kind: [{**where, **each} for each in listed]}
        return self._ask('POST', f'/{kind}', body)[kind] if listed else []

    def register(self, registered):
        """Register these limits, in place of whatever is registered."""
        self.clear()
        self._make(
            'registered_limits',
            [
                {'resource_name': name, 'default_limit': limit}
                for name, limit in registered.items()
            ],
        )

    def create(self, project_id, own):
        """Give a project limits of its own."""
        made = self._make(
            'limits',
            [
                {
                    'project_id': project_id,
                    'resource_name': name,
                    'resource_limit': limit,
                }
                for name, limit in own.items()
            ],
        )
        self._ids = {each['resource_name']: each['id'] for each in made}

    def change(self, name, limit):
        """Give the project another limit."""
        body = {'limit': {'resource_limit': limit}}
        self._ask('PATCH', f'/limits/{self._ids[name]}', body)

    def forget(self):
        """Take the project's own limits away again."""
        for each in self._ids.values():
            self._ask('DELETE', f'/limits/{each}')
        self._ids = {}

    def clear(self):
        """Leave no limit of the service."""
        for kind in ('limits', 'registered_limits'):
            path = f'/{kind}?service_id={self._service_id}'
            for each in self._ask('GET', path)[kind]:
                self._ask('DELETE', f'/{kind}/{each["id"]}')

    def options(self):
        """Give the part of a configuration file that turns limits on."""
        return CONF.format(
            region=layout.REGION,
            auth_url=self._site.layout.auth_url,
            password=layout.PASSWORD,
        )

    def reader(self):
        """Make the product's reader, from a configuration file."""
        self._file.write_text(self.options())
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf(['--config-file', str(self._file)], project='snapfault')
        return limits.Limits(conf)
