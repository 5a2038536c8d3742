"""What may be sent about the snapshot record table as a whole."""

from snapfault.api.schemas import policy
from snapfault.api.schemas import types

POLICY: types.Schema = types.closed(
    policy.MEMBERS, ['name', 'schedules', 'quota']
)
PROTECTION: types.Schema = types.closed(
    {
        'business_id': types.NAME,
        'server_id': types.ID,
        'policy': types.NAME,
        'paused': {'type': 'boolean'},
    },
    ['business_id', 'server_id', 'policy'],
)
#: Of an import; more are several imports.
MOST = 2000

REPLACE = types.closed(
    {
        'record_table': types.closed(
            {
                'version': {'const': 1},
                'policies': {
                    'type': 'array',
                    'maxItems': MOST,
                    'items': POLICY,
                },
                'protections': {
                    'type': 'array',
                    'maxItems': MOST,
                    'items': PROTECTION,
                },
            },
            required=['version'],
        )
    },
    required=['record_table'],
)
QUERY = types.closed({'dry_run': types.SWITCH, 'prune': types.SWITCH})
