"""Each way a recovery can go, on the in-memory cloud, to its end."""

import dataclasses

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.db import events
from snapfault.db import recoveries
from snapfault.recover import choose
from snapfault.recover import read
from snapfault.recover import step
from tests import build
from tests.functional import stage as stages

DONE = model.RecoveryStatus.DONE
REFUSED = model.RecoveryStatus.REFUSED


def _stage(tmp_path, volumes=2, volume_backed=False, **policy):
    """Give a service with one good point, and spoilt data since then."""
    made = stages.Stage(
        tmp_path, recovery=rules.RecoveryRules(**{'margin': 0} | policy)
    )
    made.protect(volumes=volumes, volume_backed=volume_backed)
    made.run()
    made.wait(minutes=5)
    made.spoil()
    return made


def _recover(stage, **changes):
    """Recover as a person asks, with what a person may ask beside."""
    stage.wait(minutes=1)
    stage.ask_for_recovery(**changes)
    return recoveries.get(stage.database, None, stage.recover().id)


def _reads(stage):
    return stage.cloud.contents_of(stage.servers['shop'])


def _safety(stage):
    return sorted(
        each.content
        for each in stage.cloud.snapshots_of(build.PROJECT)
        if resource.RECOVERY in each.metadata
    )


def test_a_root_volume_is_written_anew_and_its_data_restored(tmp_path):
    stage = _stage(tmp_path, volumes=1, volume_backed=True)
    server = stage.servers['shop']
    root_id = server.root_id
    stage.cloud.break_server(server)
    (point,) = stage.good()
    assert [each.root for each in point.members] == [True, False]
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    image = stage.cloud.world.images[point.image_id]
    assert _reads(stage) == {
        '/dev/vda': image.content,
        '/dev/vdb': 'shop-0 at first',
    }
    assert server.root_id == root_id
    assert server.status == 'ACTIVE'
    assert _safety(stage) == ['spoilt', 'spoilt']


def _on_an_old_nova(tmp_path, **policy):
    """Give one that boots from a volume, which a rebuild would not mend."""
    stage = _stage(tmp_path, volumes=1, volume_backed=True, **policy)
    stage.cloud.nova.reimages = False
    return stage


@pytest.mark.parametrize('keep_volumes', [False, True])
def test_a_root_that_nova_would_keep_as_it_is_is_refused(
    tmp_path, keep_volumes
):
    stage = _on_an_old_nova(tmp_path)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    before = len(stage.cloud.changes())
    ended = _recover(stage, keep_volumes=keep_volumes)
    assert ended.status is REFUSED, ended.reason
    assert f'server {server.id} boots from a volume' in ended.reason
    assert 'microversion 2.93' in ended.reason
    by_hand = 'openstack volume create --snapshot'
    assert (by_hand in ended.reason) is not keep_volumes
    assert len(stage.cloud.changes()) == before
    assert resource.RECOVERY not in server.metadata


def test_a_nova_that_is_older_once_the_plan_is_made_is_not_asked(tmp_path):
    """A journal may be of before Nova was put back to an older release."""
    stage = _stage(tmp_path, volumes=1, volume_backed=True)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    stage.wait(minutes=1)
    stage.ask_for_recovery()

    def grow_old():
        stage.cloud.nova.reimages = False

    ended = stage.recover(pause=grow_old)
    assert ended.status is model.RecoveryStatus.FAILED
    assert 'a rebuild keeps it as it is' in ended.reason
    assert server.rebuilds == 0
    assert resource.RECOVERY not in server.metadata


def test_on_an_old_nova_data_comes_back_to_a_server_that_is_well(tmp_path):
    stage = _on_an_old_nova(tmp_path, repair=True)
    server = stage.servers['shop']
    (data,) = (
        each
        for each in stage.cloud.volumes_of(server)
        if each.id != server.root_id
    )
    data.status = 'error'
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert _reads(stage)['/dev/vdb'] == 'shop-0 at first'


def test_on_an_old_nova_a_server_of_an_image_is_rebuilt(tmp_path):
    stage = _stage(tmp_path)
    stage.cloud.nova.reimages = False
    stage.cloud.break_server(stage.servers['shop'])
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert stage.servers['shop'].rebuilds == 1


def test_a_root_may_be_the_only_volume(tmp_path):
    stage = _stage(tmp_path, volumes=0, volume_backed=True)
    stage.cloud.break_server(stage.servers['shop'])
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert _safety(stage) == ['spoilt']
    assert 'spoilt' not in _reads(stage).values()
    assert stage.cloud.count('detach_volume', 'attach_volume') == 0


