"""Stop a server for its recovery point, and start it again. Thin.

Nothing waits here: each function does one act and is called again at the
next tick, by whichever worker holds the task then. A server that was stopped
is started again whatever becomes of the point.
"""

import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import makings
from snapfault.db import points
from snapfault.db import protections
from snapfault.snapshot import levels
from snapfault.snapshot import stopping

LOG = logging.getLogger(__name__)

#: Between two requests to start a server that refuses to.
PAUSE = datetime.timedelta(seconds=10)


def stop(project: port.Project, point: model.RecoveryPoint) -> None:
    """Ask Nova to stop the server; what it makes of it is looked at later."""
    LOG.info(
        'Server %s is stopped for recovery point %s', point.server_id, point.id
    )
    try:
        project.stop_server(point.server_id)
    except (errors.CloudConflict, errors.CloudUnavailable) as error:
        LOG.warning('Server %s does not stop: %s', point.server_id, error)


def approach(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    wanted: rules.Consistency,
    limit: datetime.timedelta,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    """Go on with a point whose server is to be off before it is taken.

    :returns: the point; its snapshots are to be asked for at once if it has
        an ``asked_at`` now
    """
    try:
        server = project.get_server(point.server_id)
    except errors.NotFound as error:
        return _fail(database, point, error, now)
    following = stopping.before(point, server, now, limit)
    if following.act is stopping.Act.STOP:
        stop(project, point)
    elif following.act is stopping.Act.TAKE:
        return makings.begin(database, point, now)
    elif following.act is stopping.Act.GIVE_UP:
        return _give_up(database, point, wanted, following.reason, now)
    return point


def _fail(
    database: api.Database,
    point: model.RecoveryPoint,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    status = model.PointStatus.FAILED
    return points.move(database, point, status, reason=str(error), now=now)


def _give_up(
    database: api.Database,
    point: model.RecoveryPoint,
    wanted: rules.Consistency,
    reason: str,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    try:
        choice = levels.fall_back(wanted, reason)
    except levels.Unreachable as error:
        return _fail(database, point, error, now)
    point = makings.degrade(database, point, choice.level, choice.reason)
    point = makings.set_power(database, point, model.Power.START)
    return makings.begin(database, point, now)


def release(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    wanted: rules.Consistency,
) -> model.RecoveryPoint:
    """End the time in which the server has to be off.

    :raises Unreachable: it was not off all the time, and nothing less than
        that will do
    """
    if point.level is rules.Level.STOPPED:
        strayed = stopping.strayed(_find(project, point))
        if strayed:
            choice = levels.fall_back(wanted, strayed)
            point = makings.degrade(
                database, point, choice.level, choice.reason
            )
    stopped = point.power is model.Power.STOP
    power = model.Power.START if stopped else model.Power.LEFT
    return makings.set_power(database, point, power)


def _find(
    project: port.Project, point: model.RecoveryPoint
) -> resource.Server | None:
    try:
        return project.get_server(point.server_id)
    except errors.NotFound:
        return None


def bring_back(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    """Start a server that was stopped, until it was seen to run.

    One in ERROR, or in other hands, is left as it is.
    """
    if point.power is model.Power.STOP:
        point = makings.set_power(database, point, model.Power.START)
    server = _find(project, point)
    if server is None:
        return makings.set_power(database, point, model.Power.LEFT)
    following = stopping.after(server)
    if following.act is stopping.Act.START:
        return _start(database, project, point, now)
    if following.act is stopping.Act.LEAVE:
        LOG.info(
            'Server %s is %s after recovery point %s',
            server.id,
            server.status,
            point.id,
        )
        point = makings.set_power(database, point, model.Power.LEFT)
        alarms.clear(database, point.protection_id, alarm(point))
    return point


def _start(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    try:
        project.start_server(point.server_id)
    except (errors.CloudConflict, errors.CloudRefused) as error:
        LOG.warning('%s: %s', alarm(point), error)
        protections.set_alarm(
            database, point.protection_id, f'{alarm(point)}: {error}', now
        )
        return points.move(
            database,
            point,
            point.status,
            now=now,
            reason=point.reason,
            not_before=now + PAUSE,
        )
    return point


def alarm(point: model.RecoveryPoint) -> str:
    """Say what a person must know while a server cannot be started."""
    return (
        f'server {point.server_id} was stopped for recovery point {point.id}'
        ' and cannot be started again'
    )
