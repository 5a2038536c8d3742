"""Who may do what with drills."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:drill:list'
SHOW = 'fault-tolerance:drill:show'
CREATE = 'fault-tolerance:drill:create'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List drills.',
        operations=[
            {'method': 'GET', 'path': '/v1/drills'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a drill.',
        operations=[
            {'method': 'GET', 'path': '/v1/drills/{drill_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Rehearse a recovery: a server and volumes are made, and'
        ' removed again.',
        operations=[
            {'method': 'POST', 'path': '/v1/drills'},
        ],
        scope_types=personas.SCOPES,
    ),
]
