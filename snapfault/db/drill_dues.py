"""Drills that fall due: one a protection, however many workers look."""

import collections.abc
import datetime
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import drills
from snapfault.db import tables
from snapfault.db import tasks


class Due(typing.Protocol):
    """A protection whose next drill has come, as the trigger decides."""

    @property
    def protection_id(self) -> str:
        """Whose drill it is."""

    @property
    def was(self) -> datetime.datetime:
        """Its ``next_drill_at``, as it was read."""

    @property
    def next_drill_at(self) -> datetime.datetime | None:
        """The one after it; None: there is none."""

    @property
    def cause(self) -> str:
        """Why there is a drill; empty: there is none."""


_Dues = collections.abc.Mapping[str, Due]  #: by protection


@api.reader
def due(
    session: orm.Session, now: datetime.datetime, limit: int
) -> list[model.Protection]:
    """List active protections whose next drill is not after ``now``."""
    table = tables.Protection
    query = sa.select(table).where(
        table.next_drill_at <= now,
        table.status == model.ProtectionStatus.ACTIVE,
        table.ending_at.is_(None),
    )
    query = query.order_by(table.next_drill_at, table.id)
    return base.first(session, query, limit)


@api.writer
def schedule(
    session: orm.Session,
    dues: collections.abc.Collection[Due],
    now: datetime.datetime,
) -> list[model.Drill]:
    """Move next drills on and insert those that fall due, once each.

    Each protection is won by compare-and-swap on ``next_drill_at``. One
    that has an open drill gets no other.
    The statements are a fixed number for 500 protections.
    """
    by_id = {each.protection_id: each for each in dues}
    made: list[model.Drill] = []
    for ids in base.chunks(by_id):
        made += _schedule(session, {k: by_id[k] for k in ids}, now)
    return made


def _schedule(
    session: orm.Session, dues: _Dues, now: datetime.datetime
) -> list[model.Drill]:
    locked = tasks.lock(session, dues)
    won = {
        k: each
        for k, each in dues.items()
        if k in locked and locked[k].next_drill_at == each.was
    }
    if not won:
        return []
    opened = set(
        session.scalars(
            sa.select(tables.Drill.open_protection_id).where(
                tables.Drill.open_protection_id.in_(won)
            )
        )
    )
    session.execute(
        sa.update(tables.Protection),
        [
            {'id': k, 'next_drill_at': each.next_drill_at}
            for k, each in won.items()
        ],
    )
    made = [
        drills.new(locked[k], each.cause, now)
        for k, each in won.items()
        if each.cause and k not in opened
    ]
    _insert(session, made)
    return made


def _insert(session: orm.Session, made: list[model.Drill]) -> None:
    if not made:
        return
    try:
        session.execute(
            sa.insert(tables.Drill), [drills.row(each) for each in made]
        )
    except exception.DBDuplicateEntry as error:
        # A person has asked for one this very moment: look again.
        raise exception.RetryRequest(error) from error
