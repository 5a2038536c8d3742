"""Behind a proxy that speaks TLS, and has the service under a path."""

import pytest
import webob

OUTSIDE = 'https://cloud.example/fault-tolerance'
NAMED = {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'cloud.example',
    'X-Forwarded-Prefix': '/fault-tolerance',
}
STANDARD = {
    'Forwarded': 'for=192.0.2.1;proto=https;host=cloud.example',
    'X-Forwarded-Prefix': '/fault-tolerance',
}
POLICY = {
    'name': 'new',
    'schedules': [{'interval': 60}],
    'quota': {'count': 1},
}


@pytest.fixture
def proxied(configured):
    """Give a service that believes its proxy."""
    return configured(
        '[oslo_middleware]\nenable_proxy_headers_parsing = true\n'
    )


def urls(world, headers):
    """Give each URL that an answer may name, by what it is of."""

    def read(path, token=None):
        return world.request('GET', path, None, token, **headers).json

    made = world.request('POST', '/v1/policies', {'policy': POLICY}, **headers)
    hook = world.request(
        'POST', '/v1/protections/protection-mine/webhook', **headers
    )
    page = read('/v1/policies?limit=1&sort=name', 'member@mine')
    return {
        'versions': read('/')['versions'][0]['links'][0]['href'],
        'version': read('/v1/')['version']['links'][0]['href'],
        'document': read('/v1/openapi.json')['servers'][0]['url'],
        'made': made.headers['Location'],
        'next': page['policies_links'][0]['href'],
        'webhook': hook.json['webhook']['url'],
    }


@pytest.mark.parametrize('headers', [NAMED, STANDARD], ids=['old', 'rfc7239'])
def test_each_url_is_the_one_outside(proxied, headers):
    found = urls(proxied, headers)
    for name, path in (
        ('versions', '/v1/'),
        ('version', '/v1/'),
        ('document', ''),
        ('made', '/v1/policies/'),
        ('next', '/v1/policies?'),
        ('webhook', '/v1/webhooks/protection-mine/'),
    ):
        assert found[name].startswith(f'{OUTSIDE}{path}'), name
    assert 'sort=name' in found['next']


def test_the_next_page_is_found_through_the_proxy(proxied):
    href = urls(proxied, NAMED)['next']
    inside = href.removeprefix(OUTSIDE)
    page = proxied.request('GET', inside, **NAMED).json
    assert [each['name'] for each in page['policies']] == ['new']
    assert 'policies_links' not in page


def test_without_the_option_headers_are_anybodys(world):
    for found in urls(world, NAMED).values():
        assert found.startswith('http://localhost')


def test_under_a_path_by_the_server_itself(world):
    """As ``mount`` of uwsgi has it."""
    request = webob.Request.blank(
        '/v1/policies?limit=1',
        base_url='http://inside:8790/ft',
        headers={'X-Auth-Token': 'admin@mine'},
    )
    request.query_string += '&all_projects=true'
    page = request.get_response(world.application).json
    assert page['policies_links'][0]['href'].startswith(
        'http://inside:8790/ft/v1/policies?'
    )
