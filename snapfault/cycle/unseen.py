"""What becomes of the points of a project that no right opens any more."""

import collections.abc
import datetime
import logging

from snapfault import bearing
from snapfault import errors
from snapfault import model
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.db import points
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
    for point in group:
        if (
            point.status is not model.PointStatus.CREATING
            or point.task_id in running
            or not settle.is_late(point, now, limit)
        ):
            continue
        with bearing.work('task', point.task_id, point.project_id):
            try:
                _fail(context, point, orders.get(point.task_id), dead, now)
            except errors.SnapfaultError as error:
                LOG.warning('Point %s waits: %s', point.id, error)


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
    return (
        f'{dead}: nothing can be seen or removed of the project any more.'
        f' Cinder may still have {left}: that goes once there is another'
        f' right (openstack protection set {point.business_id} --delegation'
        ' KIND), or delete it yourself'
    )
