"""Recoveries."""

from snapfault import errors
from snapfault import model
from snapfault import trouble
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries


def list_page(this: call.Call) -> call.Answer:
    """List recoveries."""
    return paging.answer(
        this,
        'recoveries',
        recoveries.list_page,
        lambda found: [views.recovery(each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a recovery and its journal."""
    recovery = recoveries.get(
        this.database, this.scope, this.ids['recovery_id']
    )
    return call.Answer({'recovery': views.recovery(recovery)})


def create(this: call.Call) -> call.Answer:
    """Have a service recovered: a person has seen that it needs it."""
    body = this.body['recovery']
    protection = _protection(this, body['business_id'])
    point_id = body.get('recovery_point_id')
    if point_id is not None:
        _check_point(this, protection, point_id)
    recovery = recoveries.create(
        this.database,
        trouble.new_recovery(
            protection,
            cause='asked for by a person',
            onset_at=this.now,
            evidence={},
            now=this.now,
            point_id=point_id,
        ),
    )
    this.backend.wake()
    return call.Answer(
        {'recovery': views.recovery(recovery)},
        status=202,
        location=f'/v1/recoveries/{recovery.id}',
    )


def _protection(this: call.Call, business_id: str) -> model.Protection:
    found = protections.list_page(
        this.database, this.project_id, limit=1, business_id=business_id
    )
    if not found:
        raise errors.NotFound(f'business id {business_id!r} is not protected')
    return found[0]


def _check_point(
    this: call.Call, protection: model.Protection, point_id: str
) -> None:
    """Refuse a point that cannot be recovered from.

    :raises NotFound: the project has none of that id
    :raises InvalidInput: it is another service's
    :raises Conflict: it is not good
    """
    point = points.get(this.database, this.project_id, point_id)
    if point.business_id != protection.business_id:
        raise errors.InvalidInput(
            f'recovery point {point.id} is of {point.business_id!r}, not of'
            f' {protection.business_id!r}'
        )
    if point.status is not model.PointStatus.GOOD:
        raise errors.Conflict(
            f'recovery point {point.id} is {point.status}, not good'
        )
