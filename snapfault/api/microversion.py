"""Microversions: which one a caller wants, and which one answers.

The history of versions is in doc/source/api/index.rst: each has an entry.
"""

import json
import typing

import microversion_parse
import webob
import webob.dec

from snapfault.api import faults

SERVICE_TYPE = 'fault-tolerance'
MIN: typing.Final = (1, 0)
MAX: typing.Final = (1, 0)
HEADER = 'OpenStack-API-Version'


def text(version: tuple[int, int]) -> str:
    """Write a version as the header does."""
    return f'{version[0]}.{version[1]}'


@webob.dec.wsgify.middleware
def negotiate(
    request: webob.Request, application: typing.Any
) -> webob.Response:
    """Refuse a version that is not served; name the one that answered."""
    try:
        version = wanted(request)
    except faults.Refusal as error:
        version = MIN
        response = faults.answer(request, error.status, str(error))
        if error.status == 406:
            _add_range(response)
    else:
        response = request.get_response(application)
    response.headers[HEADER] = f'{SERVICE_TYPE} {text(version)}'
    response.headers.add('Vary', HEADER)
    return response


def wanted(request: webob.Request) -> tuple[int, int]:
    """Read the version a request asks for; none asked for is the oldest.

    :raises Refusal: it is none, or none that is served
    """
    asked = microversion_parse.get_version(request.headers, SERVICE_TYPE)
    if asked is None:
        return MIN
    if asked == 'latest':
        return MAX
    try:
        major, minor = microversion_parse.parse_version_string(asked)
    except (TypeError, ValueError) as error:
        raise faults.Refusal(
            400, f'{asked!r} is not a version: write 1.0, or latest.'
        ) from error
    if not MIN <= (major, minor) <= MAX:
        raise faults.Refusal(
            406,
            f'Version {asked} is not served: {text(MIN)} to {text(MAX)} are.',
        )
    return major, minor


def _add_range(response: webob.Response) -> None:
    """Say in the body what is served, as the guideline on versions asks."""
    body = response.json_body
    body['errors'][0].update(min_version=text(MIN), max_version=text(MAX))
    response.body = json.dumps(body).encode()
