"""Known bad ends of Nova and Cinder in the middle of a recovery.

Each is what the contract tests have seen of real services. Each ends in a
repair that the policy allows, or in the commands that a person has to run.
"""

import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import kept
from snapfault.db import recoveries
from tests import build
from tests.functional import stage as stages

STEP_TIMEOUT = datetime.timedelta(seconds=40)  #: soon over
DONE = model.RecoveryStatus.DONE
FAILED = model.RecoveryStatus.FAILED
MEND = 'openstack volume set --state in-use --attached {}'
RESTORED = {'/dev/vdb': 'shop-0 at first', '/dev/vdc': 'shop-1 at first'}
ORIGINAL = {'/dev/vdb': stages.SPOILT, '/dev/vdc': stages.SPOILT}


def _failed(volume_backed=False, **policy):
    """Give a service that failed, with one good point, to be recovered."""
    made = stages.Stage(recovery=rules.RecoveryRules(**{'margin': 0} | policy))
    made.protect(volumes=2, volume_backed=volume_backed)
    made.run()
    made.wait(minutes=5)
    made.spoil()
    made.cloud.break_server(made.servers['shop'])
    made.wait(minutes=1)
    made.ask_for_recovery()
    return made


def _dying(server):
    """Give a pause in which the host dies once the volumes are away."""

    def die():
        if not server.attachments:
            server.host.status = 'UNKNOWN'

    return die


def _data(stage):
    """Give what the guest reads of its data, by device."""
    reads = stage.cloud.contents_of(stage.servers['shop'])
    return {device: text for device, text in reads.items() if device[-1] > 'a'}


def _mend(stage, reason):
    """Do as a reason says, as an admin: only what it has a command for."""
    for volume in stage.cloud.world.volumes.values():
        if MEND.format(volume.id) in reason:
            volume.status = 'in-use'


# a rebuild breaks half way: data volumes are left reserved, and the root of
# a server that boots from a volume in error

ENDS = [('reserved', False), ('reimage', True)]


@pytest.mark.parametrize(('fate', 'volume_backed'), ENDS)
def test_what_a_broken_rebuild_leaves_is_repaired(fate, volume_backed):
    stage = _failed(volume_backed, repair=True)
    stage.cloud.break_next('rebuild_server', fate=fate)
    done = stage.recover()
    assert done.status is DONE, done.reason
    assert [each.status for each in done.attempts] == [
        model.AttemptStatus.FAILED,
        model.AttemptStatus.DONE,
    ]
    left = 2 + volume_backed
    assert stage.cloud.count('repair_volume') == left
    assert _data(stage) == RESTORED
    server = stage.servers['shop']
    assert (server.status, server.rebuilds) == ('ACTIVE', 2)
    if volume_backed:
        root = stage.cloud.world.volumes[server.root_id]
        assert (root.status, root.content) == ('in-use', 'cirros as published')


@pytest.mark.parametrize(('fate', 'volume_backed'), ENDS)
def test_where_repair_is_not_allowed_the_commands_are_enough(
    fate, volume_backed
):
    stage = _failed(volume_backed)
    (point,) = stage.good()
    stage.cloud.break_next('rebuild_server', fate=fate)
    ended = stage.recover()
    assert ended.status is FAILED
    assert 'the rebuild of server' in ended.reason
    server = stage.servers['shop']
    for volume_id in server.attachments:
        assert MEND.format(volume_id) in ended.reason
    assert f'openstack recovery retry {ended.id}' in ended.reason
    assert stage.cloud.count('repair_volume') == 0
    _mend(stage, ended.reason)
    stage.ask_for_recovery(point_id=point.id)
    done = stage.recover()
    assert done.status is DONE, done.reason
    assert _data(stage) == RESTORED
    assert server.status == 'ACTIVE'


# the compute service dies in the middle of the exchange


