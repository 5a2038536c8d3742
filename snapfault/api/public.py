"""What anybody may read: versions, the API's document, our health."""

import collections.abc
import json
import typing

from oslo_config import cfg
from oslo_middleware import healthcheck
import webob
import webob.dec

from snapfault.api import health
from snapfault.api import microversion
from snapfault.api import openapi

Answer = collections.abc.Callable[[webob.Request], webob.Response]


class Public:
    """Answers what needs no token, and leaves the rest to the application."""

    def __init__(
        self,
        application: typing.Any,
        conf: cfg.ConfigOpts,
        probes: collections.abc.Mapping[str, health.Probe],
    ) -> None:
        """Wrap an application.

        :param probes: look at what the service depends on, by name
        """
        self._application = application
        check = healthcheck.Healthcheck(None, conf)
        state = health.Health(probes)
        document = openapi.make_document()
        self._answers: dict[str, Answer] = {
            '/healthcheck': lambda request: request.get_response(check),
            '/healthcheck/dependencies': lambda _: _dependencies(state.read()),
            '': lambda request: _json({'versions': [_document(request)]}),
            '/v1': lambda request: _json({'version': _document(request)}),
            '/v1/openapi.json': lambda request: _json(
                document | {'servers': [{'url': request.application_url}]}
            ),
        }

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Answer one request."""
        path = request.environ.get('PATH_INFO', '').rstrip('/')
        answer = self._answers.get(path)
        if answer is None or request.method not in ('GET', 'HEAD'):
            return request.get_response(self._application)
        return answer(request)


def _document(request: webob.Request) -> dict[str, typing.Any]:
    return {
        'id': 'v1.0',
        'status': 'CURRENT',
        'min_version': microversion.text(microversion.MIN),
        'max_version': microversion.text(microversion.MAX),
        'links': [{'rel': 'self', 'href': f'{request.application_url}/v1/'}],
    }


def _dependencies(states: dict[str, str]) -> webob.Response:
    """Write how they are; 503 unless all is well, for those who balance."""
    response = _json(
        {
            'dependencies': [
                {'name': name, 'status': status}
                for name, status in states.items()
            ]
        }
    )
    if set(states.values()) - {health.OK}:
        response.status_int = 503
    return response


def _json(body: dict[str, typing.Any]) -> webob.Response:
    return webob.Response(
        json.dumps(body).encode(),
        content_type='application/json',
        charset='UTF-8',
    )
