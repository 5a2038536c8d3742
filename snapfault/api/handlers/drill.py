"""Drills."""

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import named
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import drills
from snapfault.db import recoveries


def list_page(this: call.Call) -> call.Answer:
    """List drills."""
    return paging.answer(
        this,
        'drills',
        drills.list_page,
        lambda found: [views.drill(each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a drill and its journal."""
    drill = drills.get(this.database, this.scope, this.ids['drill_id'])
    return call.Answer({'drill': views.drill(drill)})


def create(this: call.Call) -> call.Answer:
    """Have a recovery rehearsed, beside the service and without touching it.

    :raises Conflict: a recovery, or a drill, of the service is open
    """
    body = this.body['drill']
    protection = named.protection(this, body['business_id'])
    point_id = body.get('recovery_point_id')
    if point_id is not None:
        named.check_point(this, protection, point_id)
    _check_free(this, protection)
    drill = drills.create(
        this.database, drills.new(protection, drills.ASKED, this.now, point_id)
    )
    this.backend.wake()
    return call.Answer(
        {'drill': views.drill(drill)},
        status=202,
        location=f'/v1/drills/{drill.id}',
    )


def _check_free(this: call.Call, protection: model.Protection) -> None:
    if protection.server_id in recoveries.open_servers(this.database):
        raise errors.Conflict(
            f'a recovery of {protection.business_id} is open, and no drill'
            ' runs beside one: wait for its end'
        )
