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

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the schedules that fell due together."""


@api.writer
def schedule(
    session: orm.Session,
    dues: collections.abc.Collection[Due],
    now: datetime.datetime,
) -> list[model.Task]:
    """Move next runs on and insert the tasks that fall due, once each.

    Each protection is won by compare-and-swap on ``next_run_at``; one whose
    last task is still open gets none: the run is collapsed into it. The
    statements are a fixed number for 500 protections.
    """
    by_id = {due.protection_id: due for due in dues}
    made: list[model.Task] = []
    for ids in base.chunks(by_id):
        made += _schedule(session, [by_id[each] for each in ids], now)
    return sorted(made, key=lambda task: (task.scheduled_at, task.id))


def _schedule(
    session: orm.Session,
    dues: collections.abc.Iterable[Due],
    now: datetime.datetime,
) -> list[model.Task]:
    by_id = {due.protection_id: due for due in dues}
    locked = _locked(session, by_id)
    won = {
        each: due
        for each, due in by_id.items()
        if each in locked and locked[each].next_run_at == due.was
    }
    if not won:
        return []
    session.execute(
        sa.update(tables.Protection),
        [
            {'id': each, 'next_run_at': due.next_run_at}
            for each, due in won.items()
        ],
    )
    taken = _busy(session, won) | _made(session, won)
    made = [
        new(locked[each], due.scheduled_at, now, due.labels)
        for each, due in won.items()
        if each not in taken
    ]
    _insert(session, made)
    return made


def _locked(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> dict[str, tables.Protection]:
    """Keep others from giving these protections tasks until the end."""
    rows = session.scalars(
        sa.select(tables.Protection)
        .where(tables.Protection.id.in_(protection_ids))
        .order_by(tables.Protection.id)
        .with_for_update()
    )
    return {row.id: row for row in rows}


def _made(
    session: orm.Session, dues: collections.abc.Mapping[str, Due]
) -> set[str]:
    """Find those that have a task of this very run, though it is closed."""
    rows = session.execute(
        sa.select(tables.Task.protection_id, tables.Task.scheduled_at).where(
            tables.Task.protection_id.in_(dues),
            tables.Task.scheduled_at.in_(
                {due.scheduled_at for due in dues.values()}
            ),
        )
    )
    return {
        row.protection_id
        for row in rows
        if row.scheduled_at == dues[row.protection_id].scheduled_at
    }


def _insert(session: orm.Session, made: list[model.Task]) -> None:
    if not made:
        return
    try:
        session.execute(
            sa.insert(tables.Task),
            [base.values(task, model.Task) for task in made],
        )
    except exception.DBDuplicateEntry as error:
        # Only where row locks do not hold, between the nodes of a Galera
        # cluster: look again.
        raise exception.RetryRequest(error) from error


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


def new(
    protection: model.Protection | tables.Protection,
    scheduled_at: datetime.datetime,
    now: datetime.datetime,
    labels: tuple[str, ...] = (),
) -> model.Task:
    """Describe a task that waits; nothing is written."""
    return model.Task(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        scheduled_at=scheduled_at,
        labels=labels,
        deadline_at=None,
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


@api.writer
def create_now(
    session: orm.Session, protection: model.Protection, now: datetime.datetime
) -> model.Task:
    """Add a task that a person asks for.

    :raises Conflict: one of the protection is open already
    :raises NotFound: the protection is gone
    """
    if not _locked(session, [protection.id]):
        raise errors.NotFound(f'there is no protection {protection.id}')
    taken = f'a task of {protection.business_id} is waiting or running'
    if _busy(session, [protection.id]):
        raise errors.Conflict(taken)
    task = new(protection, now, now)
    session.add(tables.Task(**base.values(task, model.Task)))
    base.flush(session, taken)
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
    query = (
        sa.select(tables.Task)
        .where(
            base.free(tables.Task, now),
            sa.or_(
                tables.Task.status != model.TaskStatus.WAITING,
                tables.Task.not_before <= now,
            ),
        )
        .order_by(tables.Task.scheduled_at, tables.Task.id)
    )
    return base.first(session, query, limit)


@api.writer
def set_rankings(
    session: orm.Session,
    rankings: collections.abc.Mapping[
        str, tuple[float, tuple[model.Part, ...]]
    ],
) -> None:
    """Keep weight and breakdown of the last ranking, in one statement.

    A task that was deleted meanwhile keeps nothing, and hinders no other.
    """
    table = tables.Task.metadata.tables[tables.Task.__tablename__]
    if rankings:
        session.connection().execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam('task'))
            .values(
                weight=sa.bindparam('weighs'),
                breakdown=sa.bindparam('because'),
            ),
            [
                {
                    'task': task_id,
                    'weighs': weight,
                    'because': [dataclasses.asdict(part) for part in parts],
                }
                for task_id, (weight, parts) in sorted(rankings.items())
            ],
        )
