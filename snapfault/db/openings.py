"""Recoveries that nobody asked for: how each is let begin, or held.

Whoever opens one is alone while it is decided: it first changes the one row
of the gate, and MySQL and PostgreSQL let nobody else change that row before
the commit; what is counted after that is, at READ COMMITTED, all that those
before it have committed. SQLite has one writer at a time anyhow. So two
workers that open at once never exceed a budget together.
"""

import collections.abc
import dataclasses
import datetime

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import news
from snapfault.db import recovery_moves
from snapfault.db import tables

#: Says why a recovery must be held; None: it may begin.
Judge = collections.abc.Callable[[model.Pressure], model.Hold | None]

HOUR = datetime.timedelta(hours=1)
#: What says that a server is faulty, and not that a backup failed.
_TELLING = (
    model.Source.WATCH,
    model.Source.NOTIFICATION,
    model.Source.WEBHOOK,
)
#: Touched nothing, or nothing yet.
_IDLE = (model.RecoveryStatus.HELD, model.RecoveryStatus.REFUSED)
_BEGUN = (model.RecoveryStatus.WAITING, model.RecoveryStatus.RUNNING)
#: What waits by itself, and no worker and no person has had.
_UNBEGUN = sa.select(tables.Recovery).where(
    tables.Recovery.status == model.RecoveryStatus.WAITING,
    tables.Recovery.automatic,
    tables.Recovery.generation == 0,
)


@api.writer
def open_one(
    session: orm.Session,
    recovery: model.Recovery,
    window: datetime.timedelta,
    judge: Judge,
    now: datetime.datetime,
) -> model.Recovery:
    """Add a recovery, held or not, in the same transaction as the counting.

    :param window: how long ago at most servers became faulty 'at once'
    :raises Conflict: one of that server is open, or its protection ends
    :raises NotFound: its protection is gone
    """
    gate = _enter(session)
    pressure = _pressure(session, recovery, window, now)
    hold = judge(pressure)
    if hold is None:
        return recovery_moves.add(session, recovery, recovery.cause)
    held = recovery_moves.add(
        session,
        dataclasses.replace(
            recovery, status=model.RecoveryStatus.HELD, reason=hold.reason
        ),
        f'{recovery.cause}; {hold.reason}',
    )
    if hold.cause is model.HoldCause.STORM:
        _hold_unbegun(session, hold, now)
    _alarm(session, gate, hold, window, now)
    return held


@api.reader
def unbegun(session: orm.Session) -> bool:
    """Say whether any waits that nobody asked for and nobody has begun."""
    return session.scalar(_UNBEGUN.limit(1)) is not None


@api.writer
def hold_unbegun(
    session: orm.Session,
    window: datetime.timedelta,
    judge: Judge,
    now: datetime.datetime,
) -> None:
    """Hold what waits, where many servers have become faulty since.

    :param judge: looks at nothing but the faulty servers
    """
    gate = _enter(session)
    faulty = _faulty(session, window, now)
    hold = judge(model.Pressure(0, 0, 0, 0, faulty))
    if hold is not None:
        _hold_unbegun(session, hold, now)
        _alarm(session, gate, hold, window, now)


def _enter(session: orm.Session) -> tables.Gate:
    """Wait until nobody else is in the gate, and stay in until the end."""
    passed = sa.update(tables.Gate).values(passed=tables.Gate.passed + 1)
    if not base.swapped(session, passed.where(tables.Gate.id == 1)):
        session.add(tables.Gate(id=1, passed=1))
        try:
            session.flush()
        except exception.DBDuplicateEntry as error:  # it came this moment
            raise exception.RetryRequest(error) from error
    return session.get_one(tables.Gate, 1)


@api.reader
def overall(
    session: orm.Session, window: datetime.timedelta, now: datetime.datetime
) -> model.Pressure:
    """Count what goes on in all projects; nothing is to begin.

    None of it is of any host or project.
    """
    open_ = session.scalar(
        sa.select(sa.func.count()).where(
            tables.Recovery.status.in_(list(_BEGUN))
        )
    )
    faulty = _faulty(session, window, now)
    return model.Pressure(open_ or 0, 0, 0, _begun(session, now), faulty)


def _pressure(
    session: orm.Session,
    recovery: model.Recovery,
    window: datetime.timedelta,
    now: datetime.datetime,
) -> model.Pressure:
    table = tables.Recovery
    on_host = table.host_id == (recovery.host_id or None)
    open_ = table.status.in_(list(_BEGUN))
    counts = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((on_host, 1))),
            sa.func.count(
                sa.case((table.project_id == recovery.project_id, 1))
            ),
        ).where(open_)
    ).one()
    faulty = _faulty(session, window, now, recovery.server_id)
    return model.Pressure(*counts, _begun(session, now), faulty)


def _begun(session: orm.Session, now: datetime.datetime) -> int:
    """Count the recoveries made within the last hour."""
    found = session.scalar(
        sa.select(sa.func.count()).where(
            tables.Recovery.created_at > now - HOUR,
            tables.Recovery.status.not_in(list(_IDLE)),
        )
    )
    return found or 0


def _faulty(
    session: orm.Session,
    window: datetime.timedelta,
    now: datetime.datetime,
    *more: str,
) -> int:
    """Count the servers that were found faulty within the window.

    :param more: the server of the recovery that is to begin
    """
    recovered = sa.select(tables.Recovery.server_id).where(
        tables.Recovery.created_at > now - window,
        tables.Recovery.automatic,
    )
    said = (
        sa.select(tables.Protection.server_id)
        .join(
            tables.Evidence,
            tables.Evidence.protection_id == tables.Protection.id,
        )
        .where(
            tables.Evidence.first_at > now - window,
            tables.Evidence.expires_at > now,
            tables.Evidence.source.in_(list(_TELLING)),
        )
    )
    found = session.scalars(sa.union(recovered, said))
    return len({*found, *more})


def _hold_unbegun(
    session: orm.Session, hold: model.Hold, now: datetime.datetime
) -> None:
    for each in base.read_all(session.scalars(_UNBEGUN).all()):
        try:
            recovery_moves.move(
                session, each, model.RecoveryStatus.HELD, hold.reason, now
            )
        except errors.LeaseLost:
            continue  # a worker has just begun it


def _alarm(
    session: orm.Session,
    gate: tables.Gate,
    hold: model.Hold,
    window: datetime.timedelta,
    now: datetime.datetime,
) -> None:
    """Tell an admin once of a storm, and of a spent budget once an hour."""
    if hold.cause is model.HoldCause.STORM:
        before, gate.storm_at, span = gate.storm_at, now, window
    elif hold.cause is model.HoldCause.BUDGET:
        before, gate.budget_at, span = gate.budget_at, now, HOUR
    else:
        return
    if before is not None and before >= now - span:
        return
    news.add(
        session,
        model.News(
            event=f'recoveries.{hold.cause}',
            level=model.Level.CRITICAL,
            text=(
                f'Recoveries are held: {hold.reason}; they are listed by'
                ' openstack recovery list --status held --all-projects'
            ),
            payload={'reason': hold.reason, 'at': now.isoformat()},
        ),
    )
