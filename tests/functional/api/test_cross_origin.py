"""A page of an origin that the operator named, in a browser's words."""

import pytest
import webob

PAGE = 'https://dashboard.example'


@pytest.fixture
def shown(configured):
    """Give a service that pages of one origin may use."""
    return configured(f'[cors]\nallowed_origin = {PAGE}\n')


def asked(world, origin, *headers):
    """Ask as a browser does before it sends a request."""
    request = webob.Request.blank(
        '/v1/policies/policy-mine',
        method='OPTIONS',
        headers={
            'Origin': origin,
            'Access-Control-Request-Method': 'PATCH',
            'Access-Control-Request-Headers': ', '.join(headers),
        },
    )
    response = request.get_response(world.application)
    return response.headers.get('Access-Control-Allow-Origin')


def test_a_page_may_send_what_a_change_takes(shown):
    sent = 'X-Auth-Token', 'OpenStack-API-Version', 'If-Match', 'Content-Type'
    assert asked(shown, PAGE, *sent) == PAGE
    assert asked(shown, PAGE, 'X-Forwarded-For') is None
    assert asked(shown, 'https://elsewhere.example', *sent) is None


def test_a_page_reads_what_the_next_change_takes(shown):
    response = shown.request('GET', '/v1/policies/policy-mine', Origin=PAGE)
    exposed = response.headers['Access-Control-Expose-Headers']
    for name in ('ETag', 'OpenStack-API-Version', 'X-OpenStack-Request-ID'):
        assert name in exposed.split(',')
    assert response.headers['ETag']


def test_no_page_is_let_in_by_default(world):
    assert asked(world, PAGE, 'X-Auth-Token') is None
