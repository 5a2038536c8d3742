"""What may be sent about protections."""

from snapfault.api.schemas import types

CREATE = types.closed(
    {
        'protection': types.closed(
            {
                'business_id': types.NAME,
                'server_id': types.ID,
                'policy_id': types.ID,
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
                {'policy_id': types.ID, 'paused': {'type': 'boolean'}}
            ),
            'minProperties': 1,
        }
    },
    required=['protection'],
)
LIST = types.page(business_id=types.NAME, policy_id=types.ID)
