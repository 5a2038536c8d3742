"""What is answered about drills."""

from snapfault import model
from snapfault.api.answers import form
from snapfault.api.answers import journal

DRILL = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'business_id': form.TEXT,
        'status': form.one_of(model.DrillStatus),
        'outcome': form.or_null(form.one_of(model.DrillStatus)),
        'cause': form.TEXT,
        'recovery_point_id': form.TEXT_OR_NULL,
        'took': form.NUMBER_OR_NULL,
        'reason': form.TEXT,
        'steps': journal.STEPS,
        'created_at': form.TIME,
        'started_at': form.TIME_OR_NULL,
        'finished_at': form.TIME_OR_NULL,
    }
)
ONE = form.one('drill', DRILL)
TAKEN = form.made('drill', DRILL, status=202)
PAGE = form.page('drills', DRILL)
