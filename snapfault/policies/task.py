"""Who may do what with tasks."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:task:list'
SHOW = 'fault-tolerance:task:show'
CREATE = 'fault-tolerance:task:create'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List tasks.',
        operations=[
            {'method': 'GET', 'path': '/v1/tasks'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a task.',
        operations=[
            {'method': 'GET', 'path': '/v1/tasks/{task_id}'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Run a protection now.',
        operations=[
            {'method': 'POST', 'path': '/v1/tasks'},
        ],
        scope_types=personas.SCOPES,
    ),
]
