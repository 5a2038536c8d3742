"""What would run next, in which order and why, and what would be pruned.

A read: it uses the very functions that the pipeline runs by, on the same
inputs, and changes nothing.
"""

import collections.abc
import dataclasses
import datetime
import uuid

from snapfault import model
from snapfault import pipeline
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from snapfault.rank import plan as rank_plan
from snapfault.rank import run as rank
from snapfault.rank import weigher
from snapfault.snapshot import plan as snapshot_plan

LIMIT = 1000  #: the most protections one preview shows


@dataclasses.dataclass(frozen=True)
class Preview:
    """One task that waits or will: its rank, and what it would prune."""

    ranked: rank_plan.Ranked
    prune: tuple[snapshot_plan.Prune, ...]
    waiting: bool  #: False: not due yet, and no row of it exists


def preview(
    database: api.Database,
    cloud: port.Cloud,
    weighers: collections.abc.Mapping[str, weigher.Weigher],
    project_id: str | None,
    now: datetime.datetime,
) -> list[Preview]:
    """Rank what waits, then what will fall due, and foresee the pruning.

    :param project_id: None means every project
    """
    listed = protections.list_page(database, project_id, limit=LIMIT)
    waiting = _waiting(database, project_id)
    foreseen = [
        waiting.get(each.id) or _upcoming(each, each.next_run_at, now)
        for each in listed
        if each.id in waiting or each.next_run_at is not None
    ]
    ranked = rank.rank(
        cloud, pipeline.candidates(database, foreseen, now), weighers
    )
    histories = points.histories(
        database, [(each.project_id, each.business_id) for each in listed]
    )
    in_use = recoveries.points_in_use(database)
    found = [
        Preview(
            each,
            _prune(each.candidate, histories, in_use),
            each.candidate.protection.id in waiting,
        )
        for each in ranked
    ]
    return sorted(found, key=lambda each: not each.waiting)


def _waiting(
    database: api.Database, project_id: str | None
) -> dict[str, model.Task]:
    """Give the tasks that wait, by their protection."""
    status = model.TaskStatus.WAITING
    listed = tasks.list_page(database, project_id, limit=LIMIT, status=status)
    return {task.protection_id: task for task in listed}


def _upcoming(
    protection: model.Protection,
    scheduled_at: datetime.datetime | None,
    now: datetime.datetime,
) -> model.Task:
    assert scheduled_at is not None  # the caller has looked
    return dataclasses.replace(
        tasks.new(protection, scheduled_at, now),
        id=str(uuid.uuid5(snapshot_plan.NAMESPACE, protection.id)),
    )


def _prune(
    candidate: model.Candidate,
    histories: collections.abc.Mapping[
        tuple[str, str], collections.abc.Sequence[model.RecoveryPoint]
    ],
    in_use: frozenset[str],
) -> tuple[snapshot_plan.Prune, ...]:
    """Choose as if the run had just made one more good point."""
    protection = candidate.protection
    history = histories.get((protection.project_id, protection.business_id))
    coming = _coming(candidate, history or ())
    return tuple(
        snapshot_plan.prune(
            [*(history or ()), coming], candidate.policy.quota, in_use
        )
    )


def _coming(
    candidate: model.Candidate,
    history: collections.abc.Sequence[model.RecoveryPoint],
) -> model.RecoveryPoint:
    task, protection = candidate.task, candidate.protection
    return model.RecoveryPoint(
        id=task.id,
        project_id=task.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        task_id=task.id,
        sequence=max((p.sequence for p in history), default=0) + 1,
        status=model.PointStatus.GOOD,
        server_id=protection.server_id,
        image_id=protection.image_id,
        flavor_id='',
        members=(),
        reason='',
        scheduled_at=task.scheduled_at,
        created_at=candidate.now,
        completed_at=candidate.now,
        not_before=None,
        labels=task.labels,
    )
