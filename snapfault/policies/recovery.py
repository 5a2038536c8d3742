"""Who may do what with recoveries."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:recovery:list'
SHOW = 'fault-tolerance:recovery:show'
CREATE = 'fault-tolerance:recovery:create'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List recoveries.',
        operations=[
            {'method': 'GET', 'path': '/v1/recoveries'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a recovery.',
        operations=[
            {'method': 'GET', 'path': '/v1/recoveries/{recovery_id}'},
            {'method': 'GET', 'path': '/v1/recoveries/{recovery_id}/report'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Recover a service: its server is rebuilt.',
        operations=[
            {'method': 'POST', 'path': '/v1/recoveries'},
        ],
        scope_types=personas.SCOPES,
    ),
]
