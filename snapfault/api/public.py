"""What anybody may read: versions, the API's document, our health."""

import json
import typing

from oslo_config import cfg
from oslo_middleware import healthcheck
import webob
import webob.dec

from snapfault.api import microversion
from snapfault.api import openapi


class Public:
    """Answers what needs no token, and leaves the rest to the application."""

    def __init__(self, application: typing.Any, conf: cfg.ConfigOpts) -> None:
        """Wrap an application."""
        self._application = application
        self._healthcheck = healthcheck.Healthcheck(None, conf)
        self._document = openapi.make_document()

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Answer one request."""
        path = request.environ.get('PATH_INFO', '').rstrip('/')
        if request.method not in ('GET', 'HEAD'):
            return request.get_response(self._application)
        if path == '/healthcheck':
            return request.get_response(self._healthcheck)
        if path == '':
            return _json({'versions': [_document(request)]})
        if path == '/v1':
            return _json({'version': _document(request)})
        if path == '/v1/openapi.json':
            servers = [{'url': request.application_url}]
            return _json(self._document | {'servers': servers})
        return request.get_response(self._application)


def _document(request: webob.Request) -> dict[str, typing.Any]:
    return {
        'id': 'v1.0',
        'status': 'CURRENT',
        'min_version': microversion.text(microversion.MIN),
        'max_version': microversion.text(microversion.MAX),
        'links': [{'rel': 'self', 'href': f'{request.application_url}/v1/'}],
    }


def _json(body: dict[str, typing.Any]) -> webob.Response:
    return webob.Response(
        json.dumps(body).encode(),
        content_type='application/json',
        charset='UTF-8',
    )
