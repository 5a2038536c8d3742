"""The story on one page: trigger, rank, snapshot, recover.

A worker calls :func:`tick` about once a second. Every worker may call it at
any time: what is due is won by compare-and-swap, and whatever a worker
leaves unfinished the next tick, its own or another's, takes up.
"""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import trouble
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import standing
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.rank import plan as rank_plan
from snapfault.rank import run as rank
from snapfault.rank import weigher
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import settle
from snapfault.trigger import run as trigger

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Context:
    """What a worker is made of."""

    database: api.Database
    cloud: port.Cloud
    weighers: collections.abc.Mapping[str, weigher.Weigher]
    snapshot: snapshot.Settings
    trouble: trouble.Tools
    worker: str  #: unique among all processes that share the database
    lease: datetime.timedelta
    limit: int  #: tasks looked at in one tick
    begin: concurrent.futures.Executor  #: tasks begun at once, in order
    calls: concurrent.futures.Executor  #: requests of one point at once


def tick(context: Context, now: datetime.datetime) -> bool:
    """Move everything on by one step.

    :returns: whether something is under way, so that a look soon pays
    """
    trigger.fire(context.database, now)
    begun = _begin(context, now)
    return _settle(context, now) or begun


def _begin(context: Context, now: datetime.datetime) -> bool:
    """Stages 2 and 3: rank what waits and begin it in that order."""
    waiting = tasks.waiting(context.database, now, context.limit)
    if not waiting:
        return False
    in_recovery = recoveries.open_servers(context.database)
    ready = [
        each
        for each in trigger.hold_back(
            context.database, candidates(context.database, waiting, now), now
        )
        if each.protection.server_id not in in_recovery
    ]
    if not ready:
        return False
    ranked = rank.rank(context.cloud, ready, context.weighers)
    tasks.set_rankings(
        context.database,
        {each.candidate.task.id: (each.weight, each.parts) for each in ranked},
    )
    in_use = recoveries.points_in_use(context.database)
    begun = [
        context.begin.submit(_begin_one, context, each, in_use, now)
        for each in ranked
    ]
    for future in begun:
        future.result()
    return True


def candidates(
    database: api.Database,
    due: collections.abc.Collection[model.Task],
    now: datetime.datetime,
) -> list[model.Candidate]:
    """Join tasks with what ranking looks at, in a few statements."""
    protected = protections.by_ids(
        database, {task.protection_id for task in due}
    )
    rules = policies.by_ids(
        database, {each.policy_id for each in protected.values()}
    )
    last_good = standing.last_good_at(database, protected.keys())
    failures = standing.failures(database, protected.keys())
    return [
        model.Candidate(
            task=task,
            protection=protected[task.protection_id],
            policy=rules[protected[task.protection_id].policy_id],
            last_good_at=last_good.get(task.protection_id),
            failures=failures.get(task.protection_id, 0),
            now=now,
        )
        for task in due
        if task.protection_id in protected
        and protected[task.protection_id].policy_id in rules
    ]


def _begin_one(
    context: Context,
    ranked: rank_plan.Ranked,
    in_use: frozenset[str],
    now: datetime.datetime,
) -> None:
    """Claim a task and take its point; trouble ends in the task's row."""
    candidate = ranked.candidate
    task = task_claims.claim(
        context.database,
        candidate.task,
        context.worker,
        now,
        now + context.lease,
    )
    if task is None:
        return  # another worker was quicker
    order = snapshot.Order(
        task, candidate.protection, candidate.policy, in_use
    )
    LOG.info(
        'Task %s of %s begins with weight %s',
        task.id,
        order.protection.business_id,
        ranked.weight,
    )
    try:
        if points.creating_for(context.database, task.id):
            return  # taken over from a worker that died: settle goes on
        project = context.cloud.project(order.protection.delegation)
        snapshot.take(context.database, project, order, context.calls, now)
    except errors.LeaseLost:
        LOG.warning('Task %s was taken over', task.id)
    except errors.SnapfaultError as error:
        trouble.answer(
            context.trouble, task, order.protection, order.policy, error, now
        )


