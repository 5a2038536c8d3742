"""Moves of a recovery's status, within the transaction of who makes them.

Each is a row, a line of the log and a notification: an event comes with it.
"""

import dataclasses
import datetime
import typing

from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import base
from snapfault.db import events
from snapfault.db import leases
from snapfault.db import removal
from snapfault.db import tables


def add(
    session: orm.Session, recovery: model.Recovery, text: str
) -> model.Recovery:
    """Add a recovery and its first event.

    :raises Conflict: one of that server is open, or its protection ends
    :raises NotFound: its protection is gone
    """
    removal.hold_off(session, recovery.protection_id)
    values = base.values(recovery, model.Recovery)
    del values['steps'], values['attempts']
    session.add(tables.Recovery(**values, open_server_id=recovery.server_id))
    base.flush(
        session, f'a recovery of server {recovery.server_id} is open already'
    )
    events.note(session, recovery, text, recovery.created_at)
    return recovery


def move(
    session: orm.Session,
    recovery: model.Recovery,
    status: model.RecoveryStatus,
    reason: str,
    now: datetime.datetime,
    **changes: typing.Any,
) -> model.Recovery:
    """Move the status on, with the event that says so.

    :raises Conflict: no such move
    :raises LeaseLost: the row is not any more as it was read
    """
    base.check_move(moves.RECOVERY, recovery.status, status)
    moved = hold(session, recovery, status=status, reason=reason, **changes)
    events.note(session, moved, reason or 'all is done', now)
    return moved


def hold(
    session: orm.Session, recovery: model.Recovery, **changes: typing.Any
) -> model.Recovery:
    """Change a held recovery's row.

    :raises LeaseLost: another worker holds it
    """
    if not leases.swap(session, tables.Recovery, recovery, **changes):
        raise errors.LeaseLost(
            f'recovery {recovery.id} is another worker\'s now'
        )
    changes.pop('open_server_id', None)
    return dataclasses.replace(recovery, **changes)
