"""What is answered about protections."""

import dataclasses

from snapfault import model
from snapfault.api.answers import form

PROTECTION = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        'business_id': form.TEXT,
        'server_id': form.TEXT,
        'policy_id': form.TEXT,
        'image_id': form.TEXT,
        'status': form.one_of(model.ProtectionStatus),
        'selected': form.FLAG,
        'webhook': form.FLAG,
        'delegation': form.whole({'kind': form.one_of(model.DelegationKind)}),
        'next_run_at': form.TIME_OR_NULL,
        'next_drill_at': form.TIME_OR_NULL,
        'alarm': form.TEXT,
        'alarm_at': form.TIME_OR_NULL,
        'ending_at': form.TIME_OR_NULL,
        'generation': form.COUNT,
        'created_at': form.TIME,
        'updated_at': form.TIME,
    }
)
ONE = form.tagged(form.one('protection', PROTECTION))
MADE = form.tagged(form.made('protection', PROTECTION))
#: It is gone, or goes once its running work is over.
LEAVING = dataclasses.replace(
    form.NOTHING,
    later=form.tagged(form.one('protection', PROTECTION, status=202)),
)
PAGE = form.page('protections', PROTECTION)
