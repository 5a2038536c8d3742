"""Who may do what with recovery points."""

from oslo_policy import policy

from snapfault.policies import personas

LIST = 'fault-tolerance:recovery_point:list'
SHOW = 'fault-tolerance:recovery_point:show'
UPDATE = 'fault-tolerance:recovery_point:update'
UNPIN = 'fault-tolerance:recovery_point:unpin'
DELETE = 'fault-tolerance:recovery_point:delete'

RULES = [
    policy.DocumentedRuleDefault(
        name=LIST,
        check_str=personas.READ,
        description='List recovery points.',
        operations=[
            {'method': 'GET', 'path': '/v1/recovery-points'},
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Show a recovery point.',
        operations=[
            {
                'method': 'GET',
                'path': '/v1/recovery-points/{recovery_point_id}',
            },
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=UPDATE,
        check_str=personas.CHANGE,
        description='Pin a recovery point, or unpin it.',
        operations=[
            {
                'method': 'PATCH',
                'path': '/v1/recovery-points/{recovery_point_id}',
            },
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=UNPIN,
        check_str=personas.MANAGE,
        description=(
            'Unpin a recovery point, so that its policy may let it go. The'
            ' rule of the update applies as well.'
        ),
        operations=[
            {
                'method': 'PATCH',
                'path': '/v1/recovery-points/{recovery_point_id}',
            },
        ],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=DELETE,
        check_str=personas.MANAGE,
        description='Delete a recovery point and its snapshots.',
        operations=[
            {
                'method': 'DELETE',
                'path': '/v1/recovery-points/{recovery_point_id}',
            },
        ],
        scope_types=personas.SCOPES,
    ),
]
