"""What is answered about a recovery that nobody has asked for yet."""

from snapfault import model
from snapfault.api.answers import form
from snapfault.outlook import cost

STEP = form.whole({'name': form.TEXT, 'arguments': form.ANYTHING})
LOSS = form.whole(
    {
        'kind': form.one_of(cost.Kind),
        'resource_id': form.TEXT,
        'device': form.TEXT,
        'since': form.TIME_OR_NULL,
        'text': form.TEXT,
    }
)
EXPECTED = form.whole(
    {
        'seconds': form.NUMBER_OR_NULL,
        'by_steps': form.NUMBER_OR_NULL,
        'by_drill': form.NUMBER_OR_NULL,
    }
)
SHOWN = form.one(
    'recovery_plan',
    form.whole(
        {
            'business_id': form.TEXT,
            'project_id': form.TEXT,
            'protection_id': form.TEXT,
            'server_id': form.TEXT,
            'possible': form.FLAG,
            'way': form.or_null(form.one_of(model.Way)),
            'reason': form.TEXT,
            'recovery_point_id': form.TEXT_OR_NULL,
            'completed_at': form.TIME_OR_NULL,
            'phases': form.many(form.many(STEP)),
            'losses': form.many(LOSS),
            'expected': EXPECTED,
            'open_recovery_id': form.TEXT_OR_NULL,
            'unread': form.TEXT,
        }
    ),
)
