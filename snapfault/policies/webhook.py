"""Who may do what with the webhooks of protections."""

from oslo_policy import policy

from snapfault.policies import personas

CREATE = 'fault-tolerance:webhook:create'
DELETE = 'fault-tolerance:webhook:delete'

_PATH = '/v1/protections/{protection_id}/webhook'

RULES = [
    policy.DocumentedRuleDefault(
        name=CREATE,
        check_str=personas.CHANGE,
        description='Give a protection a webhook, or another address.',
        operations=[{'method': 'POST', 'path': _PATH}],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=DELETE,
        check_str=personas.CHANGE,
        description='Remove the webhook of a protection.',
        operations=[{'method': 'DELETE', 'path': _PATH}],
        scope_types=personas.SCOPES,
    ),
]
