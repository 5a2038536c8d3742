"""The API as an OpenAPI 3.1 document, written from what serves it.

Paths, parameters, bodies and answers come from the routes and their schemas,
so that no second text has to follow them.
"""

import collections.abc
import http
import importlib.metadata
import inspect
import re
import typing

from snapfault.api import call
from snapfault.api import open_paths
from snapfault.api import routes
from snapfault.api import routing
from snapfault.api.answers import drill
from snapfault.api.answers import form
from snapfault.api.answers import policy
from snapfault.api.answers import protection
from snapfault.api.answers import public
from snapfault.api.answers import recovery
from snapfault.api.answers import recovery_point
from snapfault.api.answers import task

VERSION: typing.Final = '3.1.0'
#: What is written once, under a name, and referred to.
NAMED: typing.Final = {
    'Policy': policy.POLICY,
    'Protection': protection.PROTECTION,
    'Task': task.TASK,
    'RecoveryPoint': recovery_point.RECOVERY_POINT,
    'Recovery': recovery.RECOVERY,
    'Drill': drill.DRILL,
    'Errors': public.ERRORS,
}
#: What each refusal means, whoever is refused.
REFUSALS: typing.Final = {
    400: 'The request is not of the right form; the detail names the member.',
    401: 'The request has no valid token.',
    403: 'The roles of the token, or the cloud, do not allow it.',
    404: 'It does not exist in the project.',
    406: 'The microversion is not served.',
    409: 'It exists already, or its state does not allow this now.',
    412: 'It is of another generation than If-Match names.',
    413: 'The body is too large.',
    415: 'The body is not JSON.',
    429: 'The project has sent too many: try again after Retry-After.',
    503: 'Keystone, the cloud or the database does not answer: try again.',
}
ALWAYS: typing.Final = (400, 401, 403, 404, 406, 429, 503)
#: Reads that are refused by the state of what they name.
STATEFUL_READS: typing.Final = frozenset({'/v1/recovery-plan'})

Schema = call.Json


def make_document() -> call.Json:
    """Write the document; it is new each time, and the caller's."""
    paths: dict[str, call.Json] = {}
    for route in routes.ROUTES:
        operation = _operation(route)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        'openapi': VERSION,
        'info': {
            'title': 'Fault tolerance',
            'summary': 'Fault tolerance of business services, by snapshots.',
            'version': importlib.metadata.version('snapfault'),
            'license': {'name': 'Apache-2.0', 'identifier': 'Apache-2.0'},
        },
        'servers': [{'url': '/'}],
        'security': [{'token': []}],
        'paths': paths | open_paths.paths(content),
        'components': _components(),
    }


def _components() -> call.Json:
    return {
        'schemas': {
            name: _portable(schema, root=True)
            for name, schema in NAMED.items()
        },
        'parameters': {'microversion': _MICROVERSION},
        'headers': _HEADERS | open_paths.RETRY,
        'responses': {
            _title(status): {
                'description': text,
                'headers': _refs(
                    'headers',
                    _HEADERS | (open_paths.RETRY if status == 429 else {}),
                ),
                'content': content(public.ERRORS),
            }
            for status, text in REFUSALS.items()
        },
        'securitySchemes': {
            'token': {
                'type': 'apiKey',
                'in': 'header',
                'name': 'X-Auth-Token',
                'description': 'A token of a project, by Keystone.',
            }
        },
    }


_MICROVERSION: typing.Final = {
    'name': 'OpenStack-API-Version',
    'in': 'header',
    'description': 'The microversion that is asked for; the oldest without.',
    'schema': {
        'type': 'string',
        'pattern': r'^fault-tolerance (latest|[1-9][0-9]*\.[0-9]+)$',
        'examples': ['fault-tolerance 1.0'],
    },
}
_IF_MATCH: typing.Final = {
    'name': 'If-Match',
    'in': 'header',
    'description': 'The generation that the change is meant for, quoted.',
    'schema': {'type': 'string', 'examples': ['"3"']},
}
_HEADERS: typing.Final = {
    'OpenStack-API-Version': {
        'description': 'The microversion that answers.',
        'schema': {'type': 'string'},
    },
    'x-openstack-request-id': {
        'description': 'What the log names the request by.',
        'schema': {'type': 'string'},
    },
}