def test_a_root_that_a_rebuild_left_in_error_is_repaired(tmp_path):
    stage = _stage(tmp_path, volumes=1, volume_backed=True, repair=True)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    stage.cloud.world.volumes[server.root_id].status = 'error'
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert 'spoilt' not in _reads(stage).values()
    assert stage.cloud.count('repair_volume') == 1
    assert _safety(stage) == ['spoilt', 'spoilt']


def test_a_repaired_root_of_which_no_snapshot_comes_is_not_rebuilt(tmp_path):
    stage = _stage(tmp_path, volumes=1, volume_backed=True, repair=True)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    stage.cloud.world.volumes[server.root_id].status = 'error'
    stage.cloud.break_next('create_snapshot', None, match=server.root_id)
    ended = _recover(stage)
    assert ended.status is model.RecoveryStatus.FAILED
    assert f'of volume {server.root_id} is in error' in ended.reason
    assert server.rebuilds == 0
    assert stage.cloud.world.volumes[server.root_id].content == 'spoilt'


def test_a_root_in_error_is_left_alone_where_only_data_is_lost(tmp_path):
    stage = _stage(tmp_path, volumes=1, volume_backed=True, repair=True)
    server = stage.servers['shop']
    for volume in stage.cloud.volumes_of(server):
        volume.status = 'error'
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert (server.rebuilds, server.status) == (0, 'ACTIVE')
    assert stage.cloud.count('repair_volume') == 1
    assert _safety(stage) == []  # the data itself is in quarantine
    said = f'no safety snapshot is taken of root volume {server.root_id}'
    told = [each.text for each in events.of(stage.database, ended.id)]
    assert any(said in each for each in told), told


def test_only_the_data_of_a_server_that_is_well(tmp_path):
    stage = _stage(tmp_path, repair=True)
    server = stage.servers['shop']
    stage.cloud.volumes_of(server)[0].status = 'error'
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert server.rebuilds == 0
    assert 'spoilt' not in _reads(stage).values()


def test_a_volume_that_is_gone_comes_back(tmp_path):
    stage = _stage(tmp_path)
    server = stage.servers['shop']
    gone = stage.cloud.volumes_of(server)[0]
    del server.attachments[gone.id], stage.cloud.world.volumes[gone.id]
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert server.rebuilds == 0
    assert len(_reads(stage)) == 2
    assert 'spoilt' not in _reads(stage).values()


def test_a_volume_in_error_needs_an_admin_where_repair_is_not_allowed(
    tmp_path,
):
    stage = _stage(tmp_path)
    broken = stage.cloud.volumes_of(stage.servers['shop'])[0]
    broken.status = 'error'
    before = len(stage.cloud.changes())
    ended = _recover(stage)
    assert ended.status is REFUSED
    assert f'--state in-use --attached {broken.id}' in ended.reason
    assert len(stage.cloud.changes()) == before


def test_what_a_broken_rebuild_left_reserved_is_repaired(tmp_path):
    stage = _stage(tmp_path, repair=True)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    for volume in stage.cloud.volumes_of(server):
        volume.status = 'reserved'
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert stage.cloud.count('repair_volume') == 2
    assert 'spoilt' not in _reads(stage).values()


def test_the_volumes_are_kept_where_a_person_says_so(tmp_path):
    stage = _stage(tmp_path)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    ended = _recover(stage, keep_volumes=True)
    assert ended.status is DONE, ended.reason
    assert server.rebuilds == 1
    assert set(_reads(stage).values()) == {'spoilt'}
    assert _safety(stage) == ['spoilt', 'spoilt']


def test_without_a_point_the_server_comes_back_alone(tmp_path):
    stage = stages.Stage(
        tmp_path,
        recovery=rules.RecoveryRules(margin=0, without_point=True),
    )
    stage.protect()
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert (server.rebuilds, server.status) == (1, 'ACTIVE')


def test_a_reboot_is_enough_where_it_helps(tmp_path):
    stage = _stage(tmp_path, reboot_first=True)
    server = stage.servers['shop']
    stage.cloud.break_server(server)
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert (server.rebuilds, server.status) == (0, 'ACTIVE')
    assert stage.cloud.count('reboot_server') == 1
    assert set(_reads(stage).values()) == {'spoilt'}


def test_a_reboot_that_fails_is_followed_by_the_rest(tmp_path):
    stage = _stage(tmp_path, reboot_first=True)
    stage.cloud.break_server(stage.servers['shop'])
    stage.cloud.break_next('reboot_server')
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    ways = [each.way for each in ended.attempts]
    assert ways == [model.Way.REBOOT, model.Way.FULL]
    assert 'spoilt' not in _reads(stage).values()
    failed = [each for each in ended.steps if each.name == 'reboot']
    assert [each.status for each in failed] == [model.StepStatus.FAILED]
    assert 'the reboot of server' in failed[0].detail
    assert stage.cloud.count('reboot_server') == 1


