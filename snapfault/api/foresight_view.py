"""Write what a recovery would do as JSON."""

from snapfault import model
from snapfault.api import call
from snapfault.api import views
from snapfault.outlook import cost
from snapfault.outlook import foresight
from snapfault.recover import plan


def recovery_plan(
    protection: model.Protection, found: foresight.Foresight
) -> call.Json:
    """Write what a recovery would do, or why nothing is planned."""
    planned, point = found.planned, found.point
    is_plan = isinstance(planned, plan.Plan)
    return {
        'business_id': protection.business_id,
        'project_id': protection.project_id,
        'protection_id': protection.id,
        'server_id': protection.server_id,
        'possible': is_plan and found.open_recovery_id is None,
        'way': planned.way.value if isinstance(planned, plan.Plan) else None,
        'reason': planned.reason if planned is not None else '',
        'recovery_point_id': point.id if point is not None else None,
        'completed_at': views.time(point.completed_at) if point else None,
        'phases': [
            [
                {'name': each.name, 'arguments': each.arguments()}
                for each in phase
            ]
            for phase in (
                planned.phases if isinstance(planned, plan.Plan) else ()
            )
        ],
        'losses': [_loss(each) for each in found.losses],
        'expected': {
            'seconds': found.estimate.seconds,
            'by_steps': found.estimate.by_steps,
            'by_drill': found.estimate.by_drill,
        },
        'open_recovery_id': found.open_recovery_id,
        'unread': found.unread,
    }


def _loss(loss: cost.Loss) -> call.Json:
    return {
        'kind': loss.kind.value,
        'resource_id': loss.resource_id,
        'device': loss.device,
        'since': views.time(loss.since),
        'text': loss.text,
    }
