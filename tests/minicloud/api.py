"""A small client of the services' HTTP APIs."""

import json
import threading
import typing
import urllib.error
import urllib.request

from tests.minicloud import layout

#: Seconds to wait for an answer: a service is slow while others start.
TIMEOUT = 90
PATHS = {'keystone': '/v3', 'glance': '/v2', 'nova': '/v2.1'}
PATHS |= {'cinder': '/v3', 'neutron': '/v2.0', 'gnocchi': '/v1'}
# a proxy of the caller's environment has no business on 127.0.0.1
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ApiError(layout.MinicloudError):
    """A service answered with an error.

    :ivar status: the HTTP status.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def request(
    method: str,
    url: str,
    body: object = None,
    headers: dict[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> tuple[typing.Any, dict[str, str]]:
    """Ask once; give the decoded body, None when empty, and the headers.

    :raises ApiError: when the answer is an error.
    :raises OSError: when there is no answer.
    """
    data = body
    if body is not None and not isinstance(body, bytes):
        data = json.dumps(body).encode()
    headers = {'Content-Type': 'application/json', **(headers or {})}
    call = urllib.request.Request(url, data, headers, method=method)
    try:
        with _OPENER.open(call, timeout=timeout) as answer:
            raw, found = answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        text = error.read(400).decode(errors='replace')
        raise ApiError(
            error.code, f'{method} {url} -> {error.code} {text}'
        ) from error
    return (json.loads(raw) if raw else None), found


class Session:
    """One user in one project.

    :param user: also the name of the project, unless that is given.
    """

    def __init__(
        self,
        cloud: layout.Cloud,
        user: str = 'admin',
        project: str | None = None,
    ) -> None:
        self.cloud = cloud
        self._user = user
        self._project = project or user
        self._token = ''
        self._lock = threading.Lock()
        self.project_id = ''

    def _log_in(self) -> str:
        domain = {'id': 'default'}
        user = {
            'name': self._user,
            'password': layout.PASSWORD,
            'domain': domain,
        }
        body = {
            'auth': {
                'identity': {
                    'methods': ['password'],
                    'password': {'user': user},
                },
                'scope': {
                    'project': {'name': self._project, 'domain': domain}
                },
            }
        }
        url = f'{self.cloud.auth_url}/auth/tokens'
        answer, headers = request('POST', url, body)
        self.project_id = answer['token']['project']['id']
        return headers['X-Subject-Token']

    @property
    def token(self) -> str:
        """The session's token, asked for at the first use."""
        with self._lock:
            self._token = self._token or self._log_in()
            return self._token

    def ask(
        self,
        method: str,
        service: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> typing.Any:
        """Ask a service; the path is the one after its version.

        Cinder's paths begin after the project, which is put before them.
        """
        token = self.token
        start = self.cloud.origin(service) + PATHS[service]
        if service == 'cinder':
            start = f'{start}/{self.project_id}'
        call = method, start + path, body
        more = headers or {}
        try:
            return request(*call, {'X-Auth-Token': token, **more})[0]
        except ApiError as error:
            if error.status != 401:
                raise
        self._forget(token)  # it has expired: some live for seconds only
        return request(*call, {'X-Auth-Token': self.token, **more})[0]

    def _forget(self, token: str) -> None:
        """Have the next use log in anew, unless another thread has."""
        with self._lock:
            if self._token == token:
                self._token = ''

    def get(self, service: str, path: str, **more: typing.Any) -> typing.Any:
        """Read."""
        return self.ask('GET', service, path, **more)

    def post(
        self, service: str, path: str, body: object, **more: typing.Any
    ) -> typing.Any:
        """Create, or act."""
        return self.ask('POST', service, path, body, **more)
