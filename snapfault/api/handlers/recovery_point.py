"""Recovery points."""

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import precondition
from snapfault.api import views
from snapfault.db import points
from snapfault.db import protections
from snapfault.outlook import keeping
from snapfault.policies import recovery_point

REMOVABLE = (model.PointStatus.GOOD, model.PointStatus.LOST)


def list_page(this: call.Call) -> call.Answer:
    """List recovery points, deleted ones too."""

    def write(found: list[model.RecoveryPoint]) -> list[call.Json]:
        kept = keeping.rules_of(this.database, found, this.now)
        return [
            views.recovery_point(each, kept.get(each.id)) for each in found
        ]

    return paging.answer(this, 'recovery_points', points.list_page, write)


def show(this: call.Call) -> call.Answer:
    """Show a recovery point."""
    return _answer(this, _named(this))


@precondition.settled
def update(this: call.Call) -> call.Answer:
    """Pin a recovery point, or unpin it: that takes a right of its own."""
    pinned = this.body['recovery_point']['pinned']
    point = _checked(this)
    if point.pinned and not pinned:
        this.allow(recovery_point.UNPIN)
    limits = model.UNLIMITED
    if pinned:
        limits = this.backend.limits(point.project_id)
    point = points.set_pinned(
        this.database, point, pinned, limits, point.generation
    )
    return _answer(this, point)


@precondition.settled
def delete(this: call.Call) -> call.Answer:
    """Have a recovery point removed, unless somebody may need it."""
    point = _checked(this)
    _check_removable(this, point)
    point = points.move(
        this.database,
        point,
        model.PointStatus.DELETING,
        reason='asked for by a person',
        now=this.now,
        generation=point.generation,
    )
    this.backend.wake()
    return _answer(this, point, status=202)


def _answer(
    this: call.Call, point: model.RecoveryPoint, status: int = 200
) -> call.Answer:
    kept = keeping.rules_of(this.database, [point], this.now)
    written = views.recovery_point(point, kept.get(point.id))
    return call.Answer(
        {'recovery_point': written}, status, generation=point.generation
    )


def _named(this: call.Call) -> model.RecoveryPoint:
    return points.get(this.database, this.scope, this.ids['recovery_point_id'])


def _checked(this: call.Call) -> model.RecoveryPoint:
    point = _named(this)
    precondition.check(this, 'recovery point', point.generation)
    return point


def _check_removable(this: call.Call, point: model.RecoveryPoint) -> None:
    """Refuse to remove what is not whole or out of reach.

    That a pinned one stays, one that a recovery or drill reads from and the
    last good one, the database sees to.

    :raises Conflict: says which
    """
    if point.status not in REMOVABLE:
        raise errors.Conflict(
            f'recovery point {point.id} is {point.status}: only good and lost'
            ' ones can be deleted'
        )
    if not protections.list_page(this.database, point.project_id, limit=1):
        raise errors.Conflict(
            'nothing is protected in the project, so nothing gives us the'
            ' right to remove snapshots there: protect a server first, or'
            ' remove them yourself'
        )
