"""Who may see whether services could be recovered."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:readiness:list'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List whether services could be recovered, and why not.',
        operations=[
            {'method': 'GET', 'path': '/v1/readiness'},
        ],
        scope_types=personas.SCOPES,
    ),
]
