"""Who may do what with protections."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:protection:list'
SHOW = 'fault-tolerance:protection:show'
CREATE = 'fault-tolerance:protection:create'
CREATE_BY_ASSIGNMENT = 'fault-tolerance:protection:create_by_assignment'
UPDATE = 'fault-tolerance:protection:update'
DELETE = 'fault-tolerance:protection:delete'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List protections.',
        operations=[
            {'method': 'GET', 'path': '/v1/protections'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a protection.',
        operations=[
            {'method': 'GET', 'path': '/v1/protections/{protection_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Protect a server, by a trust or a credential.',
        operations=[
            {'method': 'POST', 'path': '/v1/protections'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE_BY_ASSIGNMENT,
        check_str=personas.ADMIN,
        description=(
            'Protect a server, of another project too, by the roles that the'
            " service's user holds in that project. The rule of the request"
            ' applies as well.'
        ),
        operations=[
            {'method': 'POST', 'path': '/v1/protections'},
            {'method': 'PATCH', 'path': '/v1/protections/{protection_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=UPDATE,
        check_str=personas.CHANGE,
        description='Change a protection.',
        operations=[
            {'method': 'PATCH', 'path': '/v1/protections/{protection_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=DELETE,
        check_str=personas.CHANGE,
        description='End a protection, and the right it acted by.',
        operations=[
            {'method': 'DELETE', 'path': '/v1/protections/{protection_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
]
