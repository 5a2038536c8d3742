"""Who may look past the project of the token."""

from oslo_policy import policy

from snapfault.policies import personas

ALL = 'fault-tolerance:project:all'

RULES = [
    policy.DocumentedRuleDefault(
        name=ALL,
        check_str=personas.ADMIN,
        description=(
            'Say all_projects=true, and so name what belongs to any'
            ' project. The rule of the request itself applies as well.'
        ),
        operations=[
            {'method': 'GET', 'path': '/v1/policies'},
            {'method': 'GET', 'path': '/v1/protections'},
            {'method': 'GET', 'path': '/v1/tasks'},
            {'method': 'GET', 'path': '/v1/recovery-points'},
            {'method': 'GET', 'path': '/v1/recoveries'},
            {'method': 'GET', 'path': '/v1/plan'},
        ],
        scope_types=personas.SCOPES,
    ),
]
