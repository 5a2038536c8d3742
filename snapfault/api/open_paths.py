"""What of the API needs no token, as OpenAPI describes it."""

import collections.abc
import typing

from snapfault.api.answers import form
from snapfault.api.answers import public
from snapfault.api.schemas import webhook

Content = collections.abc.Callable[[form.Schema], dict[str, typing.Any]]
RETRY: typing.Final = {
    'Retry-After': {
        'description': 'The seconds after which to try again.',
        'schema': {'type': 'integer', 'minimum': 1},
    },
}
WEBHOOK: typing.Final = '/v1/webhooks/{protection_id}/{secret}'


def paths(content: Content) -> dict[str, typing.Any]:
    """Write the paths that are behind no token.

    :param content: describes a body of JSON
    """
    return {
        '/': _read('versions', 'List the versions.', public.VERSIONS, content),
        '/v1': _read(
            'version', 'Show the version.', public.ONE_VERSION, content
        ),
        '/v1/openapi.json': _read(
            'openapi', 'Show this document.', public.DOCUMENT, content
        ),
        '/healthcheck': _healthcheck(),
        '/healthcheck/dependencies': _dependencies(content),
        WEBHOOK: _webhook(content),
    }


def _read(
    name: str, summary: str, shown: form.Form, content: Content
) -> dict[str, typing.Any]:
    assert shown.body is not None  # narrows the type
    answer = {'description': 'OK', 'content': content(shown.body)}
    return {
        'get': {
            'operationId': name,
            'summary': summary,
            'tags': ['public'],
            'security': [],
            'responses': {str(shown.status): answer},
        }
    }


def _healthcheck() -> dict[str, typing.Any]:
    return {
        'get': {
            'operationId': 'healthcheck',
            'summary': 'Say whether this process answers requests.',
            'tags': ['public'],
            'security': [],
            'responses': {
                '200': {'description': 'It does.'},
                '503': {'description': 'An operator took it out of use.'},
            },
        }
    }


def _dependencies(content: Content) -> dict[str, typing.Any]:
    shown = content(public.DEPENDENCIES)
    return {
        'get': {
            'operationId': 'dependencies',
            'summary': 'Say whether what the service depends on answers.',
            'tags': ['public'],
            'security': [],
            'responses': {
                '200': {'description': 'All do.', 'content': shown},
                '503': {'description': 'One does not.', 'content': shown},
            },
        }
    }


def _webhook(content: Content) -> dict[str, typing.Any]:
    refused = {
        str(status): {
            'description': text,
            'content': content(public.ERRORS),
        }
        for status, text in (
            (400, 'It is neither an alarm nor a finding.'),
            (404, 'There is no such webhook.'),
            (406, 'The microversion is not served.'),
            (409, 'So many things are said of the service already.'),
            (413, 'The body is too large.'),
            (415, 'The body is not JSON.'),
            (429, 'The address has sent too many: try again.'),
            (503, 'The database does not answer: try again.'),
        )
    }
    return {
        'post': {
            'operationId': 'webhook_said',
            'summary': 'Say that a service fails, or that it does not.',
            'tags': ['webhooks'],
            'security': [],
            'parameters': [
                {
                    'name': name,
                    'in': 'path',
                    'required': True,
                    'schema': {'type': 'string', 'minLength': 1},
                }
                for name in ('protection_id', 'secret')
            ],
            'requestBody': {
                'required': True,
                'content': content({'anyOf': [webhook.AODH, webhook.PLAIN]}),
            },
            'responses': {'204': {'description': 'It is noted.'}, **refused},
        }
    }