def _settle(context: Context, now: datetime.datetime) -> bool:
    """Look at every unfinished point, one listing a project."""
    unfinished = [
        point
        for point in points.unfinished(context.database)
        if point.not_before is None or point.not_before <= now
    ]
    in_use = recoveries.points_in_use(context.database)
    orders = _held(context, in_use, now)
    _let_go(context, orders, {point.task_id for point in unfinished}, now)
    by_project: dict[str, list[model.RecoveryPoint]] = {}
    for point in unfinished:
        if point.id not in in_use:
            by_project.setdefault(point.project_id, []).append(point)
    for project_id, group in by_project.items():
        try:
            _settle_project(context, project_id, group, orders, now)
        except errors.SnapfaultError as error:
            LOG.warning('Points of project %s wait: %s', project_id, error)
    return bool(unfinished)


def _let_go(
    context: Context,
    orders: collections.abc.Mapping[str, snapshot.Order],
    begun: collections.abc.Set[str],
    now: datetime.datetime,
) -> None:
    """Put back what was claimed and, the database failing, not begun."""
    for task_id, order in orders.items():
        if task_id not in begun:
            later = now + context.snapshot.retry_delay
            task_claims.release(
                context.database, order.task, later, 'its begin broke off'
            )


def _held(
    context: Context, in_use: frozenset[str], now: datetime.datetime
) -> dict[str, snapshot.Order]:
    """Give what this worker has begun, by task."""
    held = task_claims.held(context.database, context.worker)
    return {
        each.task.id: snapshot.Order(
            each.task, each.protection, each.policy, in_use
        )
        for each in candidates(context.database, held, now)
    }


def _settle_project(
    context: Context,
    project_id: str,
    group: collections.abc.Collection[model.RecoveryPoint],
    orders: collections.abc.Mapping[str, snapshot.Order],
    now: datetime.datetime,
) -> None:
    project, found = _list(context, project_id, group)
    for point in group:
        if point.status is not model.PointStatus.CREATING:
            snapshot.settle_removal(
                context.database, project, point, found, now
            )
        elif point.task_id in orders:
            order = orders[point.task_id]
            try:
                _settle_one(context, project, point, found, order, now)
            except (errors.LeaseLost, errors.Conflict):
                LOG.warning('Point %s was taken over', point.id)
        elif not tasks.is_running(context.database, point.task_id):
            points.move(
                context.database,
                point,
                model.PointStatus.FAILED,
                now=now,
                reason='its run ended before it was complete',
            )


def _list(
    context: Context,
    project_id: str,
    group: collections.abc.Collection[model.RecoveryPoint],
) -> tuple[port.Project, dict[str, list[resource.Snapshot]]]:
    """List a project's snapshots by the first right that lives.

    :raises DelegationDead: none does; the points wait for a new one
    """
    rights = protections.delegations(
        context.database, project_id, {point.protection_id for point in group}
    )
    dead: errors.SnapfaultError = errors.DelegationDead(
        'no protection of the project is left to act by'
    )
    for right in rights:
        project = context.cloud.project(right)
        try:
            return project, settle.by_marker(project.list_snapshots())
        except errors.DelegationDead as error:
            dead = error
    raise dead


def _settle_one(
    context: Context,
    project: port.Project,
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
    order: snapshot.Order,
    now: datetime.datetime,
) -> None:
    """Move a point of ours on, and its task with it."""
    database = context.database
    settled = snapshot.settle_making(
        database, project, point, found, context.snapshot, now
    )
    if settled.status is model.PointStatus.GOOD:
        task_claims.finish(
            database,
            order.task,
            model.TaskStatus.DONE,
            '',
            now,
            point_id=point.id,
        )
        protections.set_alarm(database, order.protection.id, '', now)
        LOG.info(
            'Recovery point %s of %s is good', point.id, point.business_id
        )
        snapshot.prune(database, order, now)
    elif settled.status is model.PointStatus.FAILED:
        trouble.answer(
            context.trouble,
            order.task,
            order.protection,
            order.policy,
            errors.ResourceFailed(settled.reason),
            now,
        )
