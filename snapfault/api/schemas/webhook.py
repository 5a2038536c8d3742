"""What a webhook takes: an alarm of Aodh, or a finding in plain words."""

from snapfault.api.schemas import types

STATES = {'enum': ['alarm', 'ok', 'insufficient data']}
#: Aodh says more than is needed, and more with each release.
AODH: types.Schema = {
    'type': 'object',
    'properties': {
        'alarm_id': types.ID,
        'alarm_name': {'type': 'string'},
        'current': STATES,
        'reason': {'type': 'string'},
    },
    'required': ['alarm_id', 'current'],
}
PLAIN = types.closed(
    {
        'finding': {
            'type': 'string',
            'maxLength': 64,
            'pattern': r'^[a-z0-9][a-z0-9-]*\Z',
            'description': 'a short word of a-z, 0-9 and hyphens',
        },
        'detail': types.TEXT,
        'current': STATES,
    },
    required=['finding'],
)
