"""How long the steps of past recoveries took."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import tables

RECOVERIES = 50  #: the newest, whose steps are looked at


@api.reader
def of_project(
    session: orm.Session, project_id: str
) -> dict[str, list[float]]:
    """Give the seconds that each kind of step took, in two statements.

    Steps that were found done, and so were never begun, tell nothing.
    """
    newest = session.scalars(
        sa.select(tables.Recovery.id)
        .where(tables.Recovery.project_id == project_id)
        .order_by(tables.Recovery.created_at.desc(), tables.Recovery.id)
        .limit(RECOVERIES)
    ).all()
    rows = session.execute(
        sa.select(
            tables.Step.name, tables.Step.started_at, tables.Step.finished_at
        ).where(
            tables.Step.recovery_id.in_(newest),
            tables.Step.status == model.StepStatus.DONE,
            tables.Step.started_at.is_not(None),
            tables.Step.finished_at.is_not(None),
        )
    )
    found: dict[str, list[float]] = {}
    for name, started_at, finished_at in rows:
        assert started_at is not None  # the query has looked
        assert finished_at is not None
        took = (finished_at - started_at).total_seconds()
        found.setdefault(name, []).append(took)
    return found
