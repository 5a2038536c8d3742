"""Counts over all projects, for an operator: a few statements for all."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import columns
from snapfault.db import seconds
from snapfault.db import tables

#: Of each noun: its table, and the times between which it takes.
NOUNS: typing.Final[dict[str, tuple[typing.Any, str, str]]] = {
    'tasks': (tables.Task, 'created_at', 'finished_at'),
    'recovery_points': (tables.Point, 'created_at', 'completed_at'),
    'recoveries': (tables.Recovery, 'created_at', 'finished_at'),
    'drills': (tables.Drill, 'created_at', 'finished_at'),
}
_STANDING: typing.Final = {
    'tasks': ('waiting', 'running'),
    'recovery_points': ('creating', 'good', 'failed', 'deleting', 'lost'),
    'recoveries': ('held', 'waiting', 'running'),
    'drills': ('waiting', 'running'),
}


@api.reader
def standing(session: orm.Session, noun: str) -> dict[str, int]:
    """Count by status what is not over; a status without any has zero."""
    table, _, _ = NOUNS[noun]
    found = dict.fromkeys(_STANDING[noun], 0)
    found.update(
        (each[0], each[1])
        for each in session.execute(
            sa.select(table.status, sa.func.count())
            .where(table.status.in_(_STANDING[noun]))
            .group_by(table.status)
        )
    )
    return found


@api.reader
def ended(
    session: orm.Session, noun: str, since: datetime.datetime
) -> dict[str, model.Ended]:
    """Count by status what has ended since then, and how long it took."""
    table, begin, end = NOUNS[noun]
    took = seconds.between(getattr(table, begin), getattr(table, end))
    rows = session.execute(
        sa.select(
            table.status, sa.func.count(), sa.func.sum(took), sa.func.max(took)
        )
        .where(getattr(table, end) > since)
        .group_by(table.status)
    )
    return {
        each[0]: model.Ended(each[1], float(each[2] or 0), float(each[3] or 0))
        for each in rows
    }


@api.reader
def snapshots_made(session: orm.Session, since: datetime.datetime) -> int:
    """Count the snapshots of points completed since then."""
    query = (
        sa.select(sa.func.count())
        .select_from(tables.Member)
        .join(tables.Point, tables.Point.id == tables.Member.point_id)
        .where(tables.Point.completed_at > since)
    )
    return session.scalar(query) or 0


@api.reader
def queue(
    session: orm.Session, now: datetime.datetime
) -> tuple[int, datetime.datetime | None]:
    """Count the tasks that might begin now; the time of the oldest too."""
    table = tables.Task
    found = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.min(table.scheduled_at, type_=columns.Utc()),
        ).where(
            table.status == model.TaskStatus.WAITING, table.not_before <= now
        )
    ).one()
    return found[0], found[1]


@api.reader
def alarmed(
    session: orm.Session, texts: collections.abc.Iterable[str]
) -> tuple[int, int]:
    """Count protections with an alarm, and those whose has such a text."""
    alarm = tables.Protection.alarm
    told = [alarm.contains(each, autoescape=True) for each in texts]
    found = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((sa.or_(*told), 1))),
        ).where(alarm != '')
    ).one()
    return found[0], found[1]


@api.reader
def kept(session: orm.Session) -> dict[str, int]:
    """Count what recoveries keep, by what is to become of it."""
    found = {'kept': 0, 'removing': 0}
    rows = session.execute(
        sa.select(tables.Kept.status, sa.func.count())
        .where(tables.Kept.status.in_(list(found)))
        .group_by(tables.Kept.status)
    )
    found.update((each[0], each[1]) for each in rows)
    return found


@api.reader
def ages(session: orm.Session) -> list[model.Age]:
    """Give how old each protection's last good point is, in two statements.

    Joined here: for a subquery SQLite would read all good points for each
    protection.
    """
    table, point = tables.Protection, tables.Point
    good = session.execute(
        sa.select(
            point.project_id,
            point.business_id,
            sa.func.max(point.completed_at, type_=columns.Utc()),
        )
        .where(point.status == model.PointStatus.GOOD)
        .group_by(point.project_id, point.business_id)
    )
    last = {(each[0], each[1]): each[2] for each in good}
    rows = session.execute(
        sa.select(
            table.id,
            table.project_id,
            table.policy_id,
            table.status,
            table.business_id,
            table.created_at,
        )
    )
    return [
        model.Age(*each[:4], last.get((each[1], each[4])), each[5])
        for each in rows
    ]


@api.reader
def objectives(session: orm.Session) -> dict[str, int]:
    """Give the seconds that each policy allows, of those that say so."""
    rows = session.execute(sa.select(tables.Policy.id, tables.Policy.rules))
    found: dict[str, int] = {}
    for policy_id, rules in rows:
        if isinstance(rules, collections.abc.Mapping) and rules.get('rpo'):
            found[policy_id] = int(rules['rpo'])
    return found
