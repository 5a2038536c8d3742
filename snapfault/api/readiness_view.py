"""Write readiness as JSON."""

import datetime

from snapfault.api import call
from snapfault.api import views
from snapfault.outlook import readiness as readiness_


def readiness(found: readiness_.Readiness) -> call.Json:
    """Write what a recovery of one service would meet."""
    protection, point = found.protection, found.point
    return {
        'business_id': protection.business_id,
        'project_id': protection.project_id,
        'protection_id': protection.id,
        'server_id': protection.server_id,
        'ready': found.is_ready,
        'hindrances': list(found.hindrances),
        'warnings': list(found.warnings),
        'recovery_point_id': point.id if point is not None else None,
        'age': _seconds(found.age),
        'rpo': _seconds(found.rpo),
        'proof': point.proof.value if point is not None else None,
        'proof_at': views.time(point.proof_at) if point is not None else None,
        'rto': point.rto if point is not None else None,
    }


def _seconds(span: datetime.timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
