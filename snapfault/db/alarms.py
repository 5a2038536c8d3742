"""What needs a person, said of many protections, for good or for a while."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import drills
from snapfault.db import tables


@api.writer
def clear(session: orm.Session, protection_id: str, beginning: str) -> None:
    """Take an alarm back, unless another has replaced it.

    What the last drill has shown is said again.

    :param beginning: what the alarm that is over begins with
    """
    alarm = _alarm(session, protection_id)
    if alarm and alarm.startswith(beginning):
        _leave(session, protection_id, alarm)


@api.writer
def backups_are_well(
    session: orm.Session, protection_ids: collections.abc.Collection[str]
) -> None:
    """Take back what was said of backups, or of anything but drills."""
    for ids in base.chunks(protection_ids):
        rows = session.execute(
            sa.select(tables.Protection.id, tables.Protection.alarm).where(
                tables.Protection.id.in_(ids), tables.Protection.alarm != ''
            )
        )
        for row in rows.all():
            if not row.alarm.startswith(drills.BEGINNING):
                _leave(session, row.id, row.alarm)


def _alarm(session: orm.Session, protection_id: str) -> str:
    found = session.scalar(
        sa.select(tables.Protection.alarm).where(
            tables.Protection.id == protection_id
        )
    )
    return found or ''


def _leave(session: orm.Session, protection_id: str, alarm: str) -> None:
    """Leave of an alarm that is over what the last drill has shown.

    That may have been replaced, and no backup refutes it.
    """
    table, status = tables.Drill, model.DrillStatus
    query = (
        sa.select(table)
        .where(
            table.protection_id == protection_id,
            sa.or_(
                table.status.in_([status.DONE, status.FAILED]),
                sa.and_(
                    table.status == status.REFUSED, table.cause != drills.ASKED
                ),
            ),
        )
        .order_by(table.created_at.desc(), table.id.desc())
    )
    text, at = '', None
    for each in base.first(session, query, 1):
        text, at = drills.report(each), each.finished_at
    session.execute(
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.alarm == alarm,
        )
        .values(alarm=text, alarm_at=at if text else None)
    )


@api.writer
def give_way(
    session: orm.Session,
    protection_id: str,
    beginning: str,
    text: str,
    now: datetime.datetime,
) -> None:
    """Say what needs a person, unless an alarm of another kind stands.

    :param beginning: what alarms of this kind begin with
    """
    alarm = tables.Protection.alarm
    session.execute(
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            sa.or_(alarm == '', alarm.startswith(beginning, autoescape=True)),
        )
        .values(alarm=text, alarm_at=now)
    )


@api.writer
def set_of_right(
    session: orm.Session, right_id: str, text: str, now: datetime.datetime
) -> bool:
    """Say the same of all that acts by a right; an equal text is kept.

    :returns: whether that is news
    """
    return _of_right(
        session, right_id, tables.Protection.alarm != text, text, now
    )


@api.writer
def give_way_of_right(
    session: orm.Session,
    right_id: str,
    beginning: str,
    text: str,
    now: datetime.datetime,
) -> None:
    """Say so of all that acts by a right, as :func:`give_way` does."""
    alarm = tables.Protection.alarm
    is_free = sa.or_(alarm == '', _begins(beginning))
    _of_right(session, right_id, sa.and_(is_free, alarm != text), text, now)


@api.writer
def clear_of_right(
    session: orm.Session, right_id: str, beginning: str
) -> None:
    """Take back what was said of a right."""
    _of_right(session, right_id, _begins(beginning), '', None)


def _begins(beginning: str) -> sa.ColumnElement[bool]:
    return tables.Protection.alarm.startswith(beginning, autoescape=True)


def _of_right(
    session: orm.Session,
    right_id: str,
    condition: sa.ColumnElement[bool],
    text: str,
    at: datetime.datetime | None,
) -> bool:
    done = session.execute(
        sa.update(tables.Protection)
        .where(tables.Protection.right_id == right_id, condition)
        .values(alarm=text, alarm_at=at)
    )
    return bool(typing.cast('sa.CursorResult[typing.Any]', done).rowcount)


@api.writer
def set_alarms(
    session: orm.Session,
    protection_ids: collections.abc.Collection[str],
    text: str,
    now: datetime.datetime,
) -> None:
    """Say the same of many; an equal text is kept."""
    for ids in base.chunks(protection_ids):
        session.execute(
            sa.update(tables.Protection)
            .where(
                tables.Protection.id.in_(ids), tables.Protection.alarm != text
            )
            .values(alarm=text, alarm_at=now if text else None)
        )


@api.writer
def orphan(
    session: orm.Session, protection_id: str, text: str, now: datetime.datetime
) -> None:
    """Take a protection whose server is gone out of the schedule."""
    session.execute(
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.status != model.ProtectionStatus.ORPHANED,
        )
        .values(
            status=model.ProtectionStatus.ORPHANED,
            next_run_at=None,
            next_drill_at=None,
            alarm=text,
            alarm_at=now,
        )
    )
