"""A Keystone that gives one token to services, and knows it and another."""

import contextlib
import http.server
import json
import threading

#: Of what a token tells; the middleware asks no more of them.
_FOR_EVER = '2099-01-01T00:00:00.000000Z'
_DOMAIN = {'id': 'default', 'name': 'Default'}


class _Handler(http.server.BaseHTTPRequestHandler):
    """Gives and confirms tokens; see :func:`running`."""

    service_token = ''
    known: dict[str, dict] = {}  #: what Keystone tells of each token

    def do_GET(self):
        token = self.headers.get('X-Subject-Token')
        if token is None:
            links = [
                {'rel': 'self', 'href': f'http://{self.headers["Host"]}/v3/'}
            ]
            version = {'id': 'v3.14', 'status': 'stable', 'links': links}
            self._say(200, {'version': version})
        elif token in self.known:
            self._tell(200, token)
        else:
            self._say(404, {'error': {'message': 'no', 'code': 404}})

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self._tell(201, self.service_token)

    def _tell(self, status, token):
        endpoints = [
            {
                'interface': each,
                'url': f'http://{self.headers["Host"]}/v3',
                'region_id': 'one',
                'region': 'one',
                'id': each,
            }
            for each in ('public', 'internal', 'admin')
        ]
        service = {
            'type': 'identity',
            'name': 'keystone',
            'id': 'keystone',
            'endpoints': endpoints,
        }
        told = self.known[token] | {'catalog': [service]}
        self._say(status, {'token': told}, token)

    def _say(self, status, body, token=None):
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(written)))
        if token is not None:
            self.send_header('X-Subject-Token', token)
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_):
        pass


def _told(project_id, *roles):
    return {
        'methods': ['password'],
        'user': {'id': 'user', 'name': 'user', 'domain': _DOMAIN},
        'project': {'id': project_id, 'name': project_id, 'domain': _DOMAIN},
        'roles': [{'id': each, 'name': each} for each in roles],
        'audit_ids': ['audit'],
        'issued_at': '2026-01-01T00:00:00.000000Z',
        'expires_at': _FOR_EVER,
    }


@contextlib.contextmanager
def running(service_token, token, project_id):
    """Serve until the block ends; gives the URL.

    :param service_token: what services get
    :param token: of a member of the project
    """
    known = {
        service_token: _told('service', 'service'),
        token: _told(project_id, 'member', 'reader'),
    }
    made = {'service_token': service_token, 'known': known}
    handler = type('Handler', (_Handler,), made)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f'http://127.0.0.1:{server.server_address[1]}/v3'
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
