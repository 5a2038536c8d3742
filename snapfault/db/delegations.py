"""The rights to act for projects, and which rows and work need them.

A right ends with the last that needs it: first nothing refers to it any
more, and it is *released*; then what had begun before has ended, too, and it
is *spent*; then it is revoked, and its row goes.
"""

import collections.abc
import contextlib
import datetime
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import columns
from snapfault.db import makings
from snapfault.db import tables

#: The columns that refer to a right.
_USES: typing.Final = (tables.Protection.right_id, tables.Policy.trust_id)


@api.writer
def add(
    session: orm.Session,
    delegation: model.Delegation,
    now: datetime.datetime,
    credential: model.Credential | None = None,
    sealed: str | None = None,
) -> None:
    """Note a right that something is about to act by.

    :param sealed: the credential's secret, encrypted
    """
    _put(
        session,
        delegation,
        credential_id=credential and credential.id,
        user_id=credential and credential.user_id,
        sealed=sealed,
        expires_at=credential and credential.expires_at,
        created_at=now,
        checked_at=now,
        released_at=None,
    )


def _put(
    session: orm.Session, right: model.Delegation, **values: typing.Any
) -> None:
    session.merge(
        tables.Delegation(
            id=right.right_id,
            project_id=right.project_id,
            kind=right.kind,
            **values,
        )
    )
    try:
        session.flush()
    except exception.DBDuplicateEntry as error:  # it came this moment
        raise exception.RetryRequest(error) from error


@api.reader
def is_used(session: orm.Session, right_id: str) -> bool:
    """Whether a policy or a protection refers to a right.

    Once none does none ever will: a row takes its right from its maker, who
    has just made it, or from a policy that it holds fast meanwhile. Only an
    assignment comes back, and nothing is revoked of that.
    """
    return _is_used(session, right_id)


def _is_used(session: orm.Session, right_id: str) -> bool:
    return any(
        session.scalar(sa.select(use).where(use == right_id).limit(1))
        is not None
        for use in _USES
    )


@api.writer
def release(
    session: orm.Session, right: model.Delegation, now: datetime.datetime
) -> bool:
    """Note that nothing refers to a right any more, if nothing does.

    :returns: whether it is spent, too, and may be revoked
    """
    return let_go(session, right, now)


def let_go(
    session: orm.Session, right: model.Delegation, now: datetime.datetime
) -> bool:
    """Release a right within a transaction, as :func:`release`."""
    if _is_used(session, right.right_id):
        return False
    row = session.get(tables.Delegation, right.right_id)
    if row is None:  # an older service made it
        _put(session, right, created_at=now, released_at=now)
        return not _is_at_work(session, right.project_id, now)
    if row.released_at is None:
        row.released_at = now
    return not _is_at_work(session, right.project_id, row.released_at)


@api.reader
def is_at_work(session: orm.Session, right: model.Right) -> bool:
    """Whether what began before a right was released still goes on.

    Of its whole project: what is read of one serves all its services.
    """
    return right.released_at is not None and _is_at_work(
        session, right.delegation.project_id, right.released_at
    )


def _is_at_work(
    session: orm.Session, project_id: str, before: datetime.datetime
) -> bool:
    for table, statuses in (
        (tables.Task, [model.TaskStatus.RUNNING]),
        (tables.Recovery, list(model.OPEN_RECOVERY)),
        (tables.Drill, list(model.OPEN_DRILL)),
    ):
        begun = session.scalar(
            sa.select(table.id)
            .where(
                table.project_id == project_id,
                table.status.in_(statuses),
                # what waits takes the right of its protection when it begins
                table.claimed_by.is_not(None),
                table.created_at <= before,
            )
            .limit(1)
        )
        if begun is not None:
            return True
    point = tables.Point  # whose server it takes a right to start again
    mine = point.project_id == project_id, point.created_at <= before
    return makings.holding_off(session, *mine) is not None


@api.writer
def release_unused(
    session: orm.Session, now: datetime.datetime, before: datetime.datetime
) -> None:
    """Release what nothing refers to; whoever should have done so died.

    :param before: what was noted later may be about to be used
    """
    table = tables.Delegation
    session.execute(
        sa.update(table)
        .where(
            table.released_at.is_(None),
            table.created_at <= before,
            *(~sa.exists().where(use == table.id) for use in _USES),
        )
        .values(released_at=now)
        .execution_options(synchronize_session=False)
    )


def adopt(database: api.Database, now: datetime.datetime) -> None:
    """Note the rights that an older service made, and so did not note."""
    trust = sa.literal(model.DelegationKind.TRUST.value)
    owner = tables.Protection
    for use, kind in (
        (owner.right_id, owner.delegation_kind),
        (tables.Policy.trust_id, trust),
    ):
        # one that another worker notes this very moment is noted
        with contextlib.suppress(exception.DBDuplicateEntry):
            _adopt(database, use, kind, now)


@api.writer
def _adopt(
    session: orm.Session,
    use: typing.Any,
    kind: typing.Any,
    now: datetime.datetime,
) -> None:
    table = tables.Delegation
    unknown = (
        sa.select(
            use,
            sa.func.min(use.class_.project_id),
            sa.func.min(kind),
            sa.literal(now, columns.Utc()),
        )
        .where(use.is_not(None), ~sa.exists().where(table.id == use))
        .group_by(use)
    )
    names = ['id', 'project_id', 'kind', 'created_at']
    session.execute(sa.insert(table).from_select(names, unknown))


@api.reader
def due(
    session: orm.Session, before: datetime.datetime, limit: int
) -> list[model.Right]:
    """List rights last looked at before a moment, the longest ago first."""
    return _untouched(
        session, tables.Delegation.released_at.is_(None), before, limit
    )


@api.reader
def released(
    session: orm.Session, before: datetime.datetime, limit: int
) -> list[model.Right]:
    """List rights to revoke, of those last tried before a moment."""
    return _untouched(
        session, tables.Delegation.released_at.is_not(None), before, limit
    )


def _untouched(
    session: orm.Session,
    condition: sa.ColumnElement[bool],
    before: datetime.datetime,
    limit: int,
) -> list[model.Right]:
    table = tables.Delegation
    at = table.checked_at
    query = sa.select(table).where(condition, _before(at, before))
    return base.first(session, query.order_by(at, table.id), limit)


def _before(
    at: typing.Any, before: datetime.datetime
) -> sa.ColumnElement[bool]:
    return sa.or_(at.is_(None), at <= before)


@api.writer
def claim(
    session: orm.Session,
    right: model.Right,
    now: datetime.datetime,
    before: datetime.datetime,
) -> bool:
    """Note that a right is looked at now.

    :returns: whether no other worker has, meanwhile
    """
    table = tables.Delegation
    return base.swapped(
        session,
        sa.update(table)
        .where(
            table.id == right.delegation.right_id,
            _before(table.checked_at, before),
        )
        .values(checked_at=now),
    )


@api.writer
def hasten(
    session: orm.Session,
    right_ids: collections.abc.Iterable[str],
    before: datetime.datetime,
) -> None:
    """Have rights checked at the next look, unless that was just done.

    :param before: what was looked at later is left
    """
    table = tables.Delegation
    for ids in base.chunks(right_ids):
        session.execute(
            sa.update(table)
            .where(table.id.in_(ids), table.checked_at <= before)
            .values(checked_at=None)
        )


@api.writer
def remove(session: orm.Session, right: model.Delegation) -> None:
    """Forget a right that was revoked, and what was kept of it."""
    table = tables.Delegation
    session.execute(
        sa.delete(table).where(
            table.id == right.right_id, table.released_at.is_not(None)
        )
    )
