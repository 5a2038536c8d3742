"""What is answered about tasks."""

from snapfault import model
from snapfault.api.answers import form

BREAKDOWN = form.many(
    form.whole(
        {
            'weigher': form.TEXT,
            'raw': form.NUMBER_OR_NULL,
            'normalised': form.NUMBER,
            'multiplier': form.NUMBER,
            'weight': form.NUMBER,
        }
    )
)
TASK = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'business_id': form.TEXT_OR_NULL,
        'scheduled_at': form.TIME,
        'labels': form.many(form.TEXT),
        'by_hand': form.FLAG,
        'deadline_at': form.TIME_OR_NULL,
        'status': form.one_of(model.TaskStatus),
        'attempts': form.COUNT,
        'weight': form.NUMBER_OR_NULL,
        'breakdown': BREAKDOWN,
        'reason': form.TEXT,
        'recovery_point_id': form.TEXT_OR_NULL,
        'created_at': form.TIME,
        'finished_at': form.TIME_OR_NULL,
    }
)
ONE = form.one('task', TASK)
TAKEN = form.made('task', TASK, status=202)
PAGE = form.page('tasks', TASK)
