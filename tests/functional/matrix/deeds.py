"""What somebody does in the middle of a recovery, in all innocence or not."""

from collections import abc
import contextlib
import dataclasses

from snapfault import errors
from snapfault import model
from snapfault.cycle import leave
from snapfault.db import endings
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from snapfault.recover import opening
from tests import build
from tests.functional import stage as stages

DONE = model.RecoveryStatus.DONE


@dataclasses.dataclass(frozen=True)
class Deed:
    """What somebody does in the middle of a recovery.

    ``do`` gives a sentence where the service let it do what it must not.
    """

    name: str
    do: abc.Callable[[stages.Stage], str | None]
    harms: bool = False  #: the recovery may fail of it, and then says why
    takes: bool = False  #: it may take what was there before
    mends: bool = False  #: what began by itself has nothing to do any more


def _second_worker(stage):
    (taken,) = stage.recoveries()
    until = stage.now + stages.LEASE
    claimed = recoveries.claim(
        stage.database, taken, 'thief', stage.now, until
    )
    return 'another worker has claimed it' if claimed else None


def _lease_over(stage):
    stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    ended = stage.recover(worker='worker-2')
    return None if ended.status is DONE else f'{ended.status}: {ended.reason}'


def _asked_again(stage):
    automatic = dataclasses.replace(
        build.recovery(
            id='recovery-x',
            status=model.RecoveryStatus.WAITING,
            generation=0,
            claimed_by=None,
            lease_until=None,
            protection_id=stage.protection().id,
            server_id=stage.servers['shop'].id,
        ),
        automatic=True,
    )
    for ask in (
        stage.ask_for_recovery,
        lambda: opening.open_recovery(
            stage.database, automatic, stage.limits, stage.now
        ),
    ):
        try:
            ask()
        except errors.Conflict:
            continue
        return 'a second recovery is open'
    return None


def _policy_changed(stage):
    policies.update(
        stage.database,
        dataclasses.replace(
            stage.policy,
            recovery=dataclasses.replace(
                stage.policy.recovery,
                automatic=False,
                margin=7200,
                steps_back=0,
            ),
        ),
    )


def _protection_deleted(stage):
    owner = stage.protection()
    ending = endings.end(stage.database, build.PROJECT, owner.id, stage.now)
    leave.look(stage.database, stage.cloud, stage.now)
    if ending is None or not protections.by_ids(stage.database, [owner.id]):
        return 'the protection was deleted under a recovery'
    return None


def _backup_due(stage):
    with contextlib.suppress(errors.Conflict):
        tasks.create_now(stage.database, stage.protection(), stage.now)
    before = len(stage.history())
    stage.tick()
    more = len(stage.history()) > before
    return 'a backup begins within the recovery' if more else None


def _stopped(stage):
    (running,) = stage.recoveries()
    with contextlib.suppress(errors.Conflict):
        recoveries.ask_abort(stage.database, running, stage.now)


def _server_deleted(stage):
    """With it go its volumes, to that person."""
    server = stage.servers['shop']
    with contextlib.suppress(errors.SnapfaultError):
        stage.cloud.nova.delete_server(build.PROJECT, server.id)
        stage.taken.update(server.attachments)


def _server_locked(stage):
    stage.servers['shop'].locked = True


def _server_mended(stage):
    """Bring it back from ERROR; once it is being rebuilt, nobody can."""
    server = stage.servers['shop']
    if server.status == 'ERROR':
        server.status, server.task_state = 'ACTIVE', None


def _volume_detached(stage):
    server = stage.servers['shop']
    for volume_id in list(server.attachments)[:1]:
        with contextlib.suppress(errors.SnapfaultError):
            stage.cloud.nova.detach_volume(build.PROJECT, server.id, volume_id)
            stage.taken.add(volume_id)


def _volume_deleted(stage):
    """Delete what Cinder lets go: the clones, until they are attached."""
    for volume_id in list(stage.cloud.world.volumes):
        with contextlib.suppress(errors.SnapfaultError):
            stage.cloud.cinder.delete_volume(build.PROJECT, volume_id)
            return


def _snapshot_deleted(stage):
    for point in stage.good()[:1]:
        with contextlib.suppress(errors.SnapfaultError):
            stage.cloud.cinder.delete_snapshot(
                build.PROJECT, point.members[0].snapshot_id
            )


def _point_deleted(stage):
    """Have the newest point removed; there is another good one beside it."""
    point = stage.good()[0]
    try:
        points.move(
            stage.database, point, model.PointStatus.DELETING, now=stage.now
        )
    except errors.Conflict:
        return None
    (recovery,) = stage.recoveries()
    stage.sent_off |= {each.snapshot_id for each in point.members}
    stage.tick(3)
    if point.id in {each.point_id for each in recovery.attempts}:
        return f'point {point.id} may go, which the recovery reads from'
    return None


DEEDS = (
    Deed('a second worker', _second_worker),
    Deed('the lease is over', _lease_over),
    Deed('asked for again', _asked_again),
    Deed('the policy is changed', _policy_changed),
    Deed('the protection is deleted', _protection_deleted),
    Deed('the point is deleted', _point_deleted),
    Deed('a backup is due', _backup_due),
    Deed('the server is mended', _server_mended, mends=True),
    Deed('a person stops it', _stopped, harms=True),
    Deed('the server is deleted', _server_deleted, harms=True, takes=True),
    Deed('the server is locked', _server_locked, harms=True),
    Deed('a volume is detached', _volume_detached, harms=True),
    Deed('a volume is deleted', _volume_deleted, harms=True, takes=True),
    Deed('a snapshot is deleted', _snapshot_deleted, harms=True, takes=True),
)
