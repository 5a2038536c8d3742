"""What is answered about recovery points."""

from snapfault import model
from snapfault import rules
from snapfault.api.answers import form

MEMBER = form.whole(
    {
        'volume_id': form.TEXT,
        'size': form.COUNT,
        'volume_type': form.TEXT_OR_NULL,
        'device': form.TEXT,
        'tag': form.TEXT_OR_NULL,
        'delete_on_termination': form.FLAG,
        'snapshot_id': form.TEXT_OR_NULL,
    }
)
RECOVERY_POINT = form.whole(
    {
        'id': form.TEXT,
        'project_id': form.TEXT,
        'protection_id': form.TEXT,
        'business_id': form.TEXT,
        'task_id': form.TEXT,
        'labels': form.many(form.TEXT),
        'sequence': form.COUNT,
        'status': form.one_of(model.PointStatus),
        'kept_by': form.TEXT_OR_NULL,
        'pinned': form.FLAG,
        'level': form.one_of(rules.Level),
        'level_reason': form.TEXT,
        'skew': form.NUMBER_OR_NULL,
        'group_snapshot_id': form.TEXT_OR_NULL,
        'root_image_id': form.TEXT_OR_NULL,
        'proof': form.one_of(model.Proof),
        'proof_at': form.TIME_OR_NULL,
        'rto': form.NUMBER_OR_NULL,
        'generation': form.COUNT,
        'server_id': form.TEXT,
        'image_id': form.TEXT,
        'flavor_id': form.TEXT,
        'reason': form.TEXT,
        'scheduled_at': form.TIME,
        'created_at': form.TIME,
        'completed_at': form.TIME_OR_NULL,
        'members': form.many(MEMBER),
    }
)
ONE = form.tagged(form.one('recovery_point', RECOVERY_POINT))
LEAVING = form.tagged(form.one('recovery_point', RECOVERY_POINT, status=202))
PAGE = form.page('recovery_points', RECOVERY_POINT)
