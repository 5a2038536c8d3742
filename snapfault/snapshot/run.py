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
from snapfault.snapshot import asking
from snapfault.snapshot import choosing
from snapfault.snapshot import grouped
from snapfault.snapshot import making
from snapfault.snapshot import plan
from snapfault.snapshot import rooted
from snapfault.snapshot import settle
from snapfault.snapshot import stopped

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for taking points."""

    creating_timeout: datetime.timedelta
    stop_timeout: datetime.timedelta
    attempts: int  #: how often a task is tried
    retry_delay: datetime.timedelta


@dataclasses.dataclass(frozen=True)
class Order:
    """One task to take a recovery point for, and all it needs to know."""

    task: model.Task
    protection: model.Protection
    policy: model.Policy
    in_use: frozenset[str]  #: ids of points a recovery reads from


class NoRoom(errors.QuotaExceeded):
    """Cinder's limits leave no room now; the message says what happens."""

    def __init__(self, message: str, *, making_room: bool) -> None:
        super().__init__(message)
        self.making_room = making_room  #: a point is on its way out


def take(
    database: api.Database,
    cloud: port.Cloud,
    project: port.Project,
    order: Order,
    calls: concurrent.futures.Executor,
    now: datetime.datetime,
) -> model.RecoveryPoint:
    """Ask for a snapshot of each volume of the service; do not wait.

    :param calls: runs the requests of one point at once, to keep the
        members close together in time
    :raises NoRoom: nothing was asked for
    :raises SnapfaultError: the point, where one was begun, is ``failed``
    """
    server = project.get_server(order.protection.server_id)
    if server.status == 'ERROR':
        # A point of a broken service would push out those from before.
        raise errors.ResourceFailed(
            f'server {server.id} is in ERROR: {server.fault or "no reason"}'
        )
    disks = read_disks(project, server.id)
    wanted = order.policy.consistency
    choice = choosing.choose(cloud, project, wanted, server, disks, now)
    point = plan.new_point(
        order.task, order.protection, server, disks, now, choice
    )
    _find_room(database, project, order, point, now)
    point = points.create(database, point)
    begun = asking.Tools(database, project, calls)
    asking.begin(begun, point, now, choice.group_id)
    return point


def read_disks(
    project: port.Project, server_id: str
) -> list[tuple[resource.Attachment, resource.Volume]]:
    """Read what is attached to a server, with the volumes themselves."""
    attachments = project.list_attachments(server_id)
    volumes = {volume.id: volume for volume in project.list_volumes()}
    unseen = [a for a in attachments if a.volume_id not in volumes]
    if unseen:
        raise errors.CloudConflict(
            f'volume {unseen[0].volume_id} is attached to server {server_id}'
            ' and not to be seen in its project'
        )
    return [(a, volumes[a.volume_id]) for a in attachments]


def _find_room(
    database: api.Database,
    project: port.Project,
    order: Order,
    point: model.RecoveryPoint,
    now: datetime.datetime,
) -> None:
    """Let the point go ahead, or send off one that makes room for it."""
    history = points.history(database, point.project_id, point.business_id)
    room = plan.make_room(
        history, point.members, project.get_headroom(), order.in_use
    )
    if room.enough:
        return
    leaving = [p for p in history if p.status is model.PointStatus.DELETING]
    if room.prune is not None and not leaving:
        send_off(database, history, [room.prune], now)
    raise NoRoom(
        f'{room.reason}: raise the Cinder quota of the project or lower the'
        " policy's quota",
        making_room=bool(leaving) or room.prune is not None,
    )


def settle_removal(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    found: collections.abc.Mapping[str, list[resource.Snapshot]],
    now: datetime.datetime,
) -> None:
    """Move a failed or pruned point on toward being gone."""
    if point.power in making.HELD:
        stopped.bring_back(database, project, point, now)
        return
    left = settle.removal(point, found, now)
    if left.done and point.root_image:
        left = rooted.removal(project, point, left, now)
    if left.done:
        points.move(
            database,
            point,
            model.PointStatus.DELETED,
            now=now,
            reason=point.reason,
        )
        LOG.info('Recovery point %s is deleted', point.id)
    elif left.refused and point.not_before is None:
        LOG.warning('Recovery point %s: %s', point.id, left.refused)
        points.move(
            database,
            point,
            point.status,
            now=now,
            reason=left.refused,
            not_before=settle.retry_at(point, now),
        )
    elif left.ask:
        _delete(database, project, point, left, now)


def _delete(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    left: settle.Removal,
    now: datetime.datetime,
) -> None:
    if point.not_before is not None:  # the wait after a refusal is over
        point = points.move(
            database, point, point.status, now=now, reason=point.reason
        )
    points.count_delete(database, [member.id for member, _ in left.ask])
    for whole in grouped.wholes(left):
        grouped.delete(project, whole)
    for _, snapshot in left.ask:
        if snapshot.group_snapshot_id is not None:
            continue
        try:
            project.delete_snapshot(snapshot.id)
        except errors.NotFound:
            LOG.debug('Snapshot %s was gone already', snapshot.id)
        except (errors.CloudConflict, errors.CloudRefused) as error:
            LOG.warning('Snapshot %s is not deleted: %s', snapshot.id, error)


def prune(
    database: api.Database, order: Order, now: datetime.datetime
) -> None:
    """Send off what the policy no longer keeps; removal follows later."""
    history = points.history(
        database, order.protection.project_id, order.protection.business_id
    )
    chosen = plan.prune(history, order.policy.quota, order.in_use)
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
