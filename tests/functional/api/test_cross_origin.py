"""A page of an origin that the operator named, in a browser's words."""

import pathlib
import re
import textwrap

from oslo_middleware import cors
import pytest
import webob

from snapfault.api import cross_origin
from snapfault.api import routes

ROOT = pathlib.Path(__file__).parents[3]
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


def section():
    """Give what the admin's page says of this."""
    page = (ROOT / 'doc/source/admin/deploying.rst').read_text()
    return page.split('\nPages of another origin\n')[1].split('\nhaproxy\n')[0]


def test_the_lines_of_the_admins_page_let_a_page_in(configured):
    lines = re.search(r'   \[cors\]\n(   .+\n)+', section())[0]
    world = configured(textwrap.dedent(lines))
    assert asked(world, PAGE, *cross_origin.SENT) == PAGE


def test_the_admins_page_tells_of_each_option_and_its_default():
    told = section()
    described = dict(re.findall(r'^``(\w+)``\n((?:   .+\n)+)', told, re.M))
    options = {each.name: each for each in cors.CORS_OPTS}
    assert {*described, 'allowed_origin'} == set(options)
    assert options['allowed_origin'].default is None
    named = {
        option: re.findall('``([\\w-]+)``', text)
        for option, text in described.items()
    }
    assert named['allow_headers'] == list(cross_origin.SENT)
    assert named['expose_headers'] == list(cross_origin.READ)
    assert str(options['max_age'].default) in described['max_age']
    assert options['allow_credentials'].default is True
    methods = {each.method for each in routes.ROUTES}
    assert methods <= set(options['allow_methods'].default)


def test_no_page_is_let_in_by_default(world):
    assert asked(world, PAGE, 'X-Auth-Token') is None
