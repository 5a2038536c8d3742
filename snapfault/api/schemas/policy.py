"""What may be sent about policies."""

from snapfault import rules
from snapfault.api.schemas import types

NUMBER: types.Schema = {'type': 'number', 'minimum': -1e12, 'maximum': 1e12}
MEASURED: types.Schema = {
    'type': 'number',
    'exclusiveMinimum': 0,
    'maximum': 1e18,
}
LABEL: types.Schema = {
    'type': 'string',
    'maxLength': 64,
    'pattern': r'^[A-Za-z0-9][A-Za-z0-9_-]*\Z',
    'description': 'a label: letters, digits, - and _',
}
COUNT: types.Schema = {'type': 'integer', 'minimum': 1, 'maximum': 1000000}
PERIODS: types.Schema = {'type': 'integer', 'minimum': 0, 'maximum': 10000}

SCHEDULE: types.Schema = types.closed(
    {
        'label': LABEL,
        'interval': types.or_null(types.SOME_SECONDS),
        'cron': types.or_null(types.TEXT),
        'time_zone': types.TEXT,
    }
)
WINDOW: types.Schema = types.closed(
    {
        'begin': types.TIME_OF_DAY,
        'end': types.TIME_OF_DAY,
        'days': {
            'type': 'array',
            'minItems': 1,
            'maxItems': len(rules.Weekday),
            'uniqueItems': True,
            'items': types.one_of(rules.Weekday),
        },
        'time_zone': types.TEXT,
    },
    required=['begin', 'end'],
)
WINDOWS: types.Schema = {'type': 'array', 'maxItems': 20, 'items': WINDOW}
_LIMITS: types.Schema = {
    'count': types.or_null(COUNT),
    'gigabytes': types.or_null(COUNT),
    'age': types.or_null(types.SOME_SECONDS),
    'tiers': types.or_null(
        types.closed(
            {
                **dict.fromkeys(
                    ('hourly', 'daily', 'weekly', 'monthly', 'yearly'),
                    PERIODS,
                ),
                'time_zone': types.TEXT,
            }
        )
    ),
}
QUOTA: types.Schema = types.closed(
    {
        **_LIMITS,
        'minimum': COUNT,
        'labels': {
            'type': 'object',
            'maxProperties': 10,
            'propertyNames': LABEL,
            'additionalProperties': types.closed(_LIMITS),
        },
    }
)
THRESHOLD: types.Schema = {
    **types.closed(
        {
            'metric': types.NAME,
            'aggregation': types.NAME,
            'over': MEASURED,
            'under': MEASURED,
            'margin': {'type': 'number', 'minimum': 0, 'maximum': 1e18},
        },
        required=['metric'],
    ),
    'oneOf': [{'required': ['over']}, {'required': ['under']}],
    'description': "a threshold with either 'over' or 'under'",
}
SELECTOR: types.Schema = types.closed(
    {
        'metadata': {
            'type': 'object',
            'maxProperties': 20,
            'propertyNames': types.NAME,
            'additionalProperties': {**types.TEXT, 'maxLength': 255},
        },
        'tags': {'type': 'array', 'maxItems': 20, 'items': types.NAME},
    }
)
CONSISTENCY: types.Schema = types.closed(
    {
        'level': types.one_of(rules.Level),
        'or_else': types.one_of(rules.OrElse),
        'root_image': {'type': 'boolean'},
        'maintenance': WINDOWS,
    }
)
_SWITCH: types.Schema = {'type': 'boolean'}
CHECK: types.Schema = types.closed(
    {
        'driver': types.NAME,
        'options': {
            'type': 'object',
            'maxProperties': 20,
            'propertyNames': types.NAME,
            'additionalProperties': types.TEXT,
        },
        'timeout': {**types.SOME_SECONDS, 'maximum': 3600},
    },
    required=['driver'],
)
RECOVERY: types.Schema = types.closed(
    {
        'automatic': _SWITCH,
        'margin': types.SECONDS,
        'starts_on': types.one_of(rules.Starts),
        'even_if_healthy': _SWITCH,
        'confirm': {**types.SECONDS, 'maximum': 24 * 3600},
        'approval': _SWITCH,
        'reboot_first': _SWITCH,
        'proven_only': _SWITCH,
        'steps_back': {'type': 'integer', 'minimum': 0, 'maximum': 10},
        'without_point': _SWITCH,
        'evacuate': _SWITCH,
        'repair': _SWITCH,
        'others': _SWITCH,
        'keep': types.SECONDS,
        'checks': {'type': 'array', 'maxItems': 10, 'items': CHECK},
        'drills': types.closed(
            {
                'schedule': types.or_null(SCHEDULE),
                'network': types.or_null(types.ID),
            }
        ),
    }
)
#: What the schemas leave open, rules_check and the trigger's plan look at.
MEMBERS: types.Schema = {
    'name': types.NAME,
    'description': types.TEXT,
    'schedules': {
        'type': 'array',
        'minItems': 1,
        'maxItems': 10,
        'items': SCHEDULE,
    },
    'quota': QUOTA,
    'blackouts': WINDOWS,
    'deadline': types.or_null(types.SOME_SECONDS),
    'stagger': {**types.SECONDS, 'maximum': 7 * 24 * 3600},
    'catch_up': types.one_of(rules.CatchUp),
    'paused': {'type': 'boolean'},
    'selector': types.or_null(SELECTOR),
    'thresholds': {'type': 'array', 'maxItems': 20, 'items': THRESHOLD},
    'posture': types.one_of(rules.Posture),
    'priority': {'type': 'integer', 'minimum': -100, 'maximum': 100},
    'multipliers': {
        'type': 'object',
        'maxProperties': 100,
        'additionalProperties': NUMBER,
    },
    'unknown': types.or_null({'type': 'number', 'minimum': 0, 'maximum': 1}),
    'rpo': types.or_null(types.SOME_SECONDS),
    'consistency': CONSISTENCY,
    'recovery': RECOVERY,
}
SHARED_WITH: types.Schema = {
    'type': 'array',
    'maxItems': 100,
    'uniqueItems': True,
    'items': {
        'type': 'string',
        'maxLength': 64,
        'pattern': r'^(\*|[A-Za-z0-9][A-Za-z0-9_-]*)\Z',
        'description': "the id of a project, or '*' for all",
    },
}
_ALL: types.Schema = {**MEMBERS, 'shared_with': SHARED_WITH}

CREATE = types.closed(
    {'policy': types.closed(_ALL, ['name', 'schedules', 'quota'])},
    required=['policy'],
)
UPDATE = types.closed(
    {'policy': {**types.closed(_ALL), 'minProperties': 1}},
    required=['policy'],
)
LIST = types.page(['created_at', 'name'], name=types.NAME)
