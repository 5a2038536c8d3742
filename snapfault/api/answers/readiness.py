"""What is answered about readiness."""

from snapfault import model
from snapfault.api.answers import form

READINESS = form.whole(
    {
        'business_id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'server_id': form.TEXT,
        'ready': form.FLAG,
        'hindrances': form.many(form.TEXT),
        'warnings': form.many(form.TEXT),
        'recovery_point_id': form.TEXT_OR_NULL,
        'age': form.COUNT_OR_NULL,
        'rpo': form.COUNT_OR_NULL,
        'proof': form.or_null(form.one_of(model.Proof)),
        'proof_at': form.TIME_OR_NULL,
        'rto': form.NUMBER_OR_NULL,
    }
)
PAGE = form.page('readiness', READINESS)
