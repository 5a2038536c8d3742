"""A stand-in of the REST API, with a Keystone and a Nova beside it.

One WSGI application: it keeps what is posted, answers lists by page, and
writes down what it was asked.
"""

import json
import urllib.parse

import webob
import webob.dec

HOST = 'cloud.test'
PAGE = 2  #: what a page holds at most, few so that lists have several
KEYS = {
    'policies': 'policy',
    'protections': 'protection',
    'tasks': 'task',
    'recovery-points': 'recovery_point',
    'recoveries': 'recovery',
    'drills': 'drill',
    'readiness': 'readiness',
}
POLICY = {
    'description': '',
    'thresholds': [],
    'posture': 'risk',
    'multipliers': {},
    'rpo': None,
    'recovery': {'automatic': False, 'margin': 60},
}
DEFAULTS = {
    'policies': POLICY,
    'protections': {'next_run_at': None, 'alarm': '', 'alarm_at': None},
    'tasks': {'status': 'waiting', 'attempts': 0, 'reason': ''},
    'recoveries': {'status': 'waiting', 'reason': '', 'steps': []},
    'drills': {'status': 'waiting', 'reason': '', 'steps': []},
}


def identity(number):
    """Give an id that is easily read."""
    return f'00000000-0000-4000-8000-{number:012d}'


#: What Keystone says of itself.
IDENTITY = {
    'id': 'v3.14',
    'status': 'stable',
    'links': [{'rel': 'self', 'href': f'http://{HOST}/identity/v3/'}],
}
#: The project of the name ``dept``; Keystone's ids have no dashes.
DEPARTMENT = identity(99).replace('-', '')
NETWORK = identity(98)
CREDENTIAL = identity(97).replace('-', '')
#: Where other services list what they know.
LISTS = {
    '/compute/v2.1/servers': 'servers',
    '/identity/v3/projects': 'projects',
    '/identity/v3/users/u/application_credentials': 'application_credentials',
    '/network/v2.0/networks': 'networks',
}


class Refused(Exception):
    """The API's way to say no."""


