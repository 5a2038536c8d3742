"""What is answered about recoveries."""

from snapfault import model
from snapfault.api.answers import form
from snapfault.api.answers import journal

ATTEMPT = form.whole(
    {
        'number': form.COUNT,
        'way': form.one_of(model.Way),
        'recovery_point_id': form.TEXT_OR_NULL,
        'status': form.one_of(model.AttemptStatus),
        'reason': form.TEXT,
        'started_at': form.TIME,
        'finished_at': form.TIME_OR_NULL,
    }
)
KEPT = form.whole(
    {
        'kind': form.one_of(model.KeptKind),
        'resource_id': form.TEXT,
        'device': form.TEXT,
        'status': form.one_of(model.KeptStatus),
        'keep_until': form.TIME_OR_NULL,
        'reason': form.TEXT,
    }
)
RECOVERY = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'business_id': form.TEXT,
        'server_id': form.TEXT,
        'kind': form.one_of(model.RecoveryKind),
        'origin_id': form.TEXT_OR_NULL,
        'status': form.one_of(model.RecoveryStatus),
        'abort_asked': form.FLAG,
        'cause': form.TEXT,
        'onset_at': form.TIME,
        'before_at': form.TIME_OR_NULL,
        'keep_volumes': form.FLAG,
        'evidence': form.ANYTHING,
        'recovery_point_id': form.TEXT_OR_NULL,
        'reason': form.TEXT,
        'attempts': form.many(ATTEMPT),
        'steps': journal.STEPS,
        'kept': form.many(KEPT),
        'created_at': form.TIME,
        'finished_at': form.TIME_OR_NULL,
    }
)
ONE = form.one('recovery', RECOVERY)
TAKEN = form.made('recovery', RECOVERY, status=202)
PAGE = form.page('recoveries', RECOVERY)
REPORT = form.one(
    'report',
    form.whole(
        {
            'recovery_id': form.TEXT,
            'business_id': form.TEXT,
            'status': form.one_of(model.RecoveryStatus),
            'sections': form.many(
                form.whole({'title': form.TEXT, 'lines': form.many(form.TEXT)})
            ),
            'text': form.TEXT,
        }
    ),
)
