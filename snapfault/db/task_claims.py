"""Who works on a task: claims, leases, and how a run ends."""

import collections.abc
import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import base
from snapfault.db import leases
from snapfault.db import removal
from snapfault.db import tables


@api.reader
def held(session: orm.Session, worker: str) -> list[model.Task]:
    """List the running tasks of a worker."""
    rows = session.scalars(
        sa.select(tables.Task)
        .where(
            tables.Task.claimed_by == worker,
            tables.Task.status == model.TaskStatus.RUNNING,
        )
        .order_by(tables.Task.scheduled_at, tables.Task.id)
    )
    return base.read_all(rows)


@api.reader
def running(
    session: orm.Session, task_ids: collections.abc.Collection[str]
) -> set[str]:
    """Say which of these tasks some worker holds."""
    is_running = tables.Task.status == model.TaskStatus.RUNNING
    return _those(session, task_ids, is_running)


@api.reader
def free(
    session: orm.Session,
    task_ids: collections.abc.Collection[str],
    now: datetime.datetime,
) -> set[str]:
    """Say which of these tasks nobody holds, or none that is alive."""
    return _those(session, task_ids, leases.free(tables.Task, now))


def _those(
    session: orm.Session,
    task_ids: collections.abc.Collection[str],
    condition: sa.ColumnElement[bool],
) -> set[str]:
    found: set[str] = set()
    for ids in base.chunks(task_ids):
        query = sa.select(tables.Task.id).where(
            tables.Task.id.in_(ids), condition
        )
        found.update(session.scalars(query))
    return found


@api.writer
def claim(
    session: orm.Session,
    task: model.Task,
    worker: str,
    now: datetime.datetime,
    lease_until: datetime.datetime,
) -> model.Task | None:
    """Win a task for a worker; None where another was quicker.

    To go on where another has died is no attempt more.
    """
    waited = task.status is model.TaskStatus.WAITING
    changes = {
        'status': model.TaskStatus.RUNNING,
        'attempts': task.attempts + int(waited),
        'generation': task.generation + 1,
        'claimed_by': worker,
        'lease_until': lease_until,
    }
    # Its holder may have renewed the lease since the row was read.
    free = leases.free(tables.Task, now)
    if not leases.swap(session, tables.Task, task, free, **changes):
        return None
    return dataclasses.replace(task, **changes)  # type: ignore[arg-type]


@api.writer
def put_off(
    session: orm.Session,
    task_ids: collections.abc.Collection[str],
    not_before: datetime.datetime,
    reason: str,
) -> None:
    """Let tasks that nobody has begun wait a while longer."""
    for ids in base.chunks(task_ids):
        session.execute(
            sa.update(tables.Task)
            .where(
                tables.Task.id.in_(ids),
                tables.Task.status == model.TaskStatus.WAITING,
            )
            .values(not_before=not_before, reason=reason)
        )


@api.writer
def renew(
    session: orm.Session, worker: str, lease_until: datetime.datetime
) -> None:
    """Extend the leases of all that a worker holds."""
    leases.renew(session, tables.Task, worker, lease_until)


def _move(
    session: orm.Session,
    task: model.Task,
    status: model.TaskStatus,
    **changes: typing.Any,
) -> model.Task:
    base.check_move(moves.TASK, task.status, status)
    changes |= {'status': status, 'claimed_by': None, 'lease_until': None}
    if not leases.swap(session, tables.Task, task, **changes):
        raise errors.LeaseLost(f'task {task.id} is another worker\'s now')
    return dataclasses.replace(task, **changes)


@api.writer
def release(
    session: orm.Session,
    task: model.Task,
    not_before: datetime.datetime,
    reason: str,
    now: datetime.datetime,
    *,
    is_attempt: bool = True,
) -> model.Task:
    """Put a task back to wait; where its protection ends, it fails.

    :param is_attempt: whether it uses up one of its attempts
    :raises LeaseLost: another worker holds it
    """
    try:
        removal.hold_off(session, task.protection_id)
    except errors.Conflict:
        failed = model.TaskStatus.FAILED
        return _move(session, task, failed, reason=reason, finished_at=now)
    return _move(
        session,
        task,
        model.TaskStatus.WAITING,
        not_before=not_before,
        reason=reason,
        attempts=task.attempts - int(not is_attempt),
    )


@api.writer
def finish(
    session: orm.Session,
    task: model.Task,
    status: model.TaskStatus,
    reason: str,
    now: datetime.datetime,
    *,
    point_id: str | None = None,
) -> model.Task:
    """End a task.

    :raises LeaseLost: another worker holds it
    """
    return _move(
        session,
        task,
        status,
        reason=reason,
        finished_at=now,
        point_id=point_id,
    )


@api.writer
def finish_good(
    session: orm.Session,
    made: collections.abc.Mapping[str, str],
    worker: str,
    now: datetime.datetime,
) -> set[str]:
    """End the tasks of a worker whose points are good, in a few statements.

    :param made: the point of each, by task
    :returns: those that it held; the others are another worker's now
    """
    ended: set[str] = set()
    for ids in base.chunks(made):
        rows = session.scalars(
            sa.select(tables.Task.id)
            .where(
                tables.Task.id.in_(ids),
                tables.Task.claimed_by == worker,
                tables.Task.status == model.TaskStatus.RUNNING,
            )
            .with_for_update()
        )
        mine = rows.all()
        ended.update(mine)
        if mine:
            session.execute(
                sa.update(tables.Task),
                [_good(task_id, made[task_id], now) for task_id in mine],
            )
    return ended


def _good(
    task_id: str, point_id: str, now: datetime.datetime
) -> dict[str, object]:
    return {
        'id': task_id,
        'status': model.TaskStatus.DONE,
        'claimed_by': None,
        'lease_until': None,
        'reason': '',
        'finished_at': now,
        'point_id': point_id,
    }
