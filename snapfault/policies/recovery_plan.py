"""Who may see what a recovery would do."""

from oslo_policy import policy

from snapfault.policies import personas

SHOW = 'fault-tolerance:recovery-plan:show'

RULES = [
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show what a recovery would do, and what it would cost.',
        operations=[
            {'method': 'GET', 'path': '/v1/recovery-plan'},
        ],
        scope_types=personas.SCOPES,
    ),
]