class Cloud:
    """Keystone, Nova and the fault tolerance service on one host."""

    def __init__(self):
        self.asked = []  #: (method, path with query, body) of our API
        self.elsewhere = []  #: (method, path) of Keystone and Nova
        self.kept = {path: {} for path in KEYS}
        #: id -> what each further look finds; None: it is gone
        self.script = {}
        self.plan = []
        self.record_table = {'version': 1, 'policies': [], 'protections': []}
        self.changes = []  #: what the next imports would change
        self.runs = []
        self.recovery_plan = {}
        self.report = {'text': ''}
        self.servers = {}  #: name -> id
        self.named = {  #: what other services know: (name, id)
            'servers': [],
            'projects': [('dept', DEPARTMENT)],
            'application_credentials': [('robot', CREDENTIAL)],
            'networks': [('net', NETWORK)],
        }
        self.hidden = set()  #: what of it the caller may not list
        #: What the next requests get: (status, body), or None to pass one.
        self.refusal = []
        self.missing = set()  #: service types that the catalogue lacks
        self.tokens = {'a-token'}
        self.versions = set()  #: what the requests asked for
        self.service = None  #: the real API, where it is to answer

    @webob.dec.wsgify
    def __call__(self, request):
        """Answer as the service that the path belongs to."""
        path = request.path
        if self.service is not None and f'{path}/'.startswith('/fault/'):
            request.path_info_pop()
            return request.get_response(self.service)
        if path.startswith('/fault/v1/'):
            return self._fault(request, path.removeprefix('/fault/v1/'))
        self.elsewhere.append((request.method, path))
        if path == '/identity/v3/auth/tokens':
            return _token(self.missing)
        if path in LISTS:
            return self._listed(LISTS[path], request.GET.get('name', ''))
        if path.rstrip('/') in ('/identity', '/identity/v3'):
            return _answer(200, {'version': IDENTITY})
        return webob.Response(status=404)

    def keep(self, path, number, **members):
        """Put a resource there as if it had been made long ago."""
        record = {**DEFAULTS.get(path, {}), 'id': identity(number), **members}
        self.kept[path][record['id']] = record
        return record

    def _fault(self, request, path):
        body = request.json if request.body else None
        asked = f'/v1/{path}'
        if request.query_string:
            asked += f'?{urllib.parse.unquote_plus(request.query_string)}'
        self.asked.append((request.method, asked, body))
        assert request.headers.get('X-Auth-Token') in self.tokens
        self.versions.add(request.headers.get('OpenStack-API-Version'))
        refused = self.refusal.pop(0) if self.refusal else None
        if refused is not None:
            return _answer(*refused)
        if path == 'plan':
            return _answer(200, {'plan': {'tasks': self.plan}})
        if path == 'recovery-plan':
            return _answer(200, {'recovery_plan': self.recovery_plan})
        if path == 'record-table':
            return self._table(request.method)
        if path == 'schedule-previews':
            return _answer(200, {'schedule_preview': {'runs': self.runs}})
        if path.endswith('/report'):
            return _answer(200, {'report': self.report})
        name, _, one = path.partition('/')
        identity, _, action = one.partition('/')
        try:
            if action == 'webhook':
                return self._webhook(request.method, identity)
            if action in ('undo', 'abort', 'retry', 'approve'):
                return self._one('GET', name, identity, None)
            if one:
                return self._one(request.method, name, one, body)
            return self._many(request, name, body)
        except Refused as refused:
            return _answer(404, error(404, str(refused)))

    def _webhook(self, method, identity):
        self._one('GET', 'protections', identity, None)
        if method == 'DELETE':
            return webob.Response(status=204)
        shown = {'protection_id': identity, 'url': 'http://here/v1/webhooks/x'}
        return _answer(201, {'webhook': shown})

    def _many(self, request, name, body):
        if request.method == 'POST':
            members = body[KEYS[name]]
            number = 100 + len(self.kept[name])
            record = self.keep(name, number, **members)
            return _answer(
                202 if name in ('tasks', 'recoveries', 'drills') else 201,
                {KEYS[name]: record},
            )
        query = dict(request.GET)
        limit = min(int(query.pop('limit', PAGE)), PAGE)
        marker = query.pop('marker', None)
        query.pop('all_projects', None)
        found = [
            record
            for record in self.kept[name].values()
            if all(str(record.get(k)) == v for k, v in query.items())
        ]
        ids = [record['id'] for record in found]
        start = ids.index(marker) + 1 if marker else 0
        page = found[start : start + limit]
        plural = name.replace('-', '_')
        answer = {plural: page}
        if start + limit < len(found):
            rest = dict(request.GET) | {'marker': page[-1]['id']}
            # As behind a proxy that the service knows nothing of.
            href = f'http://inner/v1/{name}?{urllib.parse.urlencode(rest)}'
            answer[f'{plural}_links'] = [{'rel': 'next', 'href': href}]
        return _answer(200, answer)

    def _one(self, method, name, one, body):
        record = self.kept[name].get(urllib.parse.unquote(one))
        if record is None:
            raise Refused(f'There is no {KEYS[name]} {one}.')
        if method == 'DELETE' and name == 'recovery-points':
            record['status'] = 'deleting'
            return _answer(202, {KEYS[name]: record})
        if method == 'DELETE' and record.get('ending_at'):
            return _answer(202, {KEYS[name]: record})
        if method == 'DELETE':
            del self.kept[name][record['id']]
            return _answer(204)
        if method == 'PATCH':
            record.update(body[KEYS[name]])
        elif self.script.get(record['id']):
            found = self.script[record['id']].pop(0)
            if found is None:
                del self.kept[name][record['id']]
                raise Refused(f'There is no {KEYS[name]} {one}.')
            record.update(found)
        return _answer(200, {KEYS[name]: record})

    def _table(self, method):
        if method == 'GET':
            return _answer(200, {'record_table': self.record_table})
        return _answer(200, {'changes': self.changes, 'generation': 'seen'})

    def _listed(self, kind, name):
        """List what has a name, or begins with it, as Nova would."""
        if kind in self.hidden:
            return _answer(403, {'error': {'code': 403, 'message': 'no'}})
        known = [*self.named[kind]]
        if kind == 'servers':
            known += self.servers.items()
        found = [
            {'id': each, 'name': own}
            for own, each in known
            if own.startswith(name)
        ]
        return _answer(200, {kind: found})


def error(status, detail, request_id='req-7'):
    """Write an error as the API does."""
    member = {
        'request_id': request_id,
        'code': '',
        'status': status,
        'title': 'Refused',
        'detail': detail,
        'links': [],
    }
    return {'errors': [member]}


def _answer(status, body=None):
    if isinstance(body, str):
        return webob.Response(status=status, text=body)
    text = '' if body is None else json.dumps(body)
    return webob.Response(
        status=status, text=text, content_type='application/json'
    )


def _token(missing):
    urls = {
        'fault-tolerance': ('snapfault', '/fault'),
        'identity': ('keystone', '/identity'),
        'compute': ('nova', '/compute/v2.1'),
        'network': ('neutron', '/network/v2.0'),
    }
    catalogue = [
        {
            'type': kind,
            'name': name,
            'id': name,
            'endpoints': [
                {
                    'id': name,
                    'interface': 'public',
                    'region_id': 'here',
                    'region': 'here',
                    'url': f'http://{HOST}{path}',
                }
            ],
        }
        for kind, (name, path) in urls.items()
        if kind not in missing
    ]
    token = {
        'methods': ['password'],
        'expires_at': '2999-01-01T00:00:00.000000Z',
        'issued_at': '2026-01-01T00:00:00.000000Z',
        'user': {
            'id': 'u',
            'name': 'u',
            'domain': {'id': 'default', 'name': 'Default'},
        },
        'project': {
            'id': 'p',
            'name': 'p',
            'domain': {'id': 'default', 'name': 'Default'},
        },
        'roles': [{'id': 'm', 'name': 'member'}],
        'catalog': catalogue,
    }
    response = _answer(201, {'token': token})
    response.headers['X-Subject-Token'] = 'a-token'
    return response
