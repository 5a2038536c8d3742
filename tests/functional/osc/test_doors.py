"""What the API can do, the commands can."""

import re

import pytest

from snapfault.api import routes
from tests.functional.osc import advice
from tests.functional.osc import conftest
from tests.functional.osc import table

TARGETS = conftest.command_targets()
#: The option of a filter that is not called as the filter is.
OPTIONS = {'policy_id': '--policy', 'protection_id': '--protection'}
LISTS = {
    'policies': 'protection policy list',
    'protections': 'protection list',
    'tasks': 'protection task list',
    'recovery-points': 'recovery point list',
    'recoveries': 'recovery list',
    'drills': 'recovery drill list',
    'readiness': 'recovery readiness list',
}


@pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
def test_every_route_has_a_command(route):
    pattern = re.compile(
        re.sub(r'\\\{[a-z_\\]+\\\}', '[^/?]+', re.escape(route.path))
        + r'(\?.*)?\Z'
    )
    asked = {
        line
        for line, requests in table.CASES
        for method, path, _ in requests
        if method == route.method and pattern.match(path)
    }
    assert asked


@pytest.mark.parametrize(
    'route',
    [
        each
        for each in routes.ROUTES
        if each.method == 'GET' and each.path.removeprefix('/v1/') in LISTS
    ],
    ids=lambda each: each.path,
)
def test_every_filter_has_an_option(route):
    name = LISTS[route.path.removeprefix('/v1/')]
    taken = advice.options('openstack', name)
    for member in route.query.properties:
        option = OPTIONS.get(member, f'--{member.replace("_", "-")}')
        assert option in taken


def test_every_list_is_looked_at():
    assert set(LISTS.values()) == {
        name for name in TARGETS if name.endswith(' list')
    }
