"""The lines of a journal, a recovery's or a drill's, as they are taken.

Each function may raise :class:`~snapfault.errors.LeaseLost`: another worker
holds the recovery or the drill.
"""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import drill_claims
from snapfault.db import recovery_moves
from snapfault.db import tables

#: As many of the cloud's ids as a step keeps: its column is short.
REQUEST_IDS: typing.Final = 20

Owner = model.Recovery | model.Drill


@api.writer
def started(
    session: orm.Session,
    owner: Owner,
    position: int,
    now: datetime.datetime,
) -> None:
    """Note a step as meant, before the cloud is asked.

    One at a time: each proves anew that the lease is held.
    """
    table, is_line = _held(session, owner, [position])
    session.execute(
        sa.update(table)
        .where(*is_line, table.started_at.is_(None))
        .values(status=model.StepStatus.STARTED, started_at=now)
    )


@api.writer
def asked(
    session: orm.Session,
    owner: Owner,
    position: int,
    request_ids: collections.abc.Sequence[str],
) -> None:
    """Add the cloud's ids of what a step asked for; the newest are kept."""
    table, is_line = _held(session, owner, [position])
    before = session.scalar(sa.select(table.request_ids).where(*is_line))
    ids = [*(before or ()), *request_ids]
    session.execute(
        sa.update(table).where(*is_line).values(request_ids=ids[-REQUEST_IDS:])
    )


@api.writer
def finished(
    session: orm.Session,
    owner: Owner,
    positions: collections.abc.Sequence[int],
    status: model.StepStatus,
    detail: str,
    now: datetime.datetime,
) -> None:
    """Note how steps ended."""
    table, is_line = _held(session, owner, positions)
    session.execute(
        sa.update(table)
        .where(*is_line)
        .values(status=status, detail=detail, finished_at=now)
    )


def _held(
    session: orm.Session,
    owner: Owner,
    positions: collections.abc.Sequence[int],
) -> tuple[typing.Any, list[sa.ColumnElement[bool]]]:
    """See that the owner is still held; give its table and what lines."""
    if isinstance(owner, model.Drill):
        drill_claims.hold(session, owner, reason=owner.reason)
        of_owner = tables.DrillStep.drill_id == owner.id
        line: typing.Any = tables.DrillStep
    else:
        recovery_moves.hold(session, owner, reason=owner.reason)
        of_owner = tables.Step.recovery_id == owner.id
        line = tables.Step
    return line, [of_owner, line.position.in_(positions)]
