"""What is answered about what would run next."""

from snapfault.api.answers import form
from snapfault.api.answers import task

MEASURE = form.whole(
    {
        'metric': form.TEXT,
        'aggregation': form.TEXT,
        'value': form.NUMBER,
        'measured_at': form.TIME,
        'age': {'type': 'integer'},  # below zero where clocks differ
        'source': form.TEXT,
    }
)
VOLUME = form.whole(
    {
        'volume_id': form.TEXT,
        'name': form.TEXT,
        'size': form.COUNT,
        'volume_type': form.TEXT_OR_NULL,
    }
)
#: What is left may be below zero: the limit was lowered since.
LEFT: form.Schema = {'type': ['integer', 'null']}
LIMIT = form.whole(
    {
        'resource': form.TEXT,
        'volume_type': form.TEXT_OR_NULL,
        'before': LEFT,
        'after': LEFT,
    }
)
NEED = form.whole(
    {
        'resource': form.TEXT,
        'volume_type': form.TEXT_OR_NULL,
        'needed': form.COUNT,
        'left': LEFT,
    }
)
ROOM = form.whole({'enough': form.FLAG, 'needs': form.many(NEED)})
PRUNED = form.whole({'recovery_point_id': form.TEXT, 'reason': form.TEXT})
TASK = form.whole(
    {
        'business_id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'task_id': form.TEXT_OR_NULL,
        'scheduled_at': form.TIME,
        'begins_at': form.TIME_OR_NULL,
        'weight': form.NUMBER,
        'breakdown': task.BREAKDOWN,
        'measures': form.many(MEASURE),
        'take': form.or_null(form.many(VOLUME)),
        'prune': form.many(PRUNED),
        'hindrance': form.TEXT,
        'quota': form.or_null(form.many(LIMIT)),
        'recovery_room': form.or_null(ROOM),
        'unread': form.TEXT,
    }
)
SHOWN = form.one('plan', form.whole({'tasks': form.many(TASK)}))
