"""What becomes of the points of a project that no right opens any more."""

import collections.abc
import datetime
import logging

from snapfault import bearing
from snapfault import errors
from snapfault import model
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.db import makings
from snapfault.db import points
from snapfault.db import protections
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import settle

LOG = logging.getLogger(__name__)


def give_up(
    context: contexts.Context,
    group: collections.abc.Iterable[model.RecoveryPoint],
    orders: collections.abc.Mapping[str, snapshot.Order],
    running: collections.abc.Set[str],
    dead: errors.DelegationDead,
    now: datetime.datetime,
) -> None:
    """Fail what has been in the making for too long, and its task with it.

    No listing will ever say how it stands, and each takes a place that the
    points of other projects wait for. What Cinder has of it stays: it is
    removed as that of any failed point is, once there is another right.

    :param orders: of the tasks that are ours
    :param running: tasks that another worker holds
    """
    limit = context.snapshot.creating_timeout
    late = [each for each in group if settle.is_late(each, now, limit)]
    creating = model.PointStatus.CREATING
    _let_be(context, [each for each in late if each.status is not creating])
    for point in late:
        if point.status is not creating or point.task_id in running:
            continue
        with bearing.work('task', point.task_id, point.project_id):
            try:
                _fail(context, point, orders.get(point.task_id), dead, now)
            except errors.SnapfaultError as error:
                LOG.warning('Point %s waits: %s', point.id, error)


def _let_be(
    context: contexts.Context,
    given_up: collections.abc.Iterable[model.RecoveryPoint],
) -> None:
    """Leave the servers that nobody can start to those who own them.

    Where the protection is deleted, whose end would wait for that: who
    keeps it may give it another right.
    """
    held = [each for each in given_up if each.power in model.HELD_POWER]
    owners = protections.by_ids(
        context.database, {each.protection_id for each in held}
    )
    for point in held:
        owner = owners.get(point.protection_id)
        if owner is not None and owner.ending_at is None:
            continue
        LOG.warning(
            'Server %s was stopped for recovery point %s, and no right is'
            ' left to start it',
            point.server_id,
            point.id,
        )
        try:
            makings.set_power(context.database, point, model.Power.LEFT)
        except errors.Conflict as error:
            LOG.warning('Server %s: %s', point.server_id, error)


def _fail(
    context: contexts.Context,
    point: model.RecoveryPoint,
    order: snapshot.Order | None,
    dead: errors.DelegationDead,
    now: datetime.datetime,
) -> None:
    """Fail a point, and answer for its task where that is ours."""
    reason = _reason(point, dead)
    LOG.warning('Recovery point %s is given up: %s', point.id, reason)
    points.move(
        context.database,
        point,
        model.PointStatus.FAILED,
        now=now,
        reason=reason,
    )
    if order is not None:
        trouble.answer(
            context.trouble,
            order.task,
            order.protection,
            order.policy,
            errors.DelegationDead(reason),
            now,
        )


def _reason(point: model.RecoveryPoint, dead: errors.DelegationDead) -> str:
    """Say why it is given up, what is left of it, and what to do."""
    known = [each.snapshot_id for each in point.members if each.snapshot_id]
    left = f'snapshots {", ".join(known)}' if known else 'what there is of it'
    off = (
        f' The server {point.server_id} was stopped for it: start it by hand,'
        ' or give another right.'
        if point.power in model.HELD_POWER
        else ''
    )
    return (
        f'{dead}: nothing can be seen or removed of the project any more.'
        f' Cinder may still have {left}: that goes once there is another'
        f' right (openstack protection set {point.business_id} --delegation'
        f' trust), or delete it yourself.{off}'
    )
