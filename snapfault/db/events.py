"""The events of a recovery: each move of its status, and why."""

import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault import secret
from snapfault.db import api
from snapfault.db import base
from snapfault.db import news
from snapfault.db import tables

#: How much each status should be minded; the others are as they should be.
_LEVELS: typing.Final = {
    model.RecoveryStatus.REFUSED: model.Level.WARNING,
    model.RecoveryStatus.ABORTED: model.Level.WARNING,
    model.RecoveryStatus.FAILED: model.Level.ERROR,
}


def note(
    session: orm.Session,
    recovery: model.Recovery,
    text: str,
    now: datetime.datetime,
) -> None:
    """Add an event within the transaction of what it tells of.

    :param recovery: as it stands from now on
    """
    text = secret.blot(text)
    # Whoever else numbers events of this recovery waits here.
    session.execute(
        sa.select(tables.Recovery.id)
        .where(tables.Recovery.id == recovery.id)
        .with_for_update()
    )
    last = session.scalar(
        sa.select(sa.func.max(tables.RecoveryEvent.number)).where(
            tables.RecoveryEvent.recovery_id == recovery.id
        )
    )
    session.add(
        tables.RecoveryEvent(
            recovery_id=recovery.id,
            number=0 if last is None else last + 1,
            at=now,
            status=recovery.status,
            text=text,
        )
    )
    session.flush()
    news.add(session, _news(recovery, text, now))


@api.writer
def add(
    session: orm.Session,
    recovery: model.Recovery,
    text: str,
    now: datetime.datetime,
) -> None:
    """Add an event that no move of the status comes with."""
    note(session, recovery, text, now)


@api.reader
def of(session: orm.Session, recovery_id: str) -> list[model.RecoveryEvent]:
    """List the events of a recovery, the first one first."""
    rows = session.scalars(
        sa.select(tables.RecoveryEvent)
        .where(tables.RecoveryEvent.recovery_id == recovery_id)
        .order_by(tables.RecoveryEvent.number)
    )
    return base.read_all(rows)


def _news(
    recovery: model.Recovery, text: str, now: datetime.datetime
) -> model.News:
    return model.News(
        event=f'recovery.{recovery.status}',
        level=_LEVELS.get(recovery.status, model.Level.INFO),
        text=(
            f'Recovery {recovery.id} of {recovery.business_id} is'
            f' {recovery.status}: {text}'
        ),
        payload={
            'recovery_id': recovery.id,
            'project_id': recovery.project_id,
            'protection_id': recovery.protection_id,
            'business_id': recovery.business_id,
            'server_id': recovery.server_id,
            'status': str(recovery.status),
            'reason': text,
            'at': now.isoformat(),
        },
    )
