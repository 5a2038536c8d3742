"""Who may do what with policies."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:policy:list'
SHOW = 'fault-tolerance:policy:show'
CREATE = 'fault-tolerance:policy:create'
UPDATE = 'fault-tolerance:policy:update'
DELETE = 'fault-tolerance:policy:delete'
SHARE = 'fault-tolerance:policy:share'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List policies.',
        operations=[
            {'method': 'GET', 'path': '/v1/policies'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a policy.',
        operations=[
            {'method': 'GET', 'path': '/v1/policies/{policy_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Create a policy.',
        operations=[
            {'method': 'POST', 'path': '/v1/policies'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=UPDATE,
        check_str=personas.CHANGE,
        description='Change a policy.',
        operations=[
            {'method': 'PATCH', 'path': '/v1/policies/{policy_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=DELETE,
        check_str=personas.CHANGE,
        description='Delete a policy.',
        operations=[
            {'method': 'DELETE', 'path': '/v1/policies/{policy_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHARE,
        check_str=personas.ADMIN,
        description=(
            'Share a policy with other projects, and change or delete one'
            ' that is shared. The rule of the request applies as well.'
        ),
        operations=[
            {'method': 'POST', 'path': '/v1/policies'},
            {'method': 'PATCH', 'path': '/v1/policies/{policy_id}'},
            {'method': 'DELETE', 'path': '/v1/policies/{policy_id}'},
            {'method': 'PUT', 'path': '/v1/record-table'},
        ],
        scope_types=personas.SCOPES,
    ),
]
