"""Tasks: the due snapshot runs, as they are read and asked for."""

import collections.abc
import dataclasses
import datetime
import typing
import uuid

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import leases
from snapfault.db import pages
from snapfault.db import removal
from snapfault.db import tables

OPEN: typing.Final = [model.TaskStatus.WAITING, model.TaskStatus.RUNNING]


def lock(
    session: orm.Session, protection_ids: collections.abc.Iterable[str]
) -> dict[str, tables.Protection]:
    """Keep others from giving these protections tasks until the end."""
    rows = session.scalars(
        sa.select(tables.Protection)
        .where(tables.Protection.id.in_(protection_ids))
        .order_by(tables.Protection.id)
        .with_for_update()
    )
    return {row.id: row for row in rows}


def _opened(session: orm.Session, protection_id: str) -> tables.Task | None:
    query = sa.select(tables.Task).where(
        tables.Task.protection_id == protection_id,
        tables.Task.status.in_(OPEN),
    )
    return session.scalar(query.limit(1).with_for_update())


def new(
    protection: model.Protection | tables.Protection,
    scheduled_at: datetime.datetime,
    now: datetime.datetime,
    labels: tuple[str, ...] = (),
    deadline_at: datetime.datetime | None = None,
) -> model.Task:
    """Describe a task that waits; nothing is written.

    :param labels: of the schedules that fell due
    """
    return model.Task(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        scheduled_at=scheduled_at,
        labels=labels,
        deadline_at=deadline_at,
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
    """Add a task that a person asks for, or hurry the one that waits.

    That one keeps its labels and loses its deadline.

    :raises Conflict: one is running, or a person has asked already, or the
        protection ends
    :raises NotFound: the protection is gone
    """
    locked = lock(session, [protection.id])
    if not locked:
        raise errors.NotFound(f'there is no protection {protection.id}')
    ending_at = locked[protection.id].ending_at
    removal.check_stays(protection.business_id, ending_at)
    taken = f'a task of {protection.business_id} is waiting or running'
    row = _opened(session, protection.id)
    if row is None:
        task = dataclasses.replace(new(protection, now, now), by_hand=True)
        session.add(tables.Task(**base.values(task, model.Task)))
    elif row.by_hand or row.status != model.TaskStatus.WAITING:
        raise errors.Conflict(taken)
    else:
        row.by_hand, row.deadline_at = True, None
        row.not_before, row.reason = now, ''
        row.generation += 1  # who has read it reads it again
        task = row.to_model()
    base.flush(session, taken)
    return task


@api.reader
def get(
    session: orm.Session, project_id: str | None, task_id: str
) -> model.Task:
    """Read a task.

    :raises NotFound: the project has none of that id
    """
    row = base.one(session, tables.Task, project_id, task_id, 'task')
    return typing.cast('model.Task', base.read(row))


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    protection_id: str | None = None,
    status: model.TaskStatus | None = None,
) -> list[model.Task]:
    """List tasks, newest first without an ``order``."""
    conditions = [
        *base.mine(tables.Task, project_id),
        *base.equal(tables.Task, protection_id=protection_id, status=status),
    ]
    return pages.page(session, tables.Task, conditions, limit, marker, order)


@api.reader
def waiting(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Task]:
    """List what may be begun: due, or left by a worker that died."""
    query = (
        sa.select(tables.Task)
        .where(
            leases.free(tables.Task, now),
            sa.or_(
                tables.Task.status != model.TaskStatus.WAITING,
                sa.and_(
                    tables.Task.not_before <= now,
                    sa.or_(
                        tables.Task.deadline_at.is_(None),
                        tables.Task.deadline_at > now,
                    ),
                ),
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
