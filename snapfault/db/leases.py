"""What a worker holds: its row changes only while it is as it was read.

A holder is known by the generation, which each change of holder raises.
"""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import base


class Held(typing.Protocol):
    """A task, a recovery or a drill, as it was read."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def generation(self) -> int:
        """How often it has changed hands."""

    @property
    def status(self) -> str:
        """Where it stood."""


def free(table: typing.Any, now: datetime.datetime) -> sa.ColumnElement[bool]:
    """Match what nobody holds: it waits, or its holder's lease is over."""
    return sa.or_(
        table.status == 'waiting',
        sa.and_(table.status == 'running', table.lease_until < now),
    )


def swap(
    session: orm.Session,
    table: typing.Any,
    held: Held,
    *conditions: sa.ColumnElement[bool],
    **changes: typing.Any,
) -> bool:
    """Change the row if it is as it was read, and say whether it was."""
    return base.swapped(
        session,
        sa.update(table)
        .where(
            table.id == held.id,
            table.generation == held.generation,
            table.status == held.status,
            *conditions,
        )
        .values(**changes),
    )


def renew(
    session: orm.Session,
    table: typing.Any,
    worker: str,
    lease_until: datetime.datetime,
    ids: collections.abc.Collection[str] | None = None,
) -> None:
    """Extend the leases of what a worker is really at work on.

    :param ids: None: all that it holds
    """
    conditions = [] if ids is None else [table.id.in_(list(ids))]
    session.execute(
        sa.update(table)
        .where(
            table.claimed_by == worker,
            table.status == 'running',
            *conditions,
        )
        .values(lease_until=lease_until)
    )
