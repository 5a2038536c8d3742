"""Who may do what with protections."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:protection:list'
SHOW = 'fault-tolerance:protection:show'
CREATE = 'fault-tolerance:protection:create'
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
        description='Protect a server; this makes a trust.',
        operations=[
            {'method': 'POST', 'path': '/v1/protections'},
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
        description='End a protection and revoke its trust.',
        operations=[
            {'method': 'DELETE', 'path': '/v1/protections/{protection_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
]
