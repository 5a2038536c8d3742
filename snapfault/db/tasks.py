"""Tasks: the due snapshot runs, won and held by compare-and-swap."""

import collections.abc
import dataclasses
import datetime
import typing
import uuid

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables

OPEN: typing.Final = [model.TaskStatus.WAITING, model.TaskStatus.RUNNING]


class Due(typing.Protocol):
    """A protection whose run is due, as the trigger's plan says."""

    @property
    def protection_id(self) -> str:
        """Whose run it is."""

    @property
    def was(self) -> datetime.datetime:
        """Its ``next_run_at``, as it was read."""

    @property
    def scheduled_at(self) -> datetime.datetime:
        """The run that is due."""

    @property
    def next_run_at(self) -> datetime.datetime | None:
        """The one after it; None: there is none."""


@api.writer
def schedule(
    session: orm.Session,
    dues: collections.abc.Iterable[Due],
    now: datetime.datetime,
) -> list[model.Task]:
    """Move next runs on and insert the tasks that fall due, once each.

    Each protection is won by compare-and-swap on ``next_run_at``; one whose
    last task is still open gets none: the run is collapsed into it.
    """
    won = [due for due in dues if _moved_on(session, due)]
    busy = _busy(session, [due.protection_id for due in won])
    made = []
    for due in won:
        protection = session.get(tables.Protection, due.protection_id)
        if protection is None or due.protection_id in busy:
            continue
        task = _new(protection, due.scheduled_at, now)
        if _inserted(session, task):
            made.append(task)
    return made


def _moved_on(session: orm.Session, due: Due) -> bool:
    return base.swapped(
        session,
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == due.protection_id,
            tables.Protection.next_run_at == due.was,
        )
        .values(next_run_at=due.next_run_at),
    )


def _busy(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> set[str]:
    found: set[str] = set()
    for ids in base.chunks(protection_ids):
        found.update(
            session.scalars(
                sa.select(tables.Task.protection_id).where(
                    tables.Task.protection_id.in_(ids),
                    tables.Task.status.in_(OPEN),
                )
            )
        )
    return found


def _new(
    protection: model.Protection | tables.Protection,
    scheduled_at: datetime.datetime,
    now: datetime.datetime,
) -> model.Task:
    return model.Task(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        scheduled_at=scheduled_at,
        status=model.TaskStatus.WAITING,
        attempts=0,
        not_before=scheduled_at,
        generation=0,
        claimed_by=None,
        lease_until=None,
        weight=None,
        breakdown=(),
        reason='',
        point_id=None,
        created_at=now,
        finished_at=None,
    )


def _inserted(session: orm.Session, task: model.Task) -> bool:
    """Insert a task, or find that the unique key holds it already."""
    try:
        with session.begin_nested():
            session.add(tables.Task(**base.values(task, model.Task)))
    except exception.DBDuplicateEntry:
        return False
    return True


@api.writer
def create_now(
    session: orm.Session, protection: model.Protection, now: datetime.datetime
) -> model.Task:
    """Add a task that a person asks for.

    :raises Conflict: one of the protection is open already
    """
    task = _new(protection, now, now)
    if _busy(session, [protection.id]) or not _inserted(session, task):
        raise errors.Conflict(
            f'a task of {protection.business_id} is waiting or running'
        )
    return task


@api.reader
def get(
    session: orm.Session, project_id: str | None, task_id: str
) -> model.Task:
    """Read a task.

    :raises NotFound: the project has none of that id
    """
    row = session.scalar(
        sa.select(tables.Task).where(
            tables.Task.id == task_id, *base.mine(tables.Task, project_id)
        )
    )
    if row is None:
        raise errors.NotFound(f'there is no task {task_id}')
    return typing.cast('model.Task', base.read(row))


@api.reader
def is_running(session: orm.Session, task_id: str) -> bool:
    """Say whether a worker holds the task; False too where it is gone."""
    status = session.scalar(
        sa.select(tables.Task.status).where(tables.Task.id == task_id)
    )
    return status == model.TaskStatus.RUNNING


@api.reader
def list_page(
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    protection_id: str | None = None,
    status: model.TaskStatus | None = None,
) -> list[model.Task]:
    """List tasks, newest first."""
    conditions = [
        *base.mine(tables.Task, project_id),
        *base.equal(tables.Task, protection_id=protection_id, status=status),
    ]
    return base.page(session, tables.Task, conditions, limit, marker)


@api.reader
def waiting(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Task]:
    """List what may be begun: due, or left by a worker that died."""
    rows = session.scalars(
        sa.select(tables.Task)
        .where(
            sa.or_(
                sa.and_(
                    tables.Task.status == model.TaskStatus.WAITING,
                    tables.Task.not_before <= now,
                ),
                sa.and_(
                    tables.Task.status == model.TaskStatus.RUNNING,
                    tables.Task.lease_until < now,
                ),
            )
        )
        .order_by(tables.Task.scheduled_at, tables.Task.id)
        .limit(limit)
    )
    return base.read_all(rows)


@api.writer
def set_rankings(
    session: orm.Session,
    rankings: collections.abc.Mapping[
        str, tuple[float, tuple[model.Part, ...]]
    ],
) -> None:
    """Keep weight and breakdown of the last ranking, in one statement."""
    if rankings:
        session.execute(
            sa.update(tables.Task),
            [
                {
                    'id': task_id,
                    'weight': weight,
                    'breakdown': [dataclasses.asdict(part) for part in parts],
                }
                for task_id, (weight, parts) in sorted(rankings.items())
            ],
        )
