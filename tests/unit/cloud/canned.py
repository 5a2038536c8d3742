"""Services that answer what a test says, without a network."""

import json
import re

from oslo_config import cfg
import requests

from snapfault.cloud import session
from snapfault.conf import cloud as cloud_conf

CONF = """
[cloud]
auth_type = v3password
auth_url = http://keystone/v3
username = snapfault
password = secret
user_domain_id = default
project_name = service
project_domain_id = default
read_deadline = {read_deadline}
"""
CATALOGUE = [
    {
        'type': kind,
        'id': name,
        'name': name,
        'endpoints': [
            {
                'id': name,
                'interface': 'public',
                'region': 'one',
                'region_id': 'one',
                'url': url,
            }
        ],
    }
    for kind, name, url in (
        ('compute', 'nova', 'http://nova/v2.1'),
        ('block-storage', 'cinder', 'http://cinder/v3'),
        ('image', 'glance', 'http://glance'),
        ('identity', 'keystone', 'http://keystone/v3'),
        ('prometheus', 'aetos', 'http://aetos/prometheus'),
    )
]
TOKEN = {
    'token': {
        'methods': ['password'],
        'user': {'id': 'u', 'name': 'u', 'domain': {'id': 'd', 'name': 'd'}},
        'project': {
            'id': 'p',
            'name': 'p',
            'domain': {'id': 'd', 'name': 'd'},
        },
        'roles': [{'id': 'r', 'name': 'member'}],
        'expires_at': '2999-01-01T00:00:00.000000Z',
        'issued_at': '2026-01-01T00:00:00.000000Z',
        'catalog': CATALOGUE,
    }
}


def version(service, name, newest):
    """Give what the root of a service says of one version.

    :param newest: the newest microversion; '': it has none
    """
    return {
        'id': name,
        'status': 'CURRENT',
        'version': newest,
        'max_version': newest,
        'min_version': newest and f'{name[1]}.0',
        'links': [{'rel': 'self', 'href': f'http://{service}/{name}'}],
    }


class Page(str):
    """What a proxy says in no service's name: text, and no request id."""

    __slots__ = ()


class Services(requests.adapters.BaseAdapter):
    """All services; what they were asked is in ``asked``."""

    def __init__(self, nova='2.104', cinder='3.71'):
        super().__init__()
        self.asked = []
        self._answers = []
        for service, name, newest in (
            ('nova', 'v2.1', nova),
            ('cinder', 'v3', cinder),
            ('glance', 'v2', ''),
            ('keystone', 'v3', ''),
        ):
            document = {'versions': [version(service, name, newest)]}
            root = rf'http://{service}/?({name}/?)?$'
            self.say('GET', root, (200, document))
        self.say('POST', r'http://keystone/v3/auth/tokens', (201, TOKEN))

    def say(self, method, pattern, *answers):
        """Give these answers in turn, the last one for ever.

        The newest of several that match decides. An answer is a status and
        its JSON, or a :class:`Page`.
        """
        self._answers.insert(0, (method, re.compile(pattern), list(answers)))

    def count(self, method, part):
        """Count what was asked with that part in the URL."""
        return sum(
            each.method == method and part in each.url for each in self.asked
        )

    def send(self, request, **kwargs):
        self.asked.append(request)
        for method, pattern, answers in self._answers:
            if method == request.method and pattern.match(request.url):
                found = answers.pop(0) if len(answers) > 1 else answers[0]
                return self.respond(request, *found)
        raise AssertionError(f'{request.method} {request.url}: no answer')

    @staticmethod
    def respond(request, status, body):
        response = requests.Response()
        response.status_code = status
        response.request = request
        response.url = request.url
        response.reason = str(status)
        text = body if isinstance(body, str) else json.dumps(body)
        response._content = b'' if body is None else text.encode()
        if isinstance(body, Page):
            response.headers['Content-Type'] = 'text/html; charset=utf-8'
            return response
        response.headers['Content-Type'] = 'application/json'
        response.headers['X-Subject-Token'] = 'token'
        response.headers['X-OpenStack-Request-ID'] = 'req-7'
        return response

    def close(self):
        pass


def sessions(folder, services, read_deadline=0):
    """Give doors that lead to these services only."""
    path = folder / 'snapfault.conf'
    path.write_text(CONF.format(read_deadline=read_deadline))
    conf = cfg.ConfigOpts()
    cloud_conf.register_opts(conf)
    conf(['--config-file', str(path)], project='snapfault')
    made = session.Sessions(conf)
    made.own.session.session.mount('http://', services)
    return made
