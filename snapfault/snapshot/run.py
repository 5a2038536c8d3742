"""Take recovery points and remove what the quota no longer keeps. Thin.

Each change of the cloud is preceded by a row that says it is meant, and is
found again by the marker in the resource's metadata (invariant 3), so that
any of these functions may be cut off anywhere and called again.
"""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import points
from snapfault.snapshot import admit
from snapfault.snapshot import asking
from snapfault.snapshot import choosing
from snapfault.snapshot import disks
from snapfault.snapshot import pace
from snapfault.snapshot import plan
from snapfault.snapshot import retain
from snapfault.snapshot import room as rooms
from snapfault.snapshot import sight as sights
from snapfault.snapshot import victim

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for taking points."""

    creating_timeout: datetime.timedelta
    stop_timeout: datetime.timedelta
    attempts: int  #: how often a task is tried
    retry_delay: datetime.timedelta
    pace: pace.Bounds
    under_way: admit.Bounds
    #: How many removals that Cinder refused may stand before no further
    #: point goes to make room.
    refusals: int
    reconcile: datetime.timedelta  #: between two; zero: never
    count_gigabytes: bool = True  #: snapshots use up that quota too


@dataclasses.dataclass(frozen=True)
class Order:
    """One task to take a recovery point for, and all it needs to know."""

    task: model.Task
    protection: model.Protection
    policy: model.Policy
    in_use: frozenset[str]  #: ids of points that are read from
    failures: int = 0  #: failed runs since the last one that was done


class NoRoom(errors.QuotaExceeded):
    """Cinder's limits leave no room now; the message says what happens."""

    def __init__(self, message: str, *, making_room: bool) -> None:
        super().__init__(message)
        self.making_room = making_room  #: a point is on its way out


class ServerGone(errors.NotFound):
    """Nova says of the protected server that there is none."""


@dataclasses.dataclass(frozen=True)
class Tools:
    """What taking a point takes."""

    database: api.Database
    cloud: port.Cloud
    project: port.Project  #: by the protection's own right
    sight: sights.Sight
    calls: concurrent.futures.Executor  #: requests of one point at once
    settings: Settings


def take(
    tools: Tools, order: Order, now: datetime.datetime
) -> model.RecoveryPoint:
    """Ask for a snapshot of each volume of the service; do not wait.

    What was read a moment ago may have gone since, so a 404 on the way is
    looked into.

    :raises ServerGone: there is no such server any more
    :raises Unreachable: nothing was asked for: the level cannot be had
    :raises NoRoom: nothing was asked for
    :raises CloudConflict: something else has gone: another try sees it
    :raises SnapfaultError: the point, where one was begun, is ``failed``
    """
    try:
        return _take(tools, order, now)
    except ServerGone:
        raise
    except errors.NotFound as error:
        find_server(tools.project, order.protection.server_id)
        raise errors.CloudConflict(
            f'{error}: it was there a moment ago'
        ) from error


def _take(
    tools: Tools, order: Order, now: datetime.datetime
) -> model.RecoveryPoint:
    protection = order.protection
    history = points.history(
        tools.database, protection.project_id, protection.business_id
    )
    server = read_server(tools, protection.server_id)
    seen = disks.read(tools.project, tools.sight, server, history)
    choice = choosing.choose(
        tools.cloud,
        tools.sight,
        order.policy.consistency,
        server,
        seen,
        now,
    )
    point = plan.new_point(order.task, protection, server, seen, now, choice)
    _find_room(tools, order, point, history, now)
    point = points.create(tools.database, point)
    begun = asking.Tools(tools.database, tools.project, tools.calls)
    asking.begin(begun, point, now, choice.group_id)
    return point


def read_server(tools: Tools, server_id: str) -> resource.Server:
    """Find the server, and see that it may be captured.

    :raises ServerGone: see :func:`find_server`
    :raises ResourceFailed: it is in ERROR: a point of a broken service
        would push out those from before
    """
    server = tools.sight.servers().get(server_id)
    if server is None:
        server = find_server(tools.project, server_id)
    if server.status == 'ERROR':
        raise errors.ResourceFailed(
            f'server {server.id} is in ERROR: {server.fault or "no reason"}'
        )
    return server


def find_server(project: port.Project, server_id: str) -> resource.Server:
    """Ask for a server by itself, with a token fetched for this.

    :raises ServerGone: Nova knows none; neither a dead right nor a part of
        the cloud that is away looks so
    """
    project.check()
    try:
        return project.get_server(server_id)
    except errors.NotFound as error:
        raise ServerGone(str(error)) from error


def wish(sight: sights.Sight, task: model.Task, server_id: str) -> admit.Wish:
    """Say which snapshots a task would have made, as far as is known."""
    server = sight.servers().get(server_id)
    types: list[str | None] = []
    if server is not None and server.status != 'ERROR':
        volumes = sight.volumes()
        for each in server.attached:
            volume = volumes.get(each.volume_id)
            types.append(volume.volume_type if volume else None)
    return admit.Wish(task.id, task.project_id, tuple(types))


def _find_room(
    tools: Tools,
    order: Order,
    point: model.RecoveryPoint,
    history: collections.abc.Collection[model.RecoveryPoint],
    now: datetime.datetime,
) -> None:
    """Let the point go ahead, or send off one that makes room for it.

    :raises NoRoom: there is none now
    """
    held = victim.Held(order.in_use, order.failures, tools.settings.refusals)

    def decide(left: resource.Headroom) -> victim.Room:
        if not tools.settings.count_gigabytes:
            left = rooms.countless(left)
        return victim.make_room(history, point, left, order.policy.quota, held)

    room = tools.sight.take_room(point.members, decide)
    if room.enough:
        return
    if room.prune is not None:
        send_off(tools.database, history, [room.prune], now)
    raise NoRoom(
        f'{room.reason}: raise the Cinder quota of the project or lower the'
        " policy's quota",
        making_room=room.leaving,
    )


def prune(
    database: api.Database,
    order: Order,
    history: collections.abc.Collection[model.RecoveryPoint],
    now: datetime.datetime,
    made_at: datetime.datetime | None,
) -> None:
    """Send off what the policy no longer keeps; removal follows later.

    Nothing goes for its age while our clock and Cinder's disagree.

    :param history: of the service, with the point that was just made
    :param made_at: when that one was made, by Cinder's clock; None: it is
        not known, and nothing goes for its age
    """
    quota = order.policy.quota
    if retain.is_astray(now, made_at):
        quota = retain.ageless(quota)
        if made_at is not None:
            LOG.warning(
                'It is %s here and the snapshots of %s were made at %s by'
                " Cinder's clock: none of its points goes for its age",
                now,
                order.protection.business_id,
                made_at,
            )
    chosen = plan.prune(history, quota, now, order.in_use)
    send_off(database, history, chosen, now)


def send_off(
    database: api.Database,
    history: collections.abc.Iterable[model.RecoveryPoint],
    chosen: collections.abc.Iterable[plan.Prune],
    now: datetime.datetime,
) -> None:
    """Move the chosen points to ``deleting``; another worker may have."""
    by_id = {point.id: point for point in history}
    for each in chosen:
        try:
            points.move(
                database,
                by_id[each.point_id],
                model.PointStatus.DELETING,
                now=now,
                reason=each.reason,
            )
        except errors.Conflict:
            LOG.debug('Recovery point %s was moved on', each.point_id)
        else:
            LOG.info('Recovery point %s goes: %s', each.point_id, each.reason)
