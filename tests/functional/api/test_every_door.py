"""What no route lets in, whichever it is: made from the table of routes."""

import json
import re

import pytest
import webob

from snapfault.api import routes
from snapfault.api.schemas import types
from tests.functional import databases
from tests.functional.api import bodies
from tests.functional.api import world as worlds

WORLD = 'protection-mine'
ALL = pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
READING = [each for each in routes.ROUTES if each.body is not None]
BODIES = pytest.mark.parametrize(
    'route', READING, ids=lambda each: f'{each.method} {each.path}'
)
BODILESS = pytest.mark.parametrize(
    'route',
    [
        each
        for each in routes.ROUTES
        if each.method == 'POST' and not each.body
    ],
    ids=lambda each: each.path,
)


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    """Give one for all: nothing here may change a row."""
    made = worlds.World(databases.fresh(tmp_path_factory.mktemp('world')))
    made.fill()
    yield made
    made.database.close()


@pytest.fixture(scope='module', autouse=True)
def unchanged(world):
    """See that nothing was, after all of them."""

    def stands():
        return [
            world.request('GET', f'/v1/{each}').json
            for each in ('policies', 'protections', 'tasks', 'recoveries')
        ]

    before = stands()
    yield
    assert stands() == before


def send(world, route, query='', named=WORLD, body=None, kind=None):
    """Send what is wrong in one way, as one who may do everything."""
    path = re.sub(r'{\w+}', named, route.path)
    request = webob.Request.blank(f'{path}{query}', method=route.method)
    request.headers['X-Auth-Token'] = 'admin@mine'
    if body is not None:
        request.body = body
        request.content_type = kind or 'application/json'
    return request.get_response(world.application)


def refused(response):
    """Give the status and the reason of a refusal in the one form."""
    (error,) = response.json['errors']
    return error['status'], error['detail']


@ALL
def test_a_query_that_is_none(world, route):
    schema = route.query.schema
    given = bodies.full(schema)
    needed = ''.join(f'{each}={given[each]}&' for each in schema['required'])
    for query, said in (
        ('colour=red', 'colour'),
        ('all_projects=perhaps', 'all_projects'),
        ('colour=red&colour=red', 'colour'),
        ('%ff=1', ''),
    ):
        status, detail = refused(
            send(world, route, f'?{needed}{query}', body=b'{}')
        )
        assert status == 400, query
        assert said in detail, query


@pytest.mark.parametrize(
    'route',
    [each for each in routes.ROUTES if '{' in each.path],
    ids=lambda each: f'{each.method} {each.path}',
)
def test_an_id_that_is_none(world, route):
    for named in ('%00', '%ff', "'", '%0a', 'x' * 5000):
        status, _ = refused(send(world, route, named=named, body=b'{}'))
        assert status in (400, 404), named


@BODIES
def test_a_body_that_is_none(world, route):
    for body in (
        *(b'', b'{', b'{}', b'[]', b'null', b'"text"', b'5'),
        *(b'\xff', b'{"x": {}}', b'[' * 9999),
    ):
        assert refused(send(world, route, body=body))[0] == 400, body


@BODIES
def test_a_body_is_said_to_its_last_member(route):
    assert bodies.loose(route.body.schema) == []


@ALL
def test_a_query_is_said_to_its_last_parameter(route):
    assert bodies.loose(route.query.schema) == []


@pytest.mark.parametrize(
    ('schema', 'found'),
    [
        ({'type': 'object', 'properties': {}}, '.*: anything'),
        (types.closed({'a': {}}), '.a: anything'),
        (types.closed({'a': {'type': 'array'}}), '.a[]: anything'),
        (
            types.closed({'a': {'type': ['object', 'null']}}),
            '.a.*: anything',
        ),
        (
            {'type': 'object', 'additionalProperties': {'type': 'object'}},
            '.*.*: anything',
        ),
        (
            {**types.closed({}), 'patternProperties': {'.': {}}},
            ': patternProperties',
        ),
    ],
)
def test_what_is_left_open_is_found(schema, found):
    assert bodies.loose(schema) == [found]


@BODIES
def test_a_member_that_is_not_known(world, route):
    """Wherever it stands, in a body that is right without it."""
    right = bodies.full(route.body.schema)
    route.body.check(right, 'body')
    tried = 0
    # no map of names takes null either
    for where, body in bodies.each_with(right, 'colour', None):
        status, detail = refused(
            send(world, route, body=json.dumps(body).encode())
        )
        assert status == 400, where
        assert 'colour' in detail, where
        tried += 1
    assert tried >= 2  # the body, and what it is about


@BODIES
def test_a_body_without_what_it_is_about(world, route):
    (key,) = route.body.schema['required']
    body = json.dumps({key: None}).encode()
    assert refused(send(world, route, body=body))[0] == 400


@BODIES
def test_a_body_that_is_said_to_be_something_else(world, route):
    for kind in ('text/plain', 'application/x-www-form-urlencoded'):
        response = send(world, route, body=b'{}', kind=kind)
        assert refused(response)[0] == 415


@BODILESS
def test_a_body_where_none_is_read(world, route):
    """Whoever says something that is not heeded is told so."""
    for body in (b'{"recovery": {}}', b'[]', b'point-2'):
        status, detail = refused(send(world, route, body=body))
        assert status == 400, body
        assert 'body' in detail