def test_an_attach_that_hangs_on_a_dead_compute_ends_and_can_be_undone():
    """Nova answers reads, and the attach alone never: that is no outage."""
    stage = _failed()
    stage.step_timeout = STEP_TIMEOUT
    server = stage.servers['shop']

    ended = stage.recover(pause=_dying(server))
    assert ended.status is FAILED
    assert stage.cloud.count('attach_volume') >= 2
    assert 'attach: attach: no answer in time' in ended.reason
    assert 'its compute service is UNKNOWN' in ended.reason
    assert f'server {server.id} is SHUTOFF with no volume' in ended.reason
    assert ended.reason.endswith(f'openstack recovery undo {ended.id}')
    undo = {'kind': model.RecoveryKind.UNDO, 'origin_id': ended.id}
    stage.ask_for_recovery(**undo)
    refused = stage.recover()
    assert refused.status is model.RecoveryStatus.REFUSED
    assert 'bring the host back' in refused.reason
    server.host.status = 'UP'
    stage.ask_for_recovery(**undo)
    undone = stage.recover()
    assert undone.status is DONE, undone.reason
    assert _data(stage) == ORIGINAL
    assert server.status == 'ACTIVE'


# two rebuilds at once: Nova answers one of them 500, which is told apart
# from an outage by what it says


@pytest.mark.parametrize(
    'error',
    [
        errors.CloudConflict('500: UnexpectedTaskStateError'),
        errors.CloudUnavailable('500'),
    ],
)
def test_of_two_rebuilds_at_once_ours_is_done_after_the_other(error):
    stage = _failed()
    server = stage.servers['shop']
    nova = stage.cloud.nova
    ours = nova.rebuild_server
    markers = []

    def rebuild_server(project_id, server_id, image_id, marker, *rest):
        markers.append(marker)
        if len(markers) == 1:  # another's came first
            ours(build.PROJECT, server_id, image_id, 'by hand')
            raise error
        ours(project_id, server_id, image_id, marker, *rest)

    nova.rebuild_server = rebuild_server
    done = stage.recover()
    assert done.status is DONE, done.reason
    assert len(done.attempts) == 1
    assert set(markers) == {done.id}
    assert (server.rebuilds, server.status) == (2, 'ACTIVE')
    assert _data(stage) == RESTORED


# what stopped the server is remembered until one has started it


def _left_stopped():
    """Give a service whose recovery broke off with its host."""
    stage = _failed()
    stage.step_timeout = STEP_TIMEOUT
    server = stage.servers['shop']

    assert stage.recover(pause=_dying(server)).status is FAILED
    assert server.status == 'SHUTOFF'  # by us: it was to run
    return stage


@pytest.mark.parametrize('refused', [0, 1, 2])
def test_a_server_that_was_left_stopped_is_started_by_the_next(refused):
    """However many were refused meanwhile: the host was down."""
    stage = _left_stopped()
    server, (point,) = stage.servers['shop'], stage.good()
    for _ in range(refused):
        stage.ask_for_recovery(point_id=point.id)
        assert stage.recover().status is model.RecoveryStatus.REFUSED
    server.host.status = 'UP'
    stage.ask_for_recovery(point_id=point.id)
    assert stage.recover().status is DONE
    assert (_data(stage), server.status) == (RESTORED, 'ACTIVE')


@pytest.mark.parametrize('rebooted', [False, True])
def test_what_its_owner_has_stopped_stays_so_whatever_broke_off(rebooted):
    """That had not come to stopping it."""
    stage = _failed()
    server, (point,) = stage.servers['shop'], stage.good()
    refused = errors.CloudRefused('400')
    stage.cloud.fail('create_snapshot', refused, times=None)
    assert stage.recover().status is FAILED
    stage.cloud.heal()
    if rebooted:
        stage.change_policy(reboot_first=True)
        stage.ask_for_recovery()
        assert stage.recover().status is DONE
    server.status, server.is_running = 'SHUTOFF', False
    stage.ask_for_recovery(point_id=point.id)
    assert stage.recover().status is DONE
    assert (_data(stage), server.status) == (RESTORED, 'SHUTOFF')


def test_an_undo_after_one_that_broke_off_starts_the_server():
    stage = _failed()
    server = stage.servers['shop']
    origin = stage.recover()
    assert origin.status is DONE
    undo = {'kind': model.RecoveryKind.UNDO, 'origin_id': origin.id}
    stage.ask_for_recovery(**undo)
    refused = errors.CloudRefused('400')
    stage.cloud.fail('attach_volume', refused, times=None)
    assert stage.recover().status is FAILED
    assert server.status == 'SHUTOFF'
    stage.cloud.heal()
    stage.ask_for_recovery(**undo)
    assert stage.recover().status is DONE
    assert (_data(stage), server.status) == (ORIGINAL, 'ACTIVE')


