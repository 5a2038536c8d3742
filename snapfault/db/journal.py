"""The journal of a recovery: what is meant, and what became of it."""

import dataclasses
import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import recoveries
from snapfault.db import tables


@api.writer
def write(
    session: orm.Session,
    recovery: model.Recovery,
    point_id: str | None,
    steps: tuple[model.StepRecord, ...],
) -> model.Recovery:
    """Write the plan, once.

    :raises LeaseLost: another worker holds it
    :raises Conflict: it has a plan
    """
    held = recoveries.hold(session, recovery, point_id=point_id)
    session.add_all(
        tables.Step(
            recovery_id=recovery.id, **base.values(each, model.StepRecord)
        )
        for each in steps
    )
    base.flush(session, f'recovery {recovery.id} has a plan already')
    return dataclasses.replace(held, steps=steps)


@api.writer
def step_started(
    session: orm.Session,
    recovery: model.Recovery,
    position: int,
    now: datetime.datetime,
) -> None:
    """Note a step as meant, before the cloud is asked.

    :raises LeaseLost: another worker holds the recovery
    """
    recoveries.hold(session, recovery, reason=recovery.reason)
    session.execute(
        _step(recovery, position)
        .where(tables.Step.started_at.is_(None))
        .values(status=model.StepStatus.STARTED, started_at=now)
    )


@api.writer
def step_finished(
    session: orm.Session,
    recovery: model.Recovery,
    position: int,
    status: model.StepStatus,
    detail: str,
    now: datetime.datetime,
) -> None:
    """Note how a step ended.

    :raises LeaseLost: another worker holds the recovery
    """
    recoveries.hold(session, recovery, reason=recovery.reason)
    session.execute(
        _step(recovery, position).values(
            status=status, detail=detail, finished_at=now
        )
    )


def _step(recovery: model.Recovery, position: int) -> sa.Update:
    return sa.update(tables.Step).where(
        tables.Step.recovery_id == recovery.id,
        tables.Step.position == position,
    )
