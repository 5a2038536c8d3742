"""The journal of a recovery: what is meant, and what became of it."""

import collections.abc
import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import events
from snapfault.db import pages
from snapfault.db import point_guards
from snapfault.db import recoveries
from snapfault.db import tables


@api.writer
def begin_attempt(
    session: orm.Session,
    recovery: model.Recovery,
    attempt: model.Attempt,
    steps: tuple[model.StepRecord, ...],
    kept: tuple[model.Kept, ...] = (),
    why: str = '',
) -> model.Recovery:
    """Write the plan of one more attempt, and what it will take away.

    All in one, before the cloud is asked for anything (invariant 3). What
    an attempt before it has noted as kept stays as it is noted. The point
    it reads from is locked, and stays from then on.

    :param why: what chose this way and this point
    :raises LeaseLost: another worker holds it
    :raises Conflict: it has that attempt
    :raises ChangedMeanwhile: the point is not good any more
    """
    _take_point(session, attempt)  # first, as who removes one locks it
    held = recoveries.hold(session, recovery, reason='')
    _add_attempt(session, recovery, attempt)
    session.add_all(
        tables.Step(
            recovery_id=recovery.id, **base.values(each, model.StepRecord)
        )
        for each in steps
    )
    _keep(session, recovery, kept)
    text = f'attempt {attempt.number + 1} goes the way {attempt.way}: {why}'
    events.note(session, held, text, attempt.started_at)
    return dataclasses.replace(
        held,
        attempts=(*recovery.attempts, attempt),
        steps=(*recovery.steps, *steps),
    )


@api.reader
def last_at_power(
    session: orm.Session, project_id: str, business_id: str
) -> model.Recovery | None:
    """Give the newest recovery of a service that turned its server off or on.

    Or was about to, when it broke off.
    """
    table = tables.Recovery
    conditions = [
        *base.mine(table, project_id),
        *base.equal(table, business_id=business_id),
        was_at_power(table),
    ]
    found = pages.page(session, table, conditions, 1, None, pages.NEWEST)
    return found[0] if found else None


def was_at_power(
    table: type[tables.Recovery],
) -> sa.ColumnElement[bool]:
    """Match the recoveries that have asked for the server off, or on."""
    line = tables.Step
    return sa.exists().where(
        line.recovery_id == table.id,
        line.name.in_(sorted(model.POWER_STEPS)),
        line.status != model.StepStatus.PLANNED,
    )


@api.reader
def servers_at_work(session: orm.Session) -> frozenset[str]:
    """Give the ids of the servers that an open recovery has begun on."""
    table = tables.Recovery
    found = session.scalars(
        sa.select(table.server_id).where(
            table.open_server_id.is_not(None), has_begun()
        )
    )
    return frozenset(found)


def has_begun() -> sa.ColumnElement[bool]:
    """Match the recoveries that a worker is at, or was: see its attempts."""
    table = tables.Recovery
    tried = sa.exists().where(tables.Attempt.recovery_id == table.id)
    return sa.or_(table.status == model.RecoveryStatus.RUNNING, tried)


def _take_point(session: orm.Session, attempt: model.Attempt) -> None:
    """See that the point is still what the plan was made for."""
    if attempt.point_id is None:
        return
    status = point_guards.lock(session, attempt.point_id)
    if status != model.PointStatus.GOOD:
        raise errors.ChangedMeanwhile(
            f'recovery point {attempt.point_id} is {status or "gone"} by now'
        )


def _add_attempt(
    session: orm.Session, recovery: model.Recovery, attempt: model.Attempt
) -> None:
    session.add(
        tables.Attempt(
            recovery_id=recovery.id, **base.values(attempt, model.Attempt)
        )
    )
    base.flush(
        session,
        f'recovery {recovery.id} has an attempt {attempt.number} already',
    )


@api.writer
def keep(
    session: orm.Session,
    recovery: model.Recovery,
    kept: tuple[model.Kept, ...],
) -> None:
    """Note what else it leaves behind.

    :raises LeaseLost: another worker holds it
    """
    recoveries.hold(session, recovery, reason=recovery.reason)
    _keep(session, recovery, kept)


def _keep(
    session: orm.Session,
    recovery: model.Recovery,
    kept: tuple[model.Kept, ...],
) -> None:
    noted = set(
        session.scalars(
            sa.select(tables.Kept.resource_id).where(
                tables.Kept.recovery_id == recovery.id
            )
        )
    )
    session.add_all(
        tables.Kept(**base.values(each, model.Kept))
        for each in kept
        if each.resource_id not in noted
    )


@api.writer
def end_attempt(
    session: orm.Session,
    recovery: model.Recovery,
    status: model.AttemptStatus,
    reason: str,
    now: datetime.datetime,
    returned: collections.abc.Collection[str] = (),
) -> model.Recovery:
    """Note how the last attempt ended; gives the recovery as it is now.

    :param returned: ids of kept volumes that it has put back
    :raises LeaseLost: another worker holds it
    """
    recoveries.hold(session, recovery, reason=recovery.reason)
    number = recovery.attempts[-1].number
    text = f'attempt {number + 1} is {status}' + f': {reason}' * bool(reason)
    events.note(session, recovery, text, now)
    session.execute(
        sa.update(tables.Attempt)
        .where(
            tables.Attempt.recovery_id == recovery.id,
            tables.Attempt.number == number,
        )
        .values(status=status, reason=reason, finished_at=now)
    )
    session.execute(
        sa.update(tables.Kept)
        .where(
            tables.Kept.protection_id == recovery.protection_id,
            tables.Kept.resource_id.in_(list(returned)),
            tables.Kept.status == model.KeptStatus.KEPT,
        )
        .values(status=model.KeptStatus.RETURNED, reason='')
    )
    session.expire_all()
    row = session.get_one(tables.Recovery, recovery.id)
    return typing.cast('model.Recovery', base.read(row))
