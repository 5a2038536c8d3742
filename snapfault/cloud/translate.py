"""Say in snapfault's errors what the SDK and keystoneauth raise.

The only place that does. What it cannot know from the answer alone, whether
a 401, 403 or 503 means that the delegation is dead, the door asks Keystone
before it comes here: see :mod:`snapfault.cloud.door`.
"""

import collections.abc
import functools
import typing

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import exceptions as sdk_exceptions

from snapfault import errors
from snapfault import secret

#: All that a call through the SDK raises when it fails.
FAILURES: typing.Final = (
    sdk_exceptions.SDKException,
    ksa_exceptions.ClientException,
)
#: Answers that a service also gives when Keystone refuses to validate the
#: token of a trust whose trustor lost the role.
SUSPECT: typing.Final = frozenset({401, 403, 503})

#: How services name a request in their answers; the second is Nova's of old.
_REQUEST_IDS: typing.Final = ('x-openstack-request-id', 'x-compute-request-id')

Kind = type[errors.SnapfaultError]
Meaning = collections.abc.Mapping[int, Kind]
Asked = typing.ParamSpec('Asked')
Answer = typing.TypeVar('Answer')

_BY_STATUS: typing.Final[Meaning] = {
    # The token was fetched a moment ago: it is the service that is unwell.
    401: errors.CloudUnavailable,
    404: errors.NotFound,
    408: errors.CloudUnavailable,
    409: errors.CloudConflict,
    413: errors.QuotaExceeded,
    429: errors.CloudUnavailable,
}


def is_denied(error: Exception) -> bool:
    """Tell whether the call for a token, and nothing else, was refused."""
    if isinstance(error, ksa_exceptions.http.NotFound):
        # an application credential that is gone, or whose project is disabled
        return _is_of_a_service(error.response)
    return isinstance(
        error,
        ksa_exceptions.http.Unauthorized | ksa_exceptions.http.Forbidden,
    )


def is_suspect(error: Exception) -> bool:
    """Tell whether a fresh token must be had before this is believed.

    keystoneauth's own refusals are: they come from the call for a token, and
    also from the look at a service's versions.
    """
    if isinstance(error, sdk_exceptions.HttpException):
        return error.status_code in SUSPECT
    return is_denied(error)


def told(error: Exception) -> str:
    """Give what an error says, without the secrets that it may quote."""
    return secret.blot(str(error))


def translate(
    asked: str, error: Exception, meaning: Meaning
) -> errors.SnapfaultError:
    """Give the error to raise from ``error``, one of :data:`FAILURES`.

    :param asked: what was asked of what, for the message
    :param meaning: what an HTTP status means in this call, where that is
        not what it means in general
    """
    if isinstance(error, sdk_exceptions.HttpException):
        text = secret.blot(str(error.details or error.message or ''))
        if error.status_code == 404 and not _is_of_a_service(error.response):
            return errors.CloudUnavailable(
                f'{_message(asked, error, text)}: no service says so, but a '
                'proxy before it: there is neither a request id nor JSON'
            )
        kind = meaning.get(error.status_code) or _kind(error.status_code, text)
        return kind(_message(asked, error, text))
    if isinstance(error, ksa_exceptions.EndpointNotFound):
        return errors.CloudRefused(f'{asked}: {told(error)}')
    return errors.CloudUnavailable(f'{asked}: {told(error)}')


def sensible(
    function: collections.abc.Callable[Asked, Answer],
) -> collections.abc.Callable[Asked, Answer]:
    """Have an answer that lacks what it must have count as no answer."""

    @functools.wraps(function)
    def guarded(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return function(*args, **kwargs)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise errors.CloudUnavailable(
                f'the answer makes no sense: {error!r}'
            ) from error

    return guarded


def _is_of_a_service(response: typing.Any) -> bool:
    """Tell whether a service wrote an answer, and no proxy in its place.

    A proxy says 404 of all that it has no way to at the moment. Barbican
    names no request, and answers in JSON; Glance does it the other way round.
    """
    if any(each in response.headers for each in _REQUEST_IDS):
        return True
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


def _kind(status: int | None, text: str) -> Kind:
    if status is None or status >= 500:
        # Nova answers two rebuilds at once so: the other one won.
        lost = 'UnexpectedTaskStateError' in text
        return errors.CloudConflict if lost else errors.CloudUnavailable
    if status == 400 and 'Invalid volume:' in text:
        return errors.CloudConflict  # its status, says Cinder
    if status == 400 and 'Invalid snapshot:' in text:
        return errors.CloudConflict
    if status == 400 and 'Invalid Group' in text:
        return errors.CloudConflict  # of a group snapshot too
    if status == 403 and 'uota' in text:
        return errors.QuotaExceeded
    return _BY_STATUS.get(status, errors.CloudRefused)


def _message(
    asked: str, error: sdk_exceptions.HttpException, text: str
) -> str:
    request_id = f' [{error.request_id}]' if error.request_id else ''
    return f'{asked}: {error.status_code} {text.strip()}{request_id}'