def _operation(route: routing.Route) -> call.Json:
    noun = route.handler.__module__.rpartition('.')[2]
    operation: call.Json = {
        'operationId': f'{noun}_{route.handler.__name__}',
        'summary': _summary(route.handler),
        'tags': [route.path.split('/')[2]],
        'parameters': [
            *path_parameters(route.path),
            *_query(route.query.schema),
            {'$ref': '#/components/parameters/microversion'},
            *([_IF_MATCH] if route.conditional else []),
        ],
        'responses': _responses(route),
    }
    if route.body is not None:
        operation['requestBody'] = {
            'required': True,
            'content': content(route.body.schema),
        }
    return operation


def _summary(handler: call.Handler) -> str:
    return (inspect.getdoc(handler) or '').partition('\n')[0]


def path_parameters(path: str) -> list[call.Json]:
    """Describe what a path names."""
    return [
        {
            'name': name,
            'in': 'path',
            'required': True,
            'schema': {'type': 'string', 'minLength': 1},
        }
        for name in re.findall(r'{(\w+)}', path)
    ]


def _query(
    schema: collections.abc.Mapping[str, typing.Any],
) -> list[call.Json]:
    return [
        {
            'name': name,
            'in': 'query',
            'required': name in schema['required'],
            'schema': _portable(member),
        }
        for name, member in schema['properties'].items()
    ]


def _responses(route: routing.Route) -> call.Json:
    refused = {
        str(status): {'$ref': f'#/components/responses/{_title(status)}'}
        for status in refusals(route)
    }
    shown = [each for each in (route.shows, route.shows.later) if each]
    return {**{str(each.status): _answer(each) for each in shown}, **refused}


def _answer(shows: form.Form) -> call.Json:
    answer: call.Json = {
        'description': http.HTTPStatus(shows.status).phrase,
        'headers': _refs('headers', _HEADERS),
    }
    if shows.body is not None:
        answer['content'] = content(shows.body)
    if shows.tagged:
        answer['headers']['ETag'] = {'schema': {'type': 'string'}}
    if shows.located:
        answer['headers']['Location'] = {'schema': {'type': 'string'}}
    return answer


def refusals(route: routing.Route) -> list[int]:
    """List the statuses by which a route refuses."""
    found = set(ALWAYS)
    if route.method != 'GET' or route.path in STATEFUL_READS:
        found.add(409)
    if route.conditional:
        found.add(412)
    if route.body is not None or route.method == 'POST':
        found |= {413, 415}
    return sorted(found)


def content(schema: form.Schema) -> call.Json:
    """Describe a body of JSON."""
    return {'application/json': {'schema': _portable(schema)}}


def _refs(kind: str, names: collections.abc.Iterable[str]) -> call.Json:
    return {name: {'$ref': f'#/components/{kind}/{name}'} for name in names}


def _title(status: int) -> str:
    return ''.join(re.findall(r'\w+', http.HTTPStatus(status).phrase))


def _portable(schema: typing.Any, root: bool = False) -> typing.Any:
    """Copy a schema for readers that are not in Python.

    ``\\Z`` means nothing to the expressions of other languages, where ``$``
    is the end of the text and of nothing else.

    :param root: this is what is written under its name, and not a reference
    """
    if isinstance(schema, list | tuple):
        return [_portable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not root:
        for name, named in NAMED.items():
            if schema is named:
                return {'$ref': f'#/components/schemas/{name}'}
    return {
        key: value.replace(r'\Z', '$')
        if key == 'pattern' and isinstance(value, str)
        else _portable(value)
        for key, value in schema.items()
    }
