"""What may be sent about protections."""

from snapfault import model
from snapfault.api.schemas import types

#: By what right to act for what is protected; what may go together is for
#: the handler to say.
DELEGATION = types.closed(
    {
        'kind': {'enum': [each.value for each in model.DelegationKind]},
        'project_id': types.ID,
        'id': types.ID,
        'secret': {
            'type': 'string',
            'minLength': 1,
            'maxLength': 255,
            'writeOnly': True,
        },
    },
    required=['kind'],
) | {'writeOnly': True}
CREATE = types.closed(
    {
        'protection': types.closed(
            {
                'business_id': types.NAME,
                'server_id': types.ID,
                'policy_id': types.ID,
                'delegation': DELEGATION,
            },
            required=['business_id', 'server_id', 'policy_id'],
        )
    },
    required=['protection'],
)
UPDATE = types.closed(
    {
        'protection': {
            **types.closed(
                {
                    'policy_id': types.ID,
                    'paused': {'type': 'boolean'},
                    'delegation': DELEGATION,
                }
            ),
            'minProperties': 1,
        }
    },
    required=['protection'],
)
LIST = types.page(
    ['created_at', 'business_id'],
    business_id=types.NAME,
    policy_id=types.ID,
)
