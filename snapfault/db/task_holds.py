"""Tasks that wait on: held back for a while, called back, or missed."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import tables

MISSED: typing.Final = 'it did not begin before its deadline'
#: Of a protection; it stays until a run is done, or a person sees to it.
ALARM: typing.Final = 'a run was missed: it did not begin before its deadline'


class Hold(typing.Protocol):
    """Why a waiting task does not begin now, as the trigger's plan says."""

    @property
    def until(self) -> datetime.datetime:
        """When it may begin, or is looked at again."""

    @property
    def reason(self) -> str:
        """For people."""


@api.writer
def defer(
    session: orm.Session, holds: collections.abc.Mapping[str, Hold]
) -> None:
    """Let waiting tasks wait on, in one statement for all.

    One that has begun meanwhile, or is gone, is left alone.
    """
    table = tables.Task.metadata.tables[tables.Task.__tablename__]
    if holds:
        session.connection().execute(
            sa.update(table)
            .where(
                table.c.id == sa.bindparam('task'),
                table.c.status == model.TaskStatus.WAITING,
            )
            .values(
                not_before=sa.bindparam('until'),
                reason=sa.bindparam('because'),
            ),
            [
                {'task': task_id, 'until': hold.until, 'because': hold.reason}
                for task_id, hold in sorted(holds.items())
            ],
        )


def call_back(
    session: orm.Session,
    now: datetime.datetime,
    *protections: sa.ColumnElement[bool],
) -> None:
    """Have waiting tasks of some protections looked at anew at once.

    :param protections: conditions that choose them
    """
    session.execute(
        sa.update(tables.Task)
        .where(
            tables.Task.status == model.TaskStatus.WAITING,
            tables.Task.not_before > now,
            tables.Task.protection_id.in_(
                sa.select(tables.Protection.id).where(*protections)
            ),
        )
        .values(not_before=now, reason='')
        .execution_options(synchronize_session=False)
    )


@api.writer
def miss(
    session: orm.Session, now: datetime.datetime, limit: int = 500
) -> dict[str, str]:
    """End tasks that wait past their deadline, in three statements.

    :returns: their protections, by task
    """
    rows = session.execute(
        sa.select(tables.Task.id, tables.Task.protection_id)
        .where(
            tables.Task.status == model.TaskStatus.WAITING,
            tables.Task.deadline_at <= now,
        )
        .order_by(tables.Task.deadline_at, tables.Task.id)
        .limit(limit)
        .with_for_update()
    )
    missed = {row.id: row.protection_id for row in rows}
    if missed:
        _end(session, list(missed), now)
        # An alarm that stands there already is nearer to the cause.
        session.execute(
            sa.update(tables.Protection)
            .where(
                tables.Protection.id.in_(set(missed.values())),
                tables.Protection.alarm == '',
            )
            .values(alarm=ALARM, alarm_at=now)
            .execution_options(synchronize_session=False)
        )
    return missed


def _end(
    session: orm.Session, task_ids: list[str], now: datetime.datetime
) -> None:
    """Keep why it waited behind why it ended."""
    waited = tables.Task.reason
    session.execute(
        sa.update(tables.Task)
        .where(
            tables.Task.id.in_(task_ids),
            tables.Task.status == model.TaskStatus.WAITING,
        )
        .values(
            status=model.TaskStatus.MISSED,
            generation=tables.Task.generation + 1,
            finished_at=now,
            reason=sa.case(
                (waited == '', MISSED), else_=f'{MISSED}: ' + waited
            ),
        )
        .execution_options(synchronize_session=False)
    )
