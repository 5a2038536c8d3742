"""Every route is guarded, and what is documented is what is enforced."""

import pytest

from snapfault import policies
from snapfault.api import routes

#: Rules that a handler asks for, beside that of its route.
WITHIN = {
    'fault-tolerance:policy:share',
    'fault-tolerance:project:all',
    'fault-tolerance:protection:create_by_assignment',
    'fault-tolerance:recovery_point:unpin',
}
RULES = {rule.name: rule for rule in policies.list_rules()}


@pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
def test_the_rule_documents_the_route(route):
    operations = RULES[route.rule].operations
    assert {'method': route.method, 'path': route.path} in operations


def test_each_rule_guards_a_route():
    used = {route.rule for route in routes.ROUTES}
    assert set(RULES) - used == WITHIN
