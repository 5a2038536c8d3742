"""Who may see what would run next."""

from oslo_policy import policy

from snapfault.policies import personas

SHOW = 'fault-tolerance:plan:show'

RULES = [
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show what would run next, and what would be pruned.',
        operations=[
            {'method': 'GET', 'path': '/v1/plan'},
        ],
        scope_types=personas.SCOPES,
    ),
]
