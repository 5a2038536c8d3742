"""Protections: the snapshot record table."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables


@api.writer
def create(
    session: orm.Session, protection: model.Protection
) -> model.Protection:
    """Add a protection.

    :raises Conflict: the project has one of that business id or server
    """
    session.add(tables.Protection(**base.values(protection, model.Protection)))
    base.flush(
        session,
        f'business id {protection.business_id!r} or server'
        f' {protection.server_id} is protected already',
    )
    return protection


def _row(
    session: orm.Session, project_id: str | None, protection_id: str
) -> tables.Protection:
    row = session.scalar(
        sa.select(tables.Protection).where(
            tables.Protection.id == protection_id,
            *base.mine(tables.Protection, project_id),
        )
    )
    if row is None:
        raise errors.NotFound(f'there is no protection {protection_id}')
    return row


@api.reader
def get(
    session: orm.Session, project_id: str | None, protection_id: str
) -> model.Protection:
    """Read a protection.

    :raises NotFound: the project has none of that id
    """
    row = _row(session, project_id, protection_id)
    return typing.cast('model.Protection', base.read(row))


@api.reader
def find(
    session: orm.Session, project_id: str | None, business_or_id: str
) -> model.Protection:
    """Read a protection by id, or else by business id.

    :raises NotFound: the project has none
    """
    rows = session.scalars(
        sa.select(tables.Protection).where(
            sa.or_(
                tables.Protection.id == business_or_id,
                tables.Protection.business_id == business_or_id,
            ),
            *base.mine(tables.Protection, project_id),
        )
    ).all()
    found = sorted(rows, key=lambda row: row.id != business_or_id)
    if not found:
        raise errors.NotFound(f'there is no protection {business_or_id}')
    return typing.cast('model.Protection', base.read(found[0]))


@api.reader
def list_page(
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    policy_id: str | None = None,
    business_id: str | None = None,
) -> list[model.Protection]:
    """List protections, newest first."""
    conditions = [
        *base.mine(tables.Protection, project_id),
        *base.equal(
            tables.Protection, policy_id=policy_id, business_id=business_id
        ),
    ]
    return base.page(session, tables.Protection, conditions, limit, marker)


@api.reader
def by_ids(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> dict[str, model.Protection]:
    """Read many protections; those gone or broken are left out."""
    found: dict[str, model.Protection] = {}
    for ids in base.chunks(protection_ids):
        rows = session.scalars(
            sa.select(tables.Protection).where(tables.Protection.id.in_(ids))
        )
        found.update({each.id: each for each in base.read_all(rows)})
    return found


@api.reader
def delegations(
    session: orm.Session,
    project_id: str,
    first: collections.abc.Collection[str],
) -> list[model.Delegation]:
    """List the rights to act for a project, a few of them.

    :param first: protections whose rights come before others'
    """
    rows = session.execute(
        sa.select(tables.Protection.id, tables.Protection.trust_id)
        .where(tables.Protection.project_id == project_id)
        .order_by(
            tables.Protection.id.in_(list(first)[:500]).desc(),
            tables.Protection.id,
        )
        .limit(10)
    ).all()
    trusts = dict.fromkeys(row.trust_id for row in rows)
    return [model.Delegation(project_id, trust_id) for trust_id in trusts]


@api.writer
def update(
    session: orm.Session, protection: model.Protection
) -> model.Protection:
    """Write policy, next run, image and trust.

    :raises NotFound: it is gone
    """
    row = _row(session, protection.project_id, protection.id)
    for name in ('policy_id', 'next_run_at', 'image_id', 'trust_id'):
        setattr(row, name, getattr(protection, name))
    row.updated_at = protection.updated_at
    return protection


@api.writer
def delete(
    session: orm.Session, project_id: str | None, protection_id: str
) -> None:
    """Remove a protection and its tasks; its recovery points stay.

    :raises NotFound: there is none
    :raises Conflict: a task is running or a recovery is open
    """
    row = _row(session, project_id, protection_id)
    for table, statuses in (
        (tables.Task, [model.TaskStatus.RUNNING]),
        (tables.Recovery, list(model.OPEN_RECOVERY)),
    ):
        busy = session.scalar(
            sa.select(table.id)
            .where(
                table.protection_id == protection_id,
                table.status.in_(statuses),
            )
            .limit(1)
        )
        if busy is not None:
            raise errors.Conflict(
                f'{table.__tablename__} of {row.business_id} are under way'
                f' ({busy}): wait for their end'
            )
    session.execute(
        sa.delete(tables.Task).where(tables.Task.protection_id == row.id)
    )
    session.delete(row)


@api.reader
def due(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Protection]:
    """List protections whose next run is not after ``now``."""
    rows = session.scalars(
        sa.select(tables.Protection)
        .where(tables.Protection.next_run_at <= now)
        .order_by(tables.Protection.next_run_at, tables.Protection.id)
        .limit(limit)
    )
    return base.read_all(rows)


@api.writer
def set_alarm(
    session: orm.Session,
    protection_id: str,
    text: str,
    now: datetime.datetime,
) -> None:
    """Say what needs a person; empty clears it. An equal text is kept."""
    session.execute(
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.alarm != text,
        )
        .values(alarm=text, alarm_at=now if text else None)
    )
