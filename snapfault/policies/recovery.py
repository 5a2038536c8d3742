"""Who may do what with recoveries."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:recovery:list'
SHOW = 'fault-tolerance:recovery:show'
CREATE = 'fault-tolerance:recovery:create'
UNDO = 'fault-tolerance:recovery:undo'
ABORT = 'fault-tolerance:recovery:abort'
RETRY = 'fault-tolerance:recovery:retry'
APPROVE = 'fault-tolerance:recovery:approve'

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
    policy.DocumentedRuleDefault(
        name=UNDO,
        check_str=personas.CHANGE,
        description='Put back what a recovery has replaced.',
        operations=[
            {'method': 'POST', 'path': '/v1/recoveries/{recovery_id}/undo'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=ABORT,
        check_str=personas.CHANGE,
        description='Stop a recovery.',
        operations=[
            {'method': 'POST', 'path': '/v1/recoveries/{recovery_id}/abort'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=RETRY,
        check_str=personas.CHANGE,
        description='Try a recovery again from what stands.',
        operations=[
            {'method': 'POST', 'path': '/v1/recoveries/{recovery_id}/retry'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=APPROVE,
        check_str=personas.CHANGE,
        description='Let a recovery begin that is held.',
        operations=[
            {'method': 'POST', 'path': '/v1/recoveries/{recovery_id}/approve'},
        ],
        scope_types=personas.SCOPES,
    ),
]
