"""The journal of a drill: what is meant, what became of it, what it says."""

import dataclasses
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import base
from snapfault.db import drill_claims
from snapfault.db import news
from snapfault.db import point_guards
from snapfault.db import tables


@api.writer
def begin(
    session: orm.Session,
    drill: model.Drill,
    point_id: str,
    steps: tuple[model.StepRecord, ...],
) -> model.Drill:
    """Write which point is rehearsed, and the first steps.

    The point is locked and stays from then on: nothing that a drill reads
    from is removed.

    :raises LeaseLost: another worker holds the drill
    :raises Conflict: the point is not good any more, or there is a journal
    """
    held = drill_claims.hold(session, drill, point_id=point_id)
    status = point_guards.lock(session, point_id)
    if status != model.PointStatus.GOOD:
        raise errors.Conflict(f'recovery point {point_id} is {status}')
    return _write(session, held, steps)


@api.writer
def go_on(
    session: orm.Session,
    drill: model.Drill,
    steps: tuple[model.StepRecord, ...],
) -> model.Drill:
    """Write further steps, before the first of them is taken.

    :raises LeaseLost: another worker holds the drill
    """
    held = drill_claims.hold(session, drill, reason=drill.reason)
    return _write(session, held, steps)


@api.writer
def again(
    session: orm.Session, drill: model.Drill, names: frozenset[str]
) -> model.Drill:
    """Have the steps of these names taken once more that failed.

    :returns: the drill, with its journal read afresh
    :raises LeaseLost: another worker holds the drill
    """
    drill_claims.hold(session, drill, reason=drill.reason)
    session.execute(
        sa.update(tables.DrillStep)
        .where(
            tables.DrillStep.drill_id == drill.id,
            tables.DrillStep.name.in_(names),
            tables.DrillStep.status == model.StepStatus.FAILED,
        )
        .values(status=model.StepStatus.PLANNED, finished_at=None)
    )
    row = session.get_one(tables.Drill, drill.id)
    return typing.cast('model.Drill', base.read(row))


def _write(
    session: orm.Session,
    drill: model.Drill,
    steps: tuple[model.StepRecord, ...],
) -> model.Drill:
    session.add_all(
        tables.DrillStep(
            drill_id=drill.id, **base.values(each, model.StepRecord)
        )
        for each in steps
    )
    base.flush(session, f'drill {drill.id} has these steps already')
    return dataclasses.replace(drill, steps=(*drill.steps, *steps))


@api.writer
def conclude(
    session: orm.Session,
    drill: model.Drill,
    outcome: model.DrillStatus,
    reason: str,
    took: float | None,
    now: datetime.datetime,
) -> model.Drill:
    """Write what a drill has shown, on its point too, once.

    :returns: the drill, with its journal read afresh
    :raises LeaseLost: another worker holds the drill
    """
    drill_claims.hold(
        session, drill, outcome=outcome, reason=reason, took=took
    )
    row = session.get_one(tables.Drill, drill.id)
    says: dict[str, typing.Any] = {}
    if outcome is model.DrillStatus.DONE:
        says = {'proof': model.Proof.PROVEN, 'proof_at': now}
        if took is not None:
            says['rto'] = took
    elif outcome is model.DrillStatus.FAILED:
        says = {'proof': model.Proof.DISPROVEN, 'proof_at': now}
    if says:
        session.execute(
            sa.update(tables.Point)
            .where(tables.Point.id == row.point_id)
            .values(**says)
        )
    return typing.cast('model.Drill', base.read(row))


@api.writer
def finish(
    session: orm.Session,
    drill: model.Drill,
    now: datetime.datetime,
) -> model.Drill:
    """End a drill that has an outcome, and let the service have another.

    :raises LeaseLost: another worker holds it
    """
    assert drill.outcome is not None  # conclude() came before
    base.check_move(moves.DRILL, drill.status, drill.outcome)
    ended = drill_claims.hold(
        session,
        drill,
        status=drill.outcome,
        finished_at=now,
        claimed_by=None,
        lease_until=None,
        open_protection_id=None,
    )
    news.moved(session, 'drill', ended, now)
    return ended