@pytest.mark.parametrize('status', ['ACTIVE', 'SHUTOFF'])
def test_away_from_a_host_that_is_down_and_fenced(tmp_path, status):
    stage = _stage(tmp_path, evacuate=True)
    server = stage.servers['shop']
    server.status = status
    dead = server.host
    stage.cloud.add_host('compute-9')
    stage.cloud.lose_host(dead.name, fenced=True)
    ended = _recover(stage)
    assert ended.status is DONE, ended.reason
    assert server.host.name == 'compute-9'
    assert server.status == status
    assert set(_reads(stage).values()) == {'spoilt'}
    assert _safety(stage) == ['spoilt', 'spoilt']


def test_an_evacuation_that_finds_no_host_says_so(tmp_path):
    stage = _stage(tmp_path, evacuate=True)
    stage.cloud.lose_host(stage.servers['shop'].host.name, fenced=True)
    ended = _recover(stage)
    assert ended.status is model.RecoveryStatus.FAILED
    assert 'No valid host was found' in ended.reason
    assert stage.cloud.count('evacuate_server') == 1


def test_a_service_user_that_may_not_evacuate_says_so(tmp_path):
    stage = _stage(tmp_path, evacuate=True)
    stage.cloud.add_host('compute-9')
    stage.cloud.lose_host(stage.servers['shop'].host.name, fenced=True)
    stage.cloud.is_admin = False
    ended = _recover(stage)
    assert ended.status is model.RecoveryStatus.FAILED
    assert 'no administrator' in ended.reason


def test_a_host_that_nobody_has_fenced_is_left_alone(tmp_path):
    stage = _stage(tmp_path, evacuate=True)
    stage.cloud.add_host('compute-9')
    stage.cloud.lose_host(stage.servers['shop'].host.name)
    before = len(stage.cloud.changes())
    ended = _recover(stage)
    assert ended.status is REFUSED
    assert len(stage.cloud.changes()) == before


def test_a_plan_costs_the_same_however_long_the_history(tmp_path):
    """Images and keys are read for the point that is chosen alone."""
    stage = _stage(tmp_path, volumes=2)
    for volume in stage.cloud.volumes_of(stage.servers['shop']):
        volume.encrypted = True
    (point,) = stage.good()
    history = [
        dataclasses.replace(
            point, id=f'point-{n}', sequence=n, image_id=f'image-{n}'
        )
        for n in range(2, 50)
    ]
    recovery = build.recovery(server_id=point.server_id, onset_at=stage.now)
    counts = []
    for known in ([point], [point, *history]):
        stage.cloud.calls.clear()
        read.situation(
            step.Hands(
                stage.cloud.project(stage.protection().delegation),
                stage.cloud,
            ),
            recovery,
            stage.protection().image_id,
            choose.History(known),
            stage.policy.recovery,
        )
        counts.append(stage.cloud.count())
    # a token, the server with its host, attachments, three lists, an image
    # or two (the point's and the protection's), and a key a volume
    assert counts == [6 + 1 + 2, 6 + 2 + 2]


def _read(stage, **changes):
    """Read the ground of a plan; give it and what was asked."""
    recovery = build.recovery(
        server_id=stage.servers['shop'].id, onset_at=stage.now, **changes
    )
    hands = step.Hands(stage.cloud.project(stage.right), stage.cloud)
    stage.cloud.calls.clear()
    found = read.situation(
        hands,
        recovery,
        stage.protection().image_id,
        choose.History(stage.good()),
        stage.policy.recovery,
    )
    return found, [each.method for each in stage.cloud.calls]


def test_the_server_is_read_once_with_its_host(tmp_path):
    stage = _stage(tmp_path)
    found, asked = _read(stage)
    assert (found.server.id, found.host.name) == (
        stage.servers['shop'].id,
        stage.servers['shop'].host.name,
    )
    assert 'get_server' not in asked


def test_where_hosts_are_not_told_the_project_reads_its_server(tmp_path):
    stage = _stage(tmp_path)
    stage.servers['shop'].host_status = None
    found, asked = _read(stage)
    assert (found.server.id, found.host) == (stage.servers['shop'].id, None)
    assert asked.count('get_server') == 1


def test_a_server_of_another_project_is_the_projects_to_read(tmp_path):
    """The service itself sees everybody's; the delegation does not."""
    stage = _stage(tmp_path)
    _, asked = _read(stage, project_id='another')
    assert asked.count('get_server') == 1
    stage.servers['shop'].project_id = 'another'
    found, _ = _read(stage)
    assert (found.server, found.attachments) == (None, ())
