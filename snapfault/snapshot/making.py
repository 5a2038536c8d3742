"""Move on a point that is being made, at whatever level. Thin.

Called once a look, by the worker that holds the task: nothing waits here.
"""

import collections.abc
import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import makings
from snapfault.db import points
from snapfault.snapshot import asking
from snapfault.snapshot import grouped
from snapfault.snapshot import levels
from snapfault.snapshot import rooted
from snapfault.snapshot import settle
from snapfault.snapshot import stopped

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Look:
    """One look at a project's listing, and what acting on it takes."""

    tools: asking.Tools
    found: collections.abc.Mapping[str, list[resource.Snapshot]]  #: by marker
    wanted: rules.Consistency
    creating_timeout: datetime.timedelta
    stop_timeout: datetime.timedelta
    is_in_error: collections.abc.Callable[[str], bool]  #: read after ``found``
    now: datetime.datetime


def without_recovered(
    database: api.Database, unfinished: list[model.RecoveryPoint]
) -> list[model.RecoveryPoint]:
    """Leave out the points whose server a recovery stops and starts now.

    One that is held, or waits for its turn, may do so for days: until it
    begins the server runs.
    """
    if all(point.power not in model.HELD_POWER for point in unfinished):
        return unfinished
    in_recovery = journal.servers_at_work(database)
    return [
        point
        for point in unfinished
        if point.power not in model.HELD_POWER
        or point.server_id not in in_recovery
    ]


def go_on(look: Look, point: model.RecoveryPoint) -> model.RecoveryPoint:
    """Do the next act for a point, and give it as good once all is there.

    That it is good is not written: see ``points.call_good``.
    A server that was stopped is started as soon as no snapshot is
    ``creating`` any more; the point is good only when it runs again.
    """
    if point.power is model.Power.STOP and point.asked_at is None:
        return _approach(look, point)
    state = settle.making(point, look.found, look.now, look.creating_timeout)
    _record(look, point, state)
    done, failed = state.done, state.failed
    try:
        if state.taken and point.power in (
            model.Power.STOP,
            model.Power.FOUND,
        ):
            point = stopped.release(
                look.tools.database, look.tools.project, point, look.wanted
            )
    except levels.Unreachable as error:
        failed = failed or str(error)
    if failed:
        return _fail(look, point, failed)
    if point.power is model.Power.START:
        point = stopped.bring_back(
            look.tools.database, look.tools.project, point, look.now
        )
    if not done or grouped.stamp(look.tools.project, point, look.found):
        return point
    return _complete(look, point, state.skew)


def _approach(look: Look, point: model.RecoveryPoint) -> model.RecoveryPoint:
    """Have the server off, then ask for the snapshots."""
    point = stopped.approach(
        look.tools.database,
        look.tools.project,
        point,
        look.wanted,
        look.stop_timeout,
        look.now,
    )
    if point.asked_at is None or point.status is model.PointStatus.FAILED:
        return point
    try:
        asking.ask(look.tools, point, look.now)
    except errors.SnapfaultError as error:
        return dataclasses.replace(
            point, status=model.PointStatus.FAILED, reason=str(error)
        )
    return point


def _record(
    look: Look, point: model.RecoveryPoint, state: settle.Making
) -> None:
    """Note the ids whose answers were lost."""
    database = look.tools.database
    for member in point.members:
        if member.snapshot_id is None and member.id in state.seen:
            points.record_snapshot(database, member.id, state.seen[member.id])
    if point.level is rules.Level.GROUP and point.group_snapshot_id is None:
        wholes = {
            each.group_snapshot_id
            for member in point.members
            for each in look.found.get(member.id, [])
            if each.id == state.seen.get(member.id)
        }
        for whole in sorted(filter(None, wholes)):
            makings.record_group_snapshot(database, point.id, whole)


def _complete(
    look: Look, point: model.RecoveryPoint, skew: float | None
) -> model.RecoveryPoint:
    """Give a point as good whose snapshots are, once the rest is as well."""
    if point.root_image:
        image = rooted.making(
            look.tools.database,
            look.tools.project,
            point,
            look.now,
            look.creating_timeout,
        )
        if image.failed:
            return _fail(look, point, image.failed)
        if not image.done:
            return point
    if point.power is not model.Power.LEFT:
        return point
    if look.is_in_error(point.server_id):
        return _fail(
            look,
            point,
            'the server went to ERROR while its snapshots were taken',
        )
    return dataclasses.replace(point, status=model.PointStatus.GOOD, skew=skew)


def _fail(
    look: Look, point: model.RecoveryPoint, reason: str
) -> model.RecoveryPoint:
    return points.move(
        look.tools.database,
        point,
        model.PointStatus.FAILED,
        reason=reason,
        now=look.now,
    )
