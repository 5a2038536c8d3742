"""Protections: the snapshot record table."""

import collections.abc
import datetime
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import generations
from snapfault.db import limits as bounds
from snapfault.db import pages
from snapfault.db import removal
from snapfault.db import shares
from snapfault.db import tables
from snapfault.db import task_holds

#: What update() writes.
WRITTEN: typing.Final = (
    *('policy_id', 'status', 'next_run_at', 'image_id', 'right_id'),
    *('selected', 'next_drill_at', 'delegation_kind'),
)


@api.writer
def create(
    session: orm.Session,
    protection: model.Protection,
    limits: model.Limits = model.UNLIMITED,
    plan: shares.Plan | None = None,
) -> model.Protection:
    """Add a protection.

    :param plan: of its next runs; None: it names them
    :raises Conflict: the project has one of that business id or server,
        which may be about to end
    :raises NotFound: its policy is gone
    :raises QuotaExceeded: the project has as many as it may
    """
    return add(session, protection, limits, plan)


def add(
    session: orm.Session,
    protection: model.Protection,
    limits: model.Limits,
    plan: shares.Plan | None = None,
) -> model.Protection:
    """Add a protection within a transaction, as :func:`create`."""
    more = {model.Limited.PROTECTIONS: 1}
    bounds.admit(session, protection.project_id, limits, more)
    _check_free(session, protection)
    placed = shares.place(session, protection, plan)
    session.add(tables.Protection(**base.values(placed, model.Protection)))
    _flush(session, placed)
    return placed


def _check_free(session: orm.Session, protection: model.Protection) -> None:
    """Say so where what has the name or the server is about to go."""
    table = tables.Protection
    ends = session.scalar(
        sa.select(table.business_id)
        .where(
            table.project_id == protection.project_id,
            table.ending_at.is_not(None),
            sa.or_(
                table.business_id == protection.business_id,
                table.server_id == protection.server_id,
            ),
        )
        .limit(1)
    )
    if ends is not None:
        raise errors.Conflict(
            f'{ends!r} is protected until its running work is over, and is'
            ' deleted then: try again after that'
        )


def _flush(session: orm.Session, protection: model.Protection) -> None:
    try:
        base.flush(
            session,
            f'business id {protection.business_id!r} or server'
            f' {protection.server_id} is protected already',
        )
    except exception.DBReferenceError as error:
        raise errors.NotFound(
            f'there is no policy {protection.policy_id}'
        ) from error


def changed(
    session: orm.Session,
    project_id: str | None,
    protection_id: str,
    generation: int | None,
) -> tables.Protection:
    """Hold a row that is to change, within a transaction.

    :param generation: that it must have; None: whatever it is now
    :raises NotFound: there is none
    :raises ChangedMeanwhile: it has another generation
    """
    row = generations.changed(
        session,
        tables.Protection,
        project_id,
        protection_id,
        'protection',
        generation,
    )
    return typing.cast('tables.Protection', row)


@api.reader
def get(
    session: orm.Session, project_id: str | None, protection_id: str
) -> model.Protection:
    """Read a protection.

    :raises NotFound: the project has none of that id
    """
    row = base.one(
        session, tables.Protection, project_id, protection_id, 'protection'
    )
    return typing.cast('model.Protection', base.read(row))


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    policy_id: str | None = None,
    business_id: str | None = None,
) -> list[model.Protection]:
    """List protections, newest first without an ``order``."""
    conditions = [
        *base.mine(tables.Protection, project_id),
        *base.equal(
            tables.Protection, policy_id=policy_id, business_id=business_id
        ),
    ]
    return pages.page(
        session, tables.Protection, conditions, limit, marker, order
    )


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
def of_server(
    session: orm.Session, project_id: str | None, server_id: str
) -> list[model.Protection]:
    """List what protects a server: one project has it, so one at most.

    :param project_id: None reads the whole table
    """
    rows = session.scalars(
        sa.select(tables.Protection).where(
            tables.Protection.server_id == server_id,
            *base.mine(tables.Protection, project_id),
        )
    )
    return base.read_all(rows)


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
        sa.select(
            tables.Protection.right_id, tables.Protection.delegation_kind
        )
        .where(tables.Protection.project_id == project_id)
        .order_by(
            tables.Protection.id.in_(list(first)[:500]).desc(),
            tables.Protection.id,
        )
        .limit(10)
    ).all()
    return [
        model.Delegation(project_id, right_id, model.DelegationKind(kind))
        for right_id, kind in dict.fromkeys(map(tuple, rows))
    ]


@api.writer
def update(
    session: orm.Session,
    protection: model.Protection,
    generation: int | None = None,
    plan: shares.Plan | None = None,
) -> model.Protection:
    """Write policy, status, next run, image, right, and whose it is.

    One that is active has its waiting tasks looked at anew.

    :param generation: what it was made from; None: whatever it is now
    :param plan: of its next runs; None: it names them
    :raises NotFound: it, or its policy, is gone
    :raises Conflict: it ends
    :raises ChangedMeanwhile: it has another generation
    """
    protection = shares.place(session, protection, plan)
    row = changed(session, protection.project_id, protection.id, generation)
    removal.check_stays(row.business_id, row.ending_at)
    for name in WRITTEN:
        setattr(row, name, getattr(protection, name))
    row.updated_at = protection.updated_at
    _flush(session, protection)
    if protection.status is model.ProtectionStatus.ACTIVE:
        mine = tables.Protection.id == protection.id
        task_holds.call_back(session, protection.updated_at, mine)
    return typing.cast('model.Protection', base.read(row))


@api.reader
def due(
    session: orm.Session,
    now: datetime.datetime,
    limit: int,
    after: model.Protection | None = None,
) -> list[model.Protection]:
    """List active protections whose next run is not after ``now``.

    :param after: the last of the page before, as it was read
    """
    table = tables.Protection
    query = sa.select(table).where(
        table.next_run_at <= now,
        table.status == model.ProtectionStatus.ACTIVE,
        table.ending_at.is_(None),
    )
    if after is not None:
        query = query.where(
            table.next_run_at >= after.next_run_at,
            sa.or_(table.next_run_at > after.next_run_at, table.id > after.id),
        )
    query = query.order_by(table.next_run_at, table.id)
    return base.first(session, query, limit)


@api.writer
def set_alarm(
    session: orm.Session,
    protection_id: str,
    text: str,
    now: datetime.datetime,
) -> bool:
    """Say what needs a person; empty clears it. An equal text is kept.

    :returns: whether that is news
    """
    return base.swapped(
        session,
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.alarm != text,
        )
        .values(alarm=text, alarm_at=now if text else None),
    )
