"""What goes back when something is wrong, and the one place that says so.

Each answer of 400 or above has the body of the API SIG's guideline on
errors, with the request's id. The text of an error we know is for the
caller; that of any other stays in our log.
"""

import http
import json
import logging
import re
import typing
import urllib.parse

from oslo_context import context
import webob
import webob.dec

from snapfault import errors
from snapfault.db import api

LOG = logging.getLogger(__name__)

STATUS: typing.Final[dict[type[errors.SnapfaultError], int]] = {
    errors.InvalidInput: 400,
    errors.CloudRefused: 403,
    errors.QuotaExceeded: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.ChangedMeanwhile: 412,
    errors.CloudConflict: 409,
    errors.DelegationDead: 409,
    errors.LeaseLost: 409,
    errors.CloudUnavailable: 503,
}
#: What middleware means when it says no; its own words are of no one form.
MEANING: typing.Final = {
    401: 'The request needs a valid token of the identity service.',
    413: 'The body of the request is too large.',
    503: 'A service that this one needs does not answer: try again later.',
}
UNEXPECTED = 'Something went wrong here. The log names it by the request id.'
#: The secret in the address of a webhook, which no log is to hold.
SECRET: typing.Final = re.compile('(webhooks/+[^/]*/+).*')
#: Kept of an answer whose body is replaced.
KEPT_HEADERS = ('WWW-Authenticate', 'Retry-After', 'Allow')


class Refusal(Exception):
    """The request itself is at fault, before any noun is looked at."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        """Say why not.

        :param headers: to go with the answer
        """
        super().__init__(detail)
        self.status = status
        self.headers = headers


@webob.dec.wsgify.middleware
def guard(request: webob.Request, application: typing.Any) -> webob.Response:
    """Answer for whatever goes wrong further in, and log each request."""
    # From here on each line of the log bears the request's id.
    context.RequestContext(
        request_id=request.environ.get('openstack.request_id')
    )
    try:
        response = request.get_response(application)
        if response.status_int >= 400:
            response = _rewritten(request, response)
    except Refusal as error:
        response = answer(request, error.status, str(error))
        response.headers.update(error.headers.items())
    except errors.SnapfaultError as error:
        response = _known(request, error)
    except api.OUTAGE as error:
        LOG.warning('%s: the database is away: %s', _line(request), error)
        response = answer(request, 503, MEANING[503])
    except UnicodeDecodeError:
        response = answer(request, 400, 'The URL is not encoded in UTF-8.')
    except Exception:
        LOG.exception('%s', _line(request))
        response = answer(request, 500, UNEXPECTED)
    LOG.info('%s: %d', _line(request), response.status_int)
    return response


def _line(request: webob.Request) -> str:
    """Name a request in one line, whatever characters its path has."""
    path = urllib.parse.quote(request.environ['PATH_INFO'], encoding='latin-1')
    path = SECRET.sub(r'\1***', path)
    return f'{request.method} {path}'


def _known(
    request: webob.Request, error: errors.SnapfaultError
) -> webob.Response:
    """Translate an error of ours."""
    status = STATUS.get(type(error))
    if status is None:
        LOG.error('%s', error, exc_info=error)
        return answer(request, 500, UNEXPECTED)
    if status >= 500:
        LOG.warning('%s', error)
    kind = re.sub('(?<=[a-z])(?=[A-Z])', '-', type(error).__name__).lower()
    return answer(request, status, str(error), kind)


def _rewritten(
    request: webob.Request, response: webob.Response
) -> webob.Response:
    """Give what middleware said no to the one form all answers have."""
    status = response.status_int
    detail = MEANING.get(status, http.HTTPStatus(status).phrase)
    ours = answer(request, status, detail)
    for name in KEPT_HEADERS:
        if name in response.headers:
            ours.headers[name] = response.headers[name]
    return ours


def answer(
    request: webob.Request, status: int, detail: str, kind: str = ''
) -> webob.Response:
    """Write an error as the API SIG's guideline has it.

    :param kind: a stable name for programs; empty takes the status's own
    """
    title = http.HTTPStatus(status).phrase
    error = {
        'request_id': request.environ.get('openstack.request_id', ''),
        'code': f'fault-tolerance.{kind or title.lower().replace(" ", "-")}',
        'status': status,
        'title': title,
        'detail': detail,
        'links': [],
    }
    return webob.Response(
        json.dumps({'errors': [error]}).encode(),
        status=status,
        content_type='application/json',
        charset='UTF-8',
    )
