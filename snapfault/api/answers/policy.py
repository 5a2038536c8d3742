"""What is answered about policies."""

from snapfault.api.answers import form
from snapfault.api.schemas import policy

POLICY = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        **policy.MEMBERS,
        'shared_with': policy.SHARED_WITH,
        'alarm': form.TEXT,
        'alarm_at': form.TIME_OR_NULL,
        'generation': form.COUNT,
        'created_at': form.TIME,
        'updated_at': form.TIME,
    }
)
ONE = form.tagged(form.one('policy', POLICY))
MADE = form.tagged(form.made('policy', POLICY))
PAGE = form.page('policies', POLICY)
