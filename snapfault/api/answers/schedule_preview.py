"""What is answered about runs to come."""

from snapfault.api.answers import form
from snapfault.api.schemas import policy

RUN = form.whole(
    {
        'scheduled_at': form.TIME,
        'labels': form.many(form.TEXT),
        'begins_at': form.TIME_OR_NULL,
        'latest_at': form.TIME_OR_NULL,
        'moved_by': form.many(policy.WINDOW),
    }
)
RUNS = form.one('schedule_preview', form.whole({'runs': form.many(RUN)}))
