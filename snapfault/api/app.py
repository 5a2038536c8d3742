"""The WSGI application: middleware around the routes."""

import collections.abc
import json
import typing

from keystonemiddleware import auth_token
from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_middleware import cors
from oslo_middleware import http_proxy_to_wsgi
from oslo_middleware import request_id
from oslo_middleware import sizelimit
from oslo_policy import policy
import webob

from snapfault import clock
from snapfault import tracing
from snapfault.api import backend
from snapfault.api import call
from snapfault.api import cross_origin
from snapfault.api import faults
from snapfault.api import microversion
from snapfault.api import public
from snapfault.api import rates
from snapfault.api import routes
from snapfault.api import routing
from snapfault.api import validation
from snapfault.api import webhook
from snapfault.policies import enforcer
from snapfault.policies import project

#: Bytes, unless the operator says otherwise: an import of the record table
#: is one request, of about a hundred bytes a protection.
LARGEST_BODY: typing.Final = 2 * 1024 * 1024

Authenticate = collections.abc.Callable[
    [typing.Any, cfg.ConfigOpts], typing.Any
]


def keystone(application: typing.Any, conf: cfg.ConfigOpts) -> typing.Any:
    """Let in whom Keystone knows; without Keystone, answer 503.

    A service token counts only with a service role: without that any token
    could pass for one.
    """
    return auth_token.AuthProtocol(
        application,
        {
            'oslo_config_config': conf,
            'service_type': microversion.SERVICE_TYPE,
            'service_token_roles_required': True,
        },
    )


def make_application(
    conf: cfg.ConfigOpts,
    behind: backend.Backend,
    authenticate: Authenticate = keystone,
) -> typing.Any:
    """Put the middleware around the routes, from the inside out.

    :param authenticate: what lets callers in; the tests have their own
    """
    counted = rates.Rates(conf)
    application: typing.Any = Api(conf, behind, counted)
    # Only what is behind this needs a token.
    application = authenticate(application, conf)
    # Inside of the webhooks: their addresses are secrets, and spans tell
    # addresses.
    application = tracing.of_requests(application, conf)
    # Outside of authentication: an alarm's sender has no token.
    application = webhook.Webhooks(application, conf, behind)
    # Outside of authentication: who has no token is told by his address.
    application = rates.ByAddress(application, counted)
    # Outside of authentication: nobody may make us read without end.
    application = sizelimit.RequestBodySizeLimiter(application, conf)
    conf.set_default(
        'max_request_body_size', LARGEST_BODY, group='oslo_middleware'
    )
    # Outside of all that can fail: every refusal gets the one form.
    application = faults.guard(application)
    # Outside of the guard: refusals name the version too.
    application = microversion.negotiate(application)
    # Clients read it before they have a token or know a version.
    application = public.Public(application, conf, behind.probes)
    # Before any URL is written: behind a proxy, the caller's differs.
    application = http_proxy_to_wsgi.HTTPProxyToWSGI(application, conf)
    # A browser must be able to read refusals too.
    cross_origin.set_defaults()
    application = cors.CORS(application, conf)
    # Outermost: everything said and logged bears the id.
    return request_id.RequestId(application)


class Api:
    """The routes: allow, check the form, hand over, write the answer."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        behind: backend.Backend,
        counted: rates.Rates,
    ) -> None:
        """Load the rules of who may do what."""
        self._backend = behind
        self._rates = counted
        self._enforcer = enforcer.make_enforcer(conf)
        self._max_limit = conf.api.max_limit
        self._table = routing.Table(routes.ROUTES)

    def __call__(
        self, environ: typing.Any, start_response: typing.Any
    ) -> typing.Any:
        """Answer one request; what is wrong rises to the guard."""
        request = webob.Request(environ)
        response = self._respond(request)
        return response(environ, start_response)

    def _respond(self, request: webob.Request) -> webob.Response:
        route, ids = self._table.find(request.method, request.path_info)
        context = oslo_context.RequestContext.from_environ(request.environ)
        if not context.project_id:
            raise faults.Refusal(403, 'The token is not one of a project.')
        self._rates.count(request, 'project', context.project_id)
        self._allow(route.rule, context)
        query = validation.read_query(request)
        route.query.check(query, 'query')
        scope = context.project_id
        if query.get('all_projects', 'false').lower() == 'true':
            self._allow(project.ALL, context)
            scope = None
        answer = route.handler(
            call.Call(
                request=request,
                backend=self._backend,
                project_id=context.project_id,
                scope=scope,
                ids=ids,
                query=query,
                body=self._body(route, request),
                allow=lambda rule: self._allow(rule, context),
                max_limit=self._max_limit,
                now=clock.now(),
            )
        )
        return _written(request, answer)

    def _allow(self, rule: str, context: typing.Any) -> None:
        """Refuse what the rules do not allow in the token's project.

        Which project a resource is of needs no rule: what is not of the
        token's is not found at all.
        """
        target = {'project_id': context.project_id}
        try:
            self._enforcer.authorize(rule, target, context, do_raise=True)
        except (policy.PolicyNotAuthorized, policy.InvalidScope) as error:
            raise faults.Refusal(
                403, f'The roles of the token do not allow {rule}.'
            ) from error

    def _body(self, route: routing.Route, request: webob.Request) -> call.Json:
        if route.body is None:
            if route.method == 'POST':
                validation.refuse_body(request)
            return {}
        body: call.Json = validation.read_body(request)
        route.body.check(body, 'body')
        return body


def _written(request: webob.Request, answer: call.Answer) -> webob.Response:
    response = webob.Response(status=answer.status)
    if answer.location is not None:
        response.location = f'{request.application_url}{answer.location}'
    if answer.generation is not None:
        response.etag = str(answer.generation)
    # A tag names what people set; what moves by itself is not in it.
    response.headers['Cache-Control'] = 'no-store'
    if answer.body is None:
        del response.content_type
    else:
        response.content_type = 'application/json'
        response.body = json.dumps(answer.body, allow_nan=False).encode()
    return response
