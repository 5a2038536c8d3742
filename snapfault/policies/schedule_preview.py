"""Who may have the next runs of a schedule foreseen."""

from oslo_policy import policy

from snapfault.policies import personas

CREATE = 'fault-tolerance:schedule_preview:create'

RULES = [
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.READ,
        description='Foresee when runs of a schedule would be.',
        operations=[
            {'method': 'POST', 'path': '/v1/schedule-previews'},
        ],
        scope_types=personas.SCOPES,
    ),
]
