"""Recoveries: who works on them and how they end."""

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
from snapfault.db import columns
from snapfault.db import events
from snapfault.db import leases
from snapfault.db import pages
from snapfault.db import recovery_moves
from snapfault.db import tables

#: Changes the row of a recovery that is held; see there.
hold = recovery_moves.hold


@api.writer
def create(session: orm.Session, recovery: model.Recovery) -> model.Recovery:
    """Add a recovery that a person asked for; it waits for a worker.

    :raises Conflict: one of that server is open, or its protection ends
    :raises NotFound: its protection is gone
    """
    return recovery_moves.add(session, recovery, recovery.cause)


@api.reader
def get(
    session: orm.Session, project_id: str | None, recovery_id: str
) -> model.Recovery:
    """Read a recovery with its journal.

    :raises NotFound: the project has none of that id
    """
    row = base.one(
        session, tables.Recovery, project_id, recovery_id, 'recovery'
    )
    return typing.cast('model.Recovery', base.read(row))


@api.reader
def is_abort_asked(session: orm.Session, recovery_id: str) -> bool:
    """Say whether a person wants a recovery to stop, and read nothing else."""
    asked = session.scalar(
        sa.select(tables.Recovery.abort_asked).where(
            tables.Recovery.id == recovery_id
        )
    )
    return bool(asked)


@api.reader
def list_page(  # noqa: PLR0913 - one a filter
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    business_id: str | None = None,
    status: model.RecoveryStatus | None = None,
) -> list[model.Recovery]:
    """List recoveries, newest first without an ``order``."""
    conditions = [
        *base.mine(tables.Recovery, project_id),
        *base.equal(tables.Recovery, business_id=business_id, status=status),
    ]
    return pages.page(
        session, tables.Recovery, conditions, limit, marker, order
    )


@api.reader
def ended_since(
    session: orm.Session, at: datetime.datetime
) -> dict[str, datetime.datetime]:
    """Give when the last recovery ended, by project, of those since then."""
    rows = session.execute(
        sa.select(
            tables.Recovery.project_id,
            sa.func.max(tables.Recovery.finished_at, type_=columns.Utc()),
        )
        .where(tables.Recovery.finished_at >= at)
        .group_by(tables.Recovery.project_id)
    )
    return {each[0]: each[1] for each in rows if each[1] is not None}


@api.reader
def open_servers(session: orm.Session) -> frozenset[str]:
    """Give the ids of the servers that a recovery is open for."""
    found = session.scalars(
        sa.select(tables.Recovery.server_id).where(
            tables.Recovery.open_server_id.is_not(None)
        )
    )
    return frozenset(found)


@api.reader
def claimable(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Recovery]:
    """List what waits, or was left by a worker that died; oldest first."""
    query = (
        sa.select(tables.Recovery)
        .where(leases.free(tables.Recovery, now))
        .order_by(tables.Recovery.created_at, tables.Recovery.id)
    )
    return base.first(session, query, limit)


@api.writer
def claim(
    session: orm.Session,
    recovery: model.Recovery,
    worker: str,
    now: datetime.datetime,
    lease_until: datetime.datetime,
) -> model.Recovery | None:
    """Win a recovery for a worker; None where another was quicker."""
    changes = {
        'status': model.RecoveryStatus.RUNNING,
        'generation': recovery.generation + 1,
        'claimed_by': worker,
        'lease_until': lease_until,
    }
    # Its holder may have renewed the lease since the row was read.
    free = leases.free(tables.Recovery, now)
    if not leases.swap(session, tables.Recovery, recovery, free, **changes):
        return None
    begins = dataclasses.replace(recovery, status=model.RecoveryStatus.RUNNING)
    events.note(session, begins, f'worker {worker} is at it', now)
    # Or have gone on with the journal, though its lease was over.
    row = session.get_one(tables.Recovery, recovery.id)
    return typing.cast('model.Recovery', base.read(row))


@api.writer
def renew(
    session: orm.Session,
    recovery_ids: collections.abc.Collection[str],
    worker: str,
    lease_until: datetime.datetime,
) -> None:
    """Extend the leases of what a worker is really at work on."""
    leases.renew(session, tables.Recovery, worker, lease_until, recovery_ids)


@api.writer
def release(
    session: orm.Session,
    recovery: model.Recovery,
    reason: str,
    now: datetime.datetime,
) -> model.Recovery:
    """Put a recovery back to wait; its journal says where to go on.

    :raises LeaseLost: another worker holds it
    """
    return recovery_moves.move(
        session,
        recovery,
        model.RecoveryStatus.WAITING,
        reason,
        now,
        claimed_by=None,
        lease_until=None,
    )


@api.writer
def approve(
    session: orm.Session, recovery: model.Recovery, now: datetime.datetime
) -> model.Recovery:
    """Let one that is held begin: a person has looked.

    No storm holds it again: its generation says that somebody had it.

    :raises Conflict: it is not held, or not any more
    """
    if recovery.status is not model.RecoveryStatus.HELD:
        raise errors.Conflict(
            f'recovery {recovery.id} is {recovery.status}, not held'
        )
    try:
        return recovery_moves.move(
            session,
            recovery,
            model.RecoveryStatus.WAITING,
            'approved by a person',
            now,
            generation=recovery.generation + 1,
        )
    except errors.LeaseLost as error:
        raise errors.Conflict(
            f'recovery {recovery.id} is not held any more'
        ) from error


@api.writer
def ask_abort(
    session: orm.Session, recovery: model.Recovery, now: datetime.datetime
) -> model.Recovery:
    """Stop a recovery: at once where it has not begun, else at its next look.

    :raises Conflict: it is over, or has just moved
    """
    if recovery.status not in model.OPEN_RECOVERY:
        raise errors.Conflict(
            f'recovery {recovery.id} is {recovery.status}: there is nothing'
            ' left to stop'
        )
    try:
        if (
            recovery.status is model.RecoveryStatus.RUNNING
            or recovery.attempts
        ):
            return hold(session, recovery, abort_asked=True)
        return recovery_moves.move(
            session,
            recovery,
            model.RecoveryStatus.ABORTED,
            'a person stopped it; nothing was touched',
            now,
            finished_at=now,
            open_server_id=None,
            abort_asked=True,
        )
    except errors.LeaseLost as error:
        raise errors.Conflict(
            f'recovery {recovery.id} has just moved: look again'
        ) from error


@api.writer
def finish(
    session: orm.Session,
    recovery: model.Recovery,
    status: model.RecoveryStatus,
    reason: str,
    now: datetime.datetime,
) -> model.Recovery:
    """End a recovery, and let the server have another.

    Its point is then the last that it went back to.

    :raises LeaseLost: another worker holds it
    """
    return recovery_moves.move(
        session,
        recovery,
        status,
        reason,
        now,
        finished_at=now,
        claimed_by=None,
        lease_until=None,
        open_server_id=None,
        point_id=_last_point(recovery),
    )


def _last_point(recovery: model.Recovery) -> str | None:
    chosen = [e.point_id for e in recovery.attempts if e.point_id is not None]
    return chosen[-1] if chosen else recovery.point_id
