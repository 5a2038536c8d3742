"""The second half of stage 3: see what was begun to its end."""

import collections.abc
import datetime
import logging

from snapfault import bearing
from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.cycle import finish
from snapfault.cycle import unseen
from snapfault.db import makings
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.snapshot import making
from snapfault.snapshot import pace
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import settle as listings
from snapfault.snapshot import sight
from snapfault.snapshot import watch

LOG = logging.getLogger(__name__)

Orders = collections.abc.Mapping[str, snapshot.Order]  #: by task


def settle(
    context: contexts.Context,
    held: collections.abc.Collection[model.Candidate],
    now: datetime.datetime,
) -> bool:
    """Look at the unfinished points, one listing a project that is due.

    :param held: the tasks that this worker has begun
    :returns: whether a look soon pays
    """
    unfinished = makings.to_look_at(context.database, context.worker)
    in_use = point_guards.in_use(context.database)
    orders = {
        each.task.id: snapshot.Order(
            each.task, each.protection, each.policy, in_use
        )
        for each in held
    }
    begun = {
        point.task_id
        for point in unfinished
        if point.status is model.PointStatus.CREATING
    }
    _take_up(
        context,
        {each: order for each, order in orders.items() if each not in begun},
        now,
    )
    by_project: dict[str, list[model.RecoveryPoint]] = {}
    for point in making.without_recovered(context.database, unfinished):
        is_due = point.not_before is None or point.not_before <= now
        if is_due and point.id not in in_use:
            by_project.setdefault(point.project_id, []).append(point)
    _look(context, by_project, orders, now)
    least = context.snapshot.pace.least
    return any(each.wait <= least for each in context.memory.paces.values())


def _look(
    context: contexts.Context,
    by_project: collections.abc.Mapping[str, list[model.RecoveryPoint]],
    orders: Orders,
    now: datetime.datetime,
) -> None:
    """Settle the projects whose look is due, and pace the next one."""
    paces = context.memory.paces
    for gone in paces.keys() - by_project.keys():
        del paces[gone]
    due = [each for each in by_project if pace.is_due(paces.get(each), now)]
    running = task_claims.running(
        context.database,
        {p.task_id for each in due for p in by_project[each]} - orders.keys(),
    )
    for project_id in due:
        seen = _settle_project(
            context, project_id, by_project[project_id], orders, running, now
        )
        # a server that is off for a point is not left so a moment longer
        hurried = any(
            p.power in model.HELD_POWER for p in by_project[project_id]
        )
        last = None if hurried else paces.get(project_id)
        paces[project_id] = pace.after(last, seen, now, context.snapshot.pace)


def _take_up(
    context: contexts.Context, left: Orders, now: datetime.datetime
) -> None:
    """End what was cut off, the database or its worker failing.

    A run whose point is good already is done; one that was claimed and not
    begun is put back.
    """
    made = makings.of_tasks(context.database, left)
    good = [
        finish.Good(left[task_id], point)
        for task_id, point in made.items()
        if point.status is model.PointStatus.GOOD
    ]
    finish.finish(context.database, context.worker, good, now)
    later = now + context.snapshot.retry_delay
    for task_id in left.keys() - made.keys():
        task = left[task_id].task
        try:
            task_claims.release(
                context.database, task, later, 'its begin broke off', now
            )
        except errors.LeaseLost:
            LOG.warning('Task %s was taken over', task_id)


def _settle_project(
    context: contexts.Context,
    project_id: str,
    group: collections.abc.Collection[model.RecoveryPoint],
    orders: Orders,
    running: collections.abc.Set[str],
    now: datetime.datetime,
) -> object:
    """Move the points of a project on; give what was seen of them."""
    rights = protections.delegations(
        context.database, project_id, {point.protection_id for point in group}
    )
    fresh = sight.Sight(context.cloud, rights, now)
    try:
        found = listings.by_marker(fresh.snapshots().values())
    except errors.SnapfaultError as error:
        LOG.warning('Points of project %s wait: %s', project_id, error)
        if isinstance(error, errors.DelegationDead):
            unseen.give_up(context, group, orders, running, error, now)
        return None
    look = _begin_look(context, fresh, found)
    ready: list[finish.Good] = []
    for point in group:
        with bearing.work('task', point.task_id, project_id):
            try:
                ready += _settle_point(context, look, point, orders, running)
            except (errors.LeaseLost, errors.Conflict):
                LOG.warning('Point %s was taken over', point.id)
            except errors.SnapfaultError as error:
                LOG.warning('Point %s waits: %s', point.id, error)
    finish.call_good(context.database, context.worker, ready, now)
    return _seen(group, found)


def _begin_look(
    context: contexts.Context,
    fresh: sight.Sight,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
) -> watch.Look:
    return watch.Look(
        context.database,
        fresh,
        found,
        context.calls,
        context.snapshot.creating_timeout,
        context.snapshot.stop_timeout,
        fresh.at,
    )


def _seen(
    group: collections.abc.Iterable[model.RecoveryPoint],
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
) -> object:
    """Give what differs as soon as anything about the points changes."""
    return frozenset(
        (point.id, point.status, snapshot.id, snapshot.status)
        for point in group
        for member in point.members
        for snapshot in found.get(member.id, ())
    ) | {(point.id, point.status) for point in group}


def _settle_point(
    context: contexts.Context,
    look: watch.Look,
    point: model.RecoveryPoint,
    orders: Orders,
    running: collections.abc.Set[str],
) -> list[finish.Good]:
    """Move a point on; give it where it is ours and may be called good."""
    if point.status is not model.PointStatus.CREATING:
        watch.settle_removal(look, point)
    elif point.task_id in orders:
        return _settle_ours(context, look, point, orders[point.task_id])
    elif point.task_id not in running:
        points.move(
            context.database,
            point,
            model.PointStatus.FAILED,
            now=look.now,
            reason='its run ended before it was complete',
        )
    return []


def _settle_ours(
    context: contexts.Context,
    look: watch.Look,
    point: model.RecoveryPoint,
    order: snapshot.Order,
) -> list[finish.Good]:
    """Move a point of ours on, and its task with it where it failed."""
    settled = watch.settle_making(look, point, order.policy.consistency)
    if settled.status is model.PointStatus.GOOD:
        made_at = listings.made_at(settled, look.found)
        return [finish.Good(order, settled, made_at)]
    if settled.status is model.PointStatus.FAILED:
        trouble.answer(
            context.trouble,
            order.task,
            order.protection,
            order.policy,
            errors.ResourceFailed(settled.reason),
            look.now,
        )
    return []
