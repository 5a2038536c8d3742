"""The story on one page: trigger, rank, snapshot, recover.

A worker calls :func:`tick` about once a second. Every worker may call it at
any time: what is due is won by compare-and-swap, and whatever a worker
leaves unfinished the next tick, its own or another's, takes up.
"""

import collections.abc
import datetime
import logging

from snapfault import bearing
from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import tracing
from snapfault import trouble
from snapfault.cycle import audit
from snapfault.cycle import choose
from snapfault.cycle import context as contexts
from snapfault.cycle import follow
from snapfault.cycle import queue as queues
from snapfault.cycle import reap
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import makings
from snapfault.db import point_guards
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import standing
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.snapshot import admit
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import sight
from snapfault.trigger import run as trigger

LOG = logging.getLogger(__name__)

#: Says how long ago the tick began.
Passed = collections.abc.Callable[[], datetime.timedelta]


def tick(context: contexts.Context, now: datetime.datetime) -> bool:
    """Move everything on by one step.

    :returns: whether something is under way, so that a look soon pays
    """
    passed = clock.stopwatch()
    trigger.fire(context.database, now)
    trigger.rehearse(context.database, now)
    begun = _begin(context, now, passed)
    held = task_claims.held(context.database, context.worker)
    ours = candidates(context.database, held, now)
    busy = follow.settle(context, ours, now) or begun
    audit.reconcile(context, now)
    reap.reap(context, now)
    return busy


def _begin(
    context: contexts.Context, now: datetime.datetime, passed: Passed
) -> bool:
    """Stages 2 and 3: rank what waits and begin it in that order."""
    waiting = tasks.waiting(context.database, now, context.limit)
    if not waiting:
        return False
    gate = choose.gate(context)
    ready = _ready(context, waiting, gate, now)
    if not ready:
        return False
    ranked = choose.rank(context, ready, now)
    chosen = choose.choose(context, ranked, gate, now)
    in_use = point_guards.in_use(context.database)
    queue = queues.Queue(context, chosen, now)
    begun = [
        context.begin.submit(_begin_one, context, queue, in_use, now, passed)
        for _ in chosen
    ]
    for future in begun:
        future.result()
    for each, _ in chosen:
        context.memory.paces.pop(each.candidate.task.project_id, None)
    return bool(chosen)


def _ready(
    context: contexts.Context,
    waiting: collections.abc.Collection[model.Task],
    gate: admit.Gate,
    now: datetime.datetime,
) -> list[model.Candidate]:
    """Leave out what may not begin now.

    No point is begun beside a recovery of its server, be it held; one that
    a dead worker has begun is followed all the same: its server may be off.
    """
    in_recovery = recoveries.open_servers(context.database)
    left = [each.id for each in waiting if choose.is_taken_over(each)]
    to_follow = makings.of_tasks(context.database, left)
    return [
        each
        for each in trigger.hold_back(
            context.database, candidates(context.database, waiting, now), now
        )
        if each.task.id in to_follow
        or (
            each.protection.server_id not in in_recovery
            and (choose.is_taken_over(each.task) or not gate.is_closed())
        )
    ]


def candidates(
    database: api.Database,
    due: collections.abc.Collection[model.Task],
    now: datetime.datetime,
) -> list[model.Candidate]:
    """Join tasks with what ranking looks at, in a few statements."""
    if not due:
        return []
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
    context: contexts.Context,
    queue: queues.Queue,
    in_use: frozenset[str],
    now: datetime.datetime,
    passed: Passed,
) -> None:
    """Claim the next task and take its point.

    Its lease counts from its own beginning: a tick may outlast a lease.
    """
    claimed = queue.claim(now + passed() + context.lease)
    if claimed is None:
        return  # other workers were quicker
    task, candidate = claimed.task, claimed.ranked.candidate
    with bearing.work('task', task.id, task.project_id):
        LOG.info(
            'Task %s of %s begins with weight %s',
            task.id,
            candidate.protection.business_id,
            claimed.ranked.weight,
        )
        order = snapshot.Order(
            task,
            candidate.protection,
            candidate.policy,
            in_use,
            candidate.failures,
        )
        _try(context, order, claimed.sight, now)


def _try(
    context: contexts.Context,
    order: snapshot.Order,
    seen: sight.Sight,
    now: datetime.datetime,
) -> None:
    """Take the point of a claimed task; trouble ends in the task's row."""
    task, protection = order.task, order.protection
    try:
        _take(context, order, seen, now)
    except errors.LeaseLost:
        LOG.warning('Task %s was taken over', task.id)
    except snapshot.ServerGone as error:
        _orphan(context, task, protection, error, now)
    except errors.SnapfaultError as error:
        is_dead = isinstance(error, errors.DelegationDead)
        if is_dead and _has_another_right(context.database, protection):
            _begin_anew(context, task, now)
        else:
            trouble.answer(
                context.trouble, task, protection, order.policy, error, now
            )


def _has_another_right(
    database: api.Database, protection: model.Protection
) -> bool:
    """Whether a person replaced its right since the tick read it.

    The old one is revoked at once, as no work that had begun needs it.
    """
    stands = protections.by_ids(database, [protection.id]).values()
    return any(each.delegation != protection.delegation for each in stands)


def _begin_anew(
    context: contexts.Context, task: model.Task, now: datetime.datetime
) -> None:
    """Let the next tick begin a task, as if this one had not tried it."""
    reason = 'its right was replaced as it began'
    LOG.info('Task %s begins anew: %s', task.id, reason)
    task_claims.release(
        context.database, task, now, reason, now, is_attempt=False
    )


def _take(
    context: contexts.Context,
    order: snapshot.Order,
    seen: sight.Sight,
    now: datetime.datetime,
) -> None:
    """Take a claimed task's point, unless a dead worker has taken it."""
    task = order.task
    if task.generation > 1 and makings.of_tasks(context.database, [task.id]):
        return  # it is followed, or called done, from here on
    tools = snapshot.Tools(
        context.database,
        context.cloud,
        context.cloud.project(order.protection.delegation),
        seen,
        context.calls,
        context.snapshot,
    )
    with tracing.span('task', id=task.id):
        snapshot.take(tools, order, now)


def _orphan(
    context: contexts.Context,
    task: model.Task,
    protection: model.Protection,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> None:
    """End the runs of a server that is gone; its points stay."""
    alarm = (
        f'server {protection.server_id} does not exist any more: no run falls'
        ' due, and the recovery points stay; if the service has another'
        ' server, delete the protection and protect that one under the same'
        ' business id'
    )
    LOG.warning('%s: %s (%s)', protection.business_id, alarm, error)
    task_claims.finish(
        context.database, task, model.TaskStatus.FAILED, alarm, now
    )
    alarms.orphan(context.database, protection.id, alarm, now)
