"""Between stages 2 and 3: which of the ranked tasks begin now."""

import collections.abc
import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault.cycle import context as contexts
from snapfault.cycle import readings
from snapfault.db import alarms
from snapfault.db import makings
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.rank import plan as rank_plan
from snapfault.snapshot import admit
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import sight

LOG = logging.getLogger(__name__)

Ranking = list[rank_plan.Ranked]
Chosen = list[tuple[rank_plan.Ranked, sight.Sight]]


def gate(context: contexts.Context) -> admit.Gate:
    """Count what is in the making, whichever worker has begun it."""
    making = [
        point
        for point in makings.unfinished(context.database)
        if point.status is model.PointStatus.CREATING
    ]
    load = admit.load(
        admit.Wish(
            point.task_id,
            point.project_id,
            tuple(member.volume_type for member in point.members),
        )
        for point in making
    )
    return admit.Gate(load, context.snapshot.under_way)


def is_taken_over(task: model.Task) -> bool:
    """Say whether its worker died: it begins whatever is under way.

    For what is under way may be its own.
    """
    return task.status is model.TaskStatus.RUNNING


def rank(
    context: contexts.Context,
    ready: collections.abc.Collection[model.Candidate],
    now: datetime.datetime,
) -> Ranking:
    """Rank anew, or as a moment ago where nobody has come since.

    What waits for its turn would else be measured again at every tick.
    """
    memory = context.memory
    known, at = memory.ranked, memory.ranked_at
    fresh = {each.task.id: each for each in ready}
    if (
        at is None
        or abs(now - at) >= contexts.SIGHT_LIFE
        or not fresh.keys() <= known.keys()
    ):
        ranked = context.ranker.rank(ready)
        tasks.set_rankings(
            context.database,
            {e.candidate.task.id: (e.weight, e.parts) for e in ranked},
        )
        memory.ranked = {each.candidate.task.id: each for each in ranked}
        memory.ranked_at = now
        return ranked
    return [
        dataclasses.replace(each, candidate=fresh[task_id])
        for task_id, each in known.items()
        if task_id in fresh
    ]


def choose(
    context: contexts.Context,
    ranked: Ranking,
    let_in: admit.Gate,
    now: datetime.datetime,
) -> Chosen:
    """Give what may begin beside what is under way, in its order.

    Of a project that nothing may begin in nothing is read. Where a project
    cannot be read, its tasks wait: an outage uses up no attempt.
    """
    projects = readings.Readings(context, ranked, let_in, now)
    chosen: Chosen = []
    away: dict[str, list[model.Candidate]] = {}
    for each in ranked:
        task, owner = each.candidate.task, each.candidate.protection
        if not is_taken_over(task) and let_in.is_closed(task.project_id):
            continue
        seen = projects.of(task.project_id)
        if not is_taken_over(task):
            try:
                wish = snapshot.wish(seen, task, owner.server_id)
            except errors.CloudUnavailable as error:
                away.setdefault(str(error), []).append(each.candidate)
                continue
            except errors.SnapfaultError:
                wish = admit.Wish(task.id, task.project_id, ())  # fails below
            if not let_in.admits(wish):
                continue
        chosen.append((each, seen))
    _put_off(context, away, now)
    return chosen


def _put_off(
    context: contexts.Context,
    away: collections.abc.Mapping[str, list[model.Candidate]],
    now: datetime.datetime,
) -> None:
    """Let tasks wait for a cloud that does not answer."""
    for reason, waiting in away.items():
        LOG.warning('%s tasks wait: %s', len(waiting), reason)
        task_claims.put_off(
            context.database,
            [each.task.id for each in waiting],
            now + context.snapshot.retry_delay,
            reason,
        )
        alarms.set_alarms(
            context.database,
            [each.protection.id for each in waiting],
            f'backups wait, and go on by themselves: {reason}',
            now,
        )
