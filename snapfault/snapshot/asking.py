"""Ask for all that a recovery point is made of, at once. Thin."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import functools

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import points
from snapfault.snapshot import grouped
from snapfault.snapshot import marks
from snapfault.snapshot import plan
from snapfault.snapshot import rooted
from snapfault.snapshot import stopped

Job = collections.abc.Callable[[], None]


@dataclasses.dataclass(frozen=True)
class Tools:
    """What asking takes."""

    database: api.Database
    project: port.Project
    #: Runs the requests of one point at once, to keep the members close
    #: together in time.
    calls: concurrent.futures.Executor


def begin(
    tools: Tools,
    point: model.RecoveryPoint,
    now: datetime.datetime,
    group_id: str | None = None,
) -> None:
    """Ask for a new point's first act: a stop, or its snapshots.

    :raises SnapfaultError: it was refused; the point is ``failed``
    """
    if point.power is not model.Power.STOP:
        ask(tools, point, now, group_id)
        return
    try:
        stopped.stop(tools.project, point)
    except errors.SnapfaultError as error:
        _fail(tools, point, error, now)
        raise


def ask(
    tools: Tools,
    point: model.RecoveryPoint,
    now: datetime.datetime,
    group_id: str | None = None,
) -> None:
    """Post all creates at once and note each answer.

    :param group_id: what to take a snapshot of, at the level ``group``
    :raises SnapfaultError: the first refusal, after all were answered; the
        point is ``failed``
    """
    asked = [
        tools.calls.submit(each) for each in _jobs(tools, point, group_id)
    ]
    concurrent.futures.wait(asked)
    try:
        for future in asked:
            future.result()
    except errors.SnapfaultError as error:
        _fail(tools, point, error, now)
        raise


def _fail(
    tools: Tools,
    point: model.RecoveryPoint,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> None:
    points.move(
        tools.database,
        point,
        model.PointStatus.FAILED,
        reason=str(error),
        now=now,
    )


def _jobs(
    tools: Tools, point: model.RecoveryPoint, group_id: str | None
) -> collections.abc.Iterator[Job]:
    whole = (tools.database, tools.project, point)
    if point.level is rules.Level.GROUP and group_id is not None:
        yield functools.partial(grouped.ask, *whole, group_id)
    else:
        for member in point.members:
            yield functools.partial(_create, tools, point, member)
    if point.root_image:
        yield functools.partial(rooted.ask, *whole)


def _create(
    tools: Tools, point: model.RecoveryPoint, member: model.Member
) -> None:
    made = tools.project.create_snapshot(
        member.volume_id, marks.name(point), plan.metadata(point, member)
    )
    points.record_snapshot(tools.database, member.id, made.id)
