"""What may be sent about policies."""

from snapfault import model
from snapfault.api.schemas import types

NUMBER: types.Schema = {'type': 'number', 'minimum': -1e12, 'maximum': 1e12}

MEMBERS: types.Schema = {
    'name': types.NAME,
    'description': types.TEXT,
    # That it is one or the other, and makes sense, the trigger's plan checks.
    'schedule': {
        **types.closed(
            {
                'interval': types.SOME_SECONDS,
                'cron': types.TEXT,
                'time_zone': types.TEXT,
            }
        ),
        'dependentRequired': {'time_zone': ['cron']},
    },
    'quota': types.closed(
        {'count': {'type': 'integer', 'minimum': 1, 'maximum': 1000000}},
        required=['count'],
    ),
    'thresholds': {
        'type': 'array',
        'maxItems': 20,
        'items': types.closed(
            {
                'metric': types.NAME,
                'over': {
                    'type': 'number',
                    'exclusiveMinimum': 0,
                    'maximum': 1e18,
                },
            },
            required=['metric', 'over'],
        ),
    },
    'posture': {'enum': [each.value for each in model.Posture]},
    'multipliers': {'type': 'object', 'additionalProperties': NUMBER},
    'rpo': {**types.SOME_SECONDS, 'type': ['integer', 'null']},
    'recovery': types.closed(
        {'automatic': {'type': 'boolean'}, 'margin': types.SECONDS}
    ),
}

CREATE = types.closed(
    {'policy': types.closed(MEMBERS, ['name', 'schedule', 'quota'])},
    required=['policy'],
)
UPDATE = types.closed(
    {'policy': {**types.closed(MEMBERS), 'minProperties': 1}},
    required=['policy'],
)
LIST = types.page(name=types.NAME)
