"""Workers: their signs of life, and what each holds."""

import dataclasses
import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables


@api.writer
def note(
    session: orm.Session, worker: model.Worker, now: datetime.datetime
) -> None:
    """Note a sign of life; the first one makes the row.

    One statement, but for the first.
    """
    seen = sa.update(tables.Worker).where(tables.Worker.id == worker.id)
    if base.swapped(session, seen.values(seen_at=now, stopped_at=None)):
        return
    values = base.values(worker, model.Worker) | {'seen_at': now}
    session.add(tables.Worker(**values))


@api.writer
def leave(
    session: orm.Session, worker_id: str, now: datetime.datetime
) -> None:
    """Note that it has stopped."""
    session.execute(
        sa.update(tables.Worker)
        .where(tables.Worker.id == worker_id)
        .values(seen_at=now, stopped_at=now)
    )


@api.writer
def forget(session: orm.Session, before: datetime.datetime) -> None:
    """Remove those that gave no sign of life since then."""
    session.execute(
        sa.delete(tables.Worker).where(tables.Worker.seen_at < before)
    )


@api.reader
def all_of_them(session: orm.Session) -> list[model.Worker]:
    """List the workers, the longest at work first."""
    rows = session.scalars(
        sa.select(tables.Worker).order_by(
            tables.Worker.started_at, tables.Worker.id
        )
    )
    return base.read_all(rows)


@api.reader
def holdings(session: orm.Session) -> dict[str, model.Holdings]:
    """Count what each holds, in three statements; one without is left out.

    Its lease may be over: what a worker left that died is another's only
    once that one has it.
    """
    found: dict[str, model.Holdings] = {}
    for name, table in (
        ('tasks', tables.Task),
        ('recoveries', tables.Recovery),
        ('drills', tables.Drill),
    ):
        rows = session.execute(
            sa.select(table.claimed_by, sa.func.count())
            .where(table.status == 'running', table.claimed_by.is_not(None))
            .group_by(table.claimed_by)
        )
        for worker_id, count in rows:
            assert worker_id is not None  # the query has looked
            before = found.get(worker_id, model.NOTHING)
            found[worker_id] = dataclasses.replace(before, **{name: count})
    return found