@pytest.mark.parametrize('reboot_first', [False, True])
def test_the_way_back_starts_a_server_whatever_was_tried_first(reboot_first):
    stage = _failed(reboot_first=reboot_first)
    server = stage.servers['shop']
    if reboot_first:
        server.is_running = False
        stage.cloud.break_next('reboot_server')
    stage.cloud.fail('attach_volume', errors.CloudRefused('400'))
    ended = stage.recover()
    last = ended.attempts[-1]
    assert (ended.status, last.way) == (FAILED, model.Way.PUT_BACK)
    assert last.status is model.AttemptStatus.DONE
    assert (_data(stage), server.status) == (ORIGINAL, 'ACTIVE')


# a way that has nothing older to go back to


@pytest.mark.parametrize('kept', [True, False], ids=['kept', 'without point'])
def test_a_server_alone_that_does_not_work_is_rebuilt_once(kept):
    """The same again would come to the same, and wipe its disk again."""
    never = rules.Check('console', {'text': 'never said'}, timeout=30)
    stage = _failed(checks=(never,), without_point=not kept, steps_back=1)
    (waiting,) = stage.recoveries()
    recoveries.ask_abort(stage.database, waiting, stage.now)
    if kept:
        stage.ask_for_recovery(keep_volumes=True)
    else:
        long_ago = stage.now - datetime.timedelta(days=1)
        stage.ask_for_recovery(onset_at=long_ago)
    ended = stage.recover()
    assert ended.status is FAILED
    assert 'never said' in ended.reason
    assert stage.servers['shop'].rebuilds == 1


# volumes that nothing could attach again are all that there is of the data


def _without_data(**policy):
    """Give a service whose recovery broke off, and the way back as well.

    It boots from a volume, so that its backups go on without the others.
    """
    stage = stages.Stage(
        quota=rules.Quota(count=3),
        recovery=rules.RecoveryRules(**{'margin': 0, 'keep': 86400} | policy),
    )
    stage.protect(volume_backed=True)
    for _ in range(3):
        stage.run()
    stage.wait(minutes=5)
    refused = errors.CloudRefused('400')
    stage.cloud.fail('attach_volume', refused, times=None)
    point = stage.good()[0]
    stage.ask_for_recovery(point_id=point.id, point_named=True)
    assert stage.recover().status is FAILED
    stage.cloud.heal()
    server = stage.servers['shop']
    assert list(server.attachments) == [server.root_id]
    server.status = 'ACTIVE'  # a person starts it
    return stage, point


def _run_on(stage):
    """Let backups go on for days, and what is kept fall due."""
    for _ in range(12):
        stage.wait(hours=6)
        stage.run(ticks=12)
    for _ in range(12):
        stage.wait(hours=6)
        stage.tick(4)


def test_the_point_of_a_recovery_that_broke_off_stays():
    """What is taken since lacks the data, and there are three of that."""
    stage, point = _without_data()
    _run_on(stage)
    assert point.id in {each.id for each in stage.good()}
    assert len(stage.good()) == 4
    stage.ask_for_recovery(point_id=point.id, point_named=True)
    assert stage.recover().status is DONE
    assert _data(stage) == RESTORED
    _run_on(stage)
    assert len(stage.good()) == 3
    assert point.id not in {each.id for each in stage.good()}


def test_no_reboot_is_the_end_of_a_recovery_that_broke_off():
    stage, _ = _without_data(reboot_first=True)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    ended = stage.recover()
    assert ended.status is DONE
    assert [each.way for each in ended.attempts] == [model.Way.FULL]
    assert _data(stage) == RESTORED


def test_what_a_recovery_took_away_stays_until_another_gave_the_data():
    """One that reboots, or rebuilds the server alone, gives none."""
    stage, _ = _without_data(reboot_first=True)
    taken = {
        each.resource_id
        for each in kept.of_recoveries(
            stage.database, [stage.recoveries()[0].id]
        )[stage.recoveries()[0].id]
        if each.device
    }
    assert len(taken) == 2
    stage.ask_for_recovery(keep_volumes=True)
    assert stage.recover().status is DONE
    _run_on(stage)
    assert taken <= set(stage.cloud.world.volumes)
