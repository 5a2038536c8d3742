"""Move points on that are being made or removed, as a listing allows. Thin.

Nothing here waits: what is not there yet the next look may see.
"""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import points
from snapfault.snapshot import asking
from snapfault.snapshot import grouped
from snapfault.snapshot import making
from snapfault.snapshot import rooted
from snapfault.snapshot import settle
from snapfault.snapshot import sight as sights
from snapfault.snapshot import stopped

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Look:
    """One look at a project, and what acting on it takes."""

    database: api.Database
    sight: sights.Sight  #: read for this look alone
    found: collections.abc.Mapping[str, list[resource.Snapshot]]  #: by marker
    calls: concurrent.futures.Executor
    creating_timeout: datetime.timedelta
    stop_timeout: datetime.timedelta
    now: datetime.datetime


def settle_making(
    look: Look, point: model.RecoveryPoint, wanted: rules.Consistency
) -> model.RecoveryPoint:
    """Move a point that is being made on.

    Before it is called good the servers are listed once more, after the
    snapshots: a point of a service that failed meanwhile may hold the
    damage, and would push out the points from before it.
    """
    return making.go_on(
        making.Look(
            asking.Tools(look.database, look.sight.project, look.calls),
            look.found,
            wanted,
            look.creating_timeout,
            look.stop_timeout,
            lambda server_id: _is_in_error(look, server_id),
            look.now,
        ),
        point,
    )


def _is_in_error(look: Look, server_id: str) -> bool:
    """Ask the list, and the server itself where the list is silent.

    One that was deleted meanwhile did not fail: what was captured of it is
    as good as any, and all there is.
    """
    server = look.sight.servers().get(server_id)
    if server is None:
        try:
            server = look.sight.project.get_server(server_id)
        except errors.NotFound:
            return False
    return server.status == 'ERROR'


def settle_removal(look: Look, point: model.RecoveryPoint) -> None:
    """Move a failed or pruned point on toward being gone."""
    if point.power in model.HELD_POWER:
        stopped.bring_back(look.database, look.sight.project, point, look.now)
        return
    left = settle.removal(point, look.found, look.now)
    if left.done and point.root_image:
        _settle_image(look, point)
    elif left.done:
        _is_gone(look, point)
    elif left.refused is not None and point.not_before is None:
        _back_off(look, point, left.refused)
    elif left.ask:
        _delete(look, point, left)


def _is_gone(look: Look, point: model.RecoveryPoint) -> None:
    points.move(
        look.database,
        point,
        model.PointStatus.DELETED,
        now=look.now,
        reason=point.reason,
    )
    LOG.info('Recovery point %s is deleted', point.id)


def _settle_image(look: Look, point: model.RecoveryPoint) -> None:
    """Remove the root image, which is the last to go."""
    done, refused = rooted.remove(look.sight.project, point, look.now)
    if done:
        _is_gone(look, point)
    elif refused:
        points.count_delete(look.database, point.members)
        _put_off(look, point, refused)


def _back_off(
    look: Look, point: model.RecoveryPoint, refused: resource.Snapshot
) -> None:
    """Put a refusal on record, in Cinder's words if it has any."""
    reason = settle.refusal(refused)
    try:
        message = look.sight.project.last_message(refused.id)
    except errors.SnapfaultError as error:
        LOG.debug('No message on snapshot %s: %s', refused.id, error)
    else:
        reason += f' ({message})' if message else ''
    _put_off(look, point, reason)


def _put_off(look: Look, point: model.RecoveryPoint, reason: str) -> None:
    LOG.warning('Recovery point %s: %s', point.id, reason)
    points.move(
        look.database,
        point,
        point.status,
        now=look.now,
        reason=reason,
        not_before=settle.retry_at(point, look.now),
    )


def _delete(
    look: Look, point: model.RecoveryPoint, left: settle.Removal
) -> None:
    """Ask for the deletes at once; of two workers one gets to."""
    if point.not_before is not None:  # the wait after a refusal is over
        point = points.move(
            look.database,
            point,
            point.status,
            now=look.now,
            reason=point.reason,
        )
    if not points.count_delete(
        look.database, [member for member, _ in left.ask]
    ):
        return
    project = look.sight.project

    def delete(snapshot: resource.Snapshot) -> None:
        _ask_to_delete(project, snapshot)

    def delete_whole(group_snapshot_id: str) -> None:
        grouped.delete(project, group_snapshot_id)

    asked = [look.calls.submit(delete_whole, e) for e in grouped.wholes(left)]
    asked += [
        look.calls.submit(delete, each)
        for _, each in left.ask
        if each.group_snapshot_id is None
    ]
    concurrent.futures.wait(asked)
    for future in asked:
        future.result()


def _ask_to_delete(project: port.Project, snapshot: resource.Snapshot) -> None:
    try:
        project.delete_snapshot(snapshot.id)
    except errors.NotFound:
        LOG.debug('Snapshot %s was gone already', snapshot.id)
    except (errors.CloudConflict, errors.CloudRefused) as error:
        LOG.warning('Snapshot %s is not deleted: %s', snapshot.id, error)
