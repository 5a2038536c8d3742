"""What the SDK raises, in our words."""

from keystoneauth1 import exceptions as ksa_exceptions
from openstack import exceptions as sdk_exceptions
import pytest
import requests

from snapfault import errors
from snapfault.cloud import translate
from tests.unit.cloud import canned


def refusal(status, message):
    """Give what the SDK makes of a service's answer."""
    prepared = requests.Request('GET', 'http://nova/x').prepare()
    response = canned.Services.respond(
        prepared, status, {'error': {'message': message}}
    )
    with pytest.raises(sdk_exceptions.HttpException) as caught:
        sdk_exceptions.raise_from_response(response)
    return caught.value


@pytest.mark.parametrize(
    ('status', 'message', 'expected'),
    [
        (400, 'Cannot find image for rebuild', errors.CloudRefused),
        (400, 'Invalid input for field name', errors.CloudRefused),
        (
            400,
            'Invalid volume: The snapshot cannot be created when the volume'
            ' is in error status.',
            errors.CloudConflict,
        ),
        (
            400,
            'Invalid snapshot: Snapshot status must be available or error',
            errors.CloudConflict,
        ),
        (
            400,
            'Invalid Group: Source group cannot be empty',
            errors.CloudConflict,
        ),
        (
            400,
            'Invalid GroupSnapshot: GroupSnapshot status must be available',
            errors.CloudConflict,
        ),
        (401, 'Unauthorized', errors.CloudUnavailable),
        (403, "Policy doesn't allow it", errors.CloudRefused),
        (403, 'Quota exceeded for metadata items', errors.QuotaExceeded),
        (404, 'Instance x could not be found.', errors.NotFound),
        (406, 'Version 3.70 is not supported', errors.CloudRefused),
        (408, 'Timeout', errors.CloudUnavailable),
        (409, 'Instance x is locked', errors.CloudConflict),
        (413, 'VolumeSizeExceedsAvailableQuota', errors.QuotaExceeded),
        (429, 'Too many requests', errors.CloudUnavailable),
        (500, 'Unexpected API Error', errors.CloudUnavailable),
        (
            500,
            "Unexpected API Error <class"
            " 'nova.exception.UnexpectedTaskStateError'>",
            errors.CloudConflict,
        ),
        (502, 'Bad gateway', errors.CloudUnavailable),
        (503, 'Service unavailable', errors.CloudUnavailable),
        (504, 'Gateway timeout', errors.CloudUnavailable),
    ],
)
def test_refusals(status, message, expected):
    found = translate.translate('GET /x', refusal(status, message), {})
    assert type(found) is expected
    assert str(found) == f'GET /x: {status} {message} [req-7]'


#: What answers a request that no service was given.
PAGES = (
    '404 page not found\n',  # Traefik's
    'default backend - 404',  # of an ingress controller of nginx's
    '<html><h1>404 Not Found</h1><hr>nginx</html>',
    '404',  # a number in JSON, and no object
    '',
)


def answered(headers, body):
    """Give what the SDK makes of a 404 with these headers and no others."""
    prepared = requests.Request('GET', 'http://nova/x').prepare()
    response = canned.Services.respond(prepared, 404, canned.Page(body))
    response.headers.update(headers)
    with pytest.raises(sdk_exceptions.NotFoundException) as caught:
        sdk_exceptions.raise_from_response(response)
    return caught.value


@pytest.mark.parametrize('body', PAGES)
@pytest.mark.parametrize('meaning', [{}, {404: errors.CloudRefused}])
def test_a_404_in_no_services_name_tells_nothing(body, meaning):
    error = answered({}, body)
    found = translate.translate('GET /x', error, meaning)
    assert type(found) is errors.CloudUnavailable
    assert 'no service says so' in str(found)


@pytest.mark.parametrize(
    ('headers', 'body'),
    [
        # Glance's are HTML
        ({'X-OpenStack-Request-ID': 'req-7'}, '<h1>404 Not Found</h1>'),
        ({'X-Compute-Request-Id': 'req-7'}, 'no such server'),
        # Barbican's have no request id
        ({'Content-Type': 'application/json'}, '{"code": 404}'),
        ({'Content-Type': 'application/json; charset=UTF-8'}, '{}'),
    ],
)
def test_a_404_of_a_service_is_believed(headers, body):
    error = answered(headers, body)
    assert type(translate.translate('GET /x', error, {})) is errors.NotFound
    assert 'no service' not in str(translate.translate('GET /x', error, {}))


def keystone_404(body):
    """Give what keystoneauth makes of Keystone's, or of a proxy's."""
    prepared = requests.Request('POST', 'http://keystone/v3').prepare()
    return ksa_exceptions.from_response(
        canned.Services.respond(prepared, 404, body), 'POST', prepared.url
    )


def test_a_call_may_know_better():
    error = refusal(400, 'Invalid volume: volume x is reserved')
    meaning = {400: errors.CloudRefused}
    found = translate.translate('POST /x', error, meaning)
    assert type(found) is errors.CloudRefused


@pytest.mark.parametrize(
    ('error', 'expected'),
    [
        (ksa_exceptions.ConnectFailure('refused'), errors.CloudUnavailable),
        (ksa_exceptions.ConnectTimeout('late'), errors.CloudUnavailable),
        (ksa_exceptions.SSLError('no trust'), errors.CloudUnavailable),
        (ksa_exceptions.DiscoveryFailure('what'), errors.CloudUnavailable),
        (
            ksa_exceptions.http.ServiceUnavailable('keystone'),
            errors.CloudUnavailable,
        ),
        (ksa_exceptions.EndpointNotFound('none'), errors.CloudRefused),
        (
            sdk_exceptions.ServiceDiscoveryException('none'),
            errors.CloudUnavailable,
        ),
    ],
)
def test_no_answer(error, expected):
    assert isinstance(error, translate.FAILURES)
    found = translate.translate('GET /x', error, {})
    assert type(found) is expected
    assert str(found).startswith('GET /x: ')


@pytest.mark.parametrize(
    ('error', 'denied', 'suspect'),
    [
        (ksa_exceptions.http.Unauthorized('x'), True, True),
        (ksa_exceptions.http.Forbidden('x'), True, True),
        (keystone_404({'error': {'message': 'x'}}), True, True),
        (keystone_404(canned.Page('404 page not found')), False, False),
        (ksa_exceptions.http.ServiceUnavailable('x'), False, False),
        (refusal(401, 'x'), False, True),
        (refusal(403, 'x'), False, True),
        (refusal(503, 'x'), False, True),
        (refusal(500, 'x'), False, False),
        (refusal(409, 'x'), False, False),
    ],
)
def test_who_speaks(error, denied, suspect):
    assert translate.is_denied(error) is denied
    assert translate.is_suspect(error) is suspect


@pytest.mark.parametrize(
    'error', [AttributeError, KeyError, TypeError, ValueError]
)
def test_an_answer_without_sense_is_none(error):
    @translate.sensible
    def read():
        raise error('x')

    with pytest.raises(errors.CloudUnavailable) as caught:
        read()
    assert isinstance(caught.value.__cause__, error)
