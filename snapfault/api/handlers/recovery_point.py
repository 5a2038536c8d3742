"""Recovery points."""

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries

REMOVABLE = (model.PointStatus.GOOD, model.PointStatus.LOST)


def list_page(this: call.Call) -> call.Answer:
    """List recovery points, deleted ones too."""
    return paging.answer(
        this,
        'recovery_points',
        points.list_page,
        lambda found: [views.recovery_point(each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a recovery point."""
    return call.Answer({'recovery_point': views.recovery_point(_named(this))})


def delete(this: call.Call) -> call.Answer:
    """Have a recovery point removed, unless somebody may need it."""
    point = _named(this)
    _check_removable(this, point)
    point = points.move(
        this.database,
        point,
        model.PointStatus.DELETING,
        reason='asked for by a person',
        now=this.now,
    )
    this.backend.wake()
    return call.Answer(
        {'recovery_point': views.recovery_point(point)}, status=202
    )


def _named(this: call.Call) -> model.RecoveryPoint:
    return points.get(this.database, this.scope, this.ids['recovery_point_id'])


def _check_removable(this: call.Call, point: model.RecoveryPoint) -> None:
    """Refuse to remove what is not whole, in use, or out of reach.

    That the last good one stays, the database sees to.

    :raises Conflict: says which
    """
    if point.status not in REMOVABLE:
        raise errors.Conflict(
            f'recovery point {point.id} is {point.status}: only good and lost'
            ' ones can be deleted'
        )
    if point.id in recoveries.points_in_use(this.database):
        raise errors.Conflict(
            f'an open recovery uses recovery point {point.id}'
        )
    if not protections.list_page(this.database, point.project_id, limit=1):
        raise errors.Conflict(
            'nothing is protected in the project, so nothing gives us the'
            ' right to remove snapshots there: protect a server first, or'
            ' remove them yourself'
        )
