"""Every route is guarded, and what is documented is what is enforced."""

import re

import pytest

from snapfault import policies
from snapfault.api import routes

#: What changes nothing, though it takes a body.
READS = {'/v1/schedule-previews'}
RULES = {rule.name: rule for rule in policies.list_rules()}


@pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
def test_the_rule_documents_the_route(route):
    operations = RULES[route.rule].operations
    assert {'method': route.method, 'path': route.path} in operations


def test_each_rule_guards_a_route():
    used = {route.rule for route in routes.ROUTES}
    assert set(RULES) - used == {'fault-tolerance:project:all'}


@pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
@pytest.mark.parametrize(
    ('token', 'may_read', 'may_change'),
    [
        ('', False, False),
        ('stranger@mine', False, False),
        ('reader@mine', True, False),
        ('member@mine', True, True),
        ('admin@theirs', True, True),
    ],
)
def test_personas(world, route, token, may_read, may_change):
    reads = route.method == 'GET' or route.path in READS
    may = may_read if reads else may_change
    path = re.sub('{.*}', 'nothing', route.path)
    response = world.request(route.method, path, token=token)
    is_refused = response.status_int in (401, 403)
    assert is_refused is not may, response.text
    if is_refused:
        assert (response.status_int == 401) is (token == '')


@pytest.mark.parametrize(
    'route',
    [each for each in routes.ROUTES if '{' in each.path],
    ids=lambda each: f'{each.method} {each.path}',
)
def test_what_is_another_projects_is_not_found(world, route):
    """Invariant 9, for each route that names one thing."""
    world.point(1, project_id='theirs', id='recovery_point-theirs')
    world.point(2, project_id='theirs', id='point-2')
    noun = re.search(r'{(\w+)_id}', route.path).group(1)
    body = {
        'policy': {'policy': {'rpo': None}},
        'protection': {'protection': {'policy_id': 'policy-mine'}},
        'recovery_point': {'recovery_point': {'pinned': True}},
        'recovery': {'recovery': {}},
    }
    path = re.sub('{.*}', f'{noun}-theirs', route.path)
    response = world.request(
        route.method,
        path,
        body[noun] if route.body else None,
        token='admin@mine',
    )
    assert response.status_int == 404
