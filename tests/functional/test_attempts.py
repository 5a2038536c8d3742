"""Attempts of a recovery: the next one, the way back, undo, abort, retry."""

import collections

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.db import kept
from snapfault.db import recoveries
from snapfault.recover import put_back
from snapfault.recover import report
from tests import build
from tests.fake import crash
from tests.functional import stage as stages

DONE = model.RecoveryStatus.DONE
FAILED = model.RecoveryStatus.FAILED
ABORTED = model.RecoveryStatus.ABORTED
ORIGINAL = {'/dev/vdb': 'spoilt', '/dev/vdc': 'spoilt'}
#: How the id of the second volume that is restored ends.
SECOND_RESTORED = '000000000004'
RESTORED = {'/dev/vdb': 'shop-0 at first', '/dev/vdc': 'shop-1 at first'}


def _damaged(stage):
    """Give a service with one good point, its server and data damaged."""
    stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    return stage


@pytest.fixture
def broken(stage):
    """Give a damaged service."""
    return _damaged(stage)


def _kept(stage, recovery, kind=model.KeptKind.VOLUME):
    rows = kept.of_recoveries(stage.database, [recovery.id])[recovery.id]
    return [each for each in rows if each.kind is kind]


def _ways_on(stage, recovery):
    rows = kept.of_recoveries(stage.database, [recovery.id])[recovery.id]
    told = report.sections(report.Material(recovery, kept=tuple(rows)))
    return {each.title: each.lines for each in told}['What can be done']


def _reads(stage):
    return stage.cloud.contents_of(stage.servers['shop'])


def _undo(stage, origin):
    return stage.ask_for_recovery(
        kind=model.RecoveryKind.UNDO, origin_id=origin.id
    )


def test_what_is_taken_away_is_noted_before_and_marked(broken):
    noted = []
    take = broken.cloud.nova.detach_volume

    def detach_volume(project_id, server_id, volume_id):
        (recovery,) = broken.recoveries()
        rows = _kept(broken, recovery)
        volume = broken.cloud.world.volumes[volume_id]
        noted.append(
            volume_id in {each.resource_id for each in rows}
            and volume.metadata[resource.KEPT] == recovery.id
        )
        take(project_id, server_id, volume_id)

    broken.cloud.nova.detach_volume = detach_volume
    broken.ask_for_recovery()
    done = broken.recover()
    assert noted == [True, True]
    rows = _kept(broken, done)
    assert [each.device for each in rows] == ['/dev/vdb', '/dev/vdc']
    week = done.attempts[0].started_at + build.HOUR * 24 * 7
    assert {each.keep_until for each in rows} == {week}
    snapshots = _kept(broken, done, model.KeptKind.SNAPSHOT)
    assert {each.resource_id for each in snapshots} == {
        each.id
        for each in broken.cloud.snapshots_of(build.PROJECT)
        if resource.RECOVERY in each.metadata
    }


def test_a_reboot_that_helps_is_all_that_is_done(broken):
    broken.change_policy(reboot_first=True)
    broken.ask_for_recovery()
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert [each.way for each in done.attempts] == [model.Way.REBOOT]
    assert broken.servers['shop'].rebuilds == 0
    assert _reads(broken) == ORIGINAL


def test_a_reboot_that_does_not_help_is_followed_by_the_rebuild(broken):
    broken.change_policy(reboot_first=True)
    broken.cloud.break_next('reboot_server')
    broken.ask_for_recovery()
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert [(e.way, e.status) for e in done.attempts] == [
        (model.Way.REBOOT, model.AttemptStatus.FAILED),
        (model.Way.FULL, model.AttemptStatus.DONE),
    ]
    positions = [each.position for each in done.steps]
    assert positions == list(range(len(done.steps)))
    assert _reads(broken) == RESTORED


EXCHANGE = [
    ('detach_volume', errors.CloudRefused('400')),
    ('attach_volume', errors.CloudRefused('400')),
]


@pytest.mark.parametrize(('method', 'error'), EXCHANGE)
@pytest.mark.parametrize('which', [0, 1])
def test_what_cannot_go_forward_goes_back(broken, method, error, which):
    """Never is a service left with volumes of two times."""
    volumes = broken.cloud.volumes_of(broken.servers['shop'])
    match = volumes[which].id if method == 'detach_volume' else None
    broken.cloud.fail(method, error, match=match)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert [each.way for each in ended.attempts] == [
        model.Way.FULL,
        model.Way.PUT_BACK,
    ]
    assert _reads(broken) == ORIGINAL
    assert broken.servers['shop'].status == 'ACTIVE'
    assert 'what it had taken away is back' in ended.reason
    for volume in volumes:
        assert f'volume {volume.id} at /dev/vd' in ended.reason
    assert f'openstack recovery retry {ended.id}' in ended.reason
    assert ended.reason.endswith('; there is nothing to undo')
    assert _ways_on(broken, ended) == (
        f'try again: openstack recovery retry {ended.id}',
        'nothing is left to undo: the volumes from before it were put back',
    )
    # what was made for nothing is noted, to be removed
    spare = [each for each in _kept(broken, ended) if not each.device]
    left = {
        each.id
        for each in broken.cloud.world.volumes.values()
        if each.metadata.get(resource.RECOVERY) == ended.id
    }
    assert left == {
        each.resource_id
        for each in _kept(broken, ended)
        if each.status is model.KeptStatus.KEPT
    }
    assert {each.resource_id for each in spare} <= left


def test_a_way_back_that_is_barred_says_what_stands_where(broken):
    broken.cloud.fail('attach_volume', errors.CloudRefused('400'), times=None)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert 'what it has taken away is not back: 400' in ended.reason
    assert 'with no volume' in ended.reason
    for each in _kept(broken, ended):
        assert f'volume {each.resource_id}' in ended.reason
    assert f'openstack recovery undo {ended.id}' in ended.reason
    broken.cloud.heal()
    _undo(broken, ended)
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert _reads(broken) == ORIGINAL
    assert broken.servers['shop'].status == 'ACTIVE'


def test_a_way_back_that_came_half_way_can_be_gone_to_its_end(broken):
    first, second = broken.cloud.volumes_of(broken.servers['shop'])
    for number in (second.id, SECOND_RESTORED):
        broken.cloud.fail(
            'attach_volume',
            errors.CloudRefused('400'),
            times=None,
            match=number,
        )
    broken.ask_for_recovery()
    ended = broken.recover()
    assert 'what it has taken away is not back: 400' in ended.reason
    assert f'volume {first.id} at /dev/vdb' in ended.reason
    assert f'; volume {second.id} from /dev/vdc is kept' in ended.reason
    offer = f'openstack recovery undo {ended.id}'
    assert ended.reason.endswith(offer)
    assert _ways_on(broken, ended)[-1].endswith(offer)
    rows = _kept(broken, ended)
    assert put_back.undo_refusal(ended, rows) == ''
    broken.cloud.heal()
    _undo(broken, ended)
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert _reads(broken) == ORIGINAL


def test_where_all_is_exchanged_the_way_back_starts_the_server(broken):
    broken.cloud.fail('start_server', errors.CloudRefused('400'))
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert _reads(broken) == RESTORED
    assert ended.reason.startswith(
        '400; all volumes are in place, and the server is started again;'
    )
    offer = f'openstack recovery undo {ended.id}'
    assert ended.reason.endswith(offer)
    assert _ways_on(broken, ended)[-1].endswith(offer)


@pytest.mark.parametrize(
    ('status', 'ends'),
    [
        ('ACTIVE', DONE),  # a person was quicker
        ('ERROR', FAILED),
    ],
)
def test_a_start_is_asked_for_unseen_and_a_refusal_is_looked_into(
    broken, monkeypatch, status, ends
):
    """Patched: what is refused must have come about since the last look."""
    server = broken.servers['shop']
    start, found = broken.cloud.nova.start_server, []

    def is_late(*args):
        if not found:
            found.extend(each.method for each in broken.cloud.calls)
            server.status = status
        start(*args)

    monkeypatch.setattr(broken.cloud.nova, 'start_server', is_late)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert found[-2] == 'list_attachments'  # of the attach that was seen done
    assert ended.status is ends, ended.reason
    assert _reads(broken) == RESTORED
    if ends is FAILED:
        assert f'server {server.id} is in ERROR' in ended.reason
    else:
        assert server.rebuilds == 1


def test_undo_puts_the_old_volumes_back_and_keeps_the_restored(broken):
    broken.ask_for_recovery()
    done = broken.recover()
    broken.wait(minutes=1)
    _undo(broken, done)
    undone = broken.recover()
    assert undone.status is DONE, undone.reason
    assert _reads(broken) == ORIGINAL
    assert broken.servers['shop'].status == 'ACTIVE'
    assert broken.servers['shop'].rebuilds == 1
    assert {each.status for each in _kept(broken, done)} == {
        model.KeptStatus.RETURNED
    }
    restored = _kept(broken, undone)
    assert len(restored) == 2
    assert {
        broken.cloud.world.volumes[each.resource_id].content
        for each in restored
    } == set(RESTORED.values())


def test_the_first_of_two_recoveries_is_undone(broken):
    """What the second has put there is kept, as all that was there before."""
    broken.ask_for_recovery()
    first = broken.recover()
    written = [v.id for v in broken.cloud.volumes_of(broken.servers['shop'])]
    for each in written:
        broken.cloud.world.volumes[each].content = 'written since'
    broken.wait(minutes=5)
    broken.ask_for_recovery()
    second = broken.recover()
    assert second.status is DONE, second.reason
    in_use = {v.id for v in broken.cloud.volumes_of(broken.servers['shop'])}
    broken.wait(minutes=1)
    _undo(broken, first)
    undone = broken.recover()
    assert undone.status is DONE, undone.reason
    assert _reads(broken) == ORIGINAL
    assert {each.resource_id for each in _kept(broken, undone)} == in_use
    assert {
        (each.resource_id, each.status) for each in _kept(broken, second)
    } == {(each, model.KeptStatus.KEPT) for each in written}

    _undo(broken, second)
    assert broken.recover().status is DONE
    assert set(_reads(broken).values()) == {'written since'}


def test_an_undo_can_be_undone(broken):
    broken.ask_for_recovery()
    _undo(broken, broken.recover())
    _undo(broken, broken.recover())
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert _reads(broken) == RESTORED


@pytest.mark.parametrize(
    ('spoil', 'says'),
    [
        (lambda s, v: s.cloud.world.volumes.pop(v), 'does not exist any more'),
        (
            lambda s, v: s.cloud.world.servers.pop(s.servers['shop'].id),
            'the server does not exist any more',
        ),
        (
            lambda s, v: setattr(s.cloud.world.volumes[v], 'status', 'error'),
            'openstack volume set --state available',
        ),
    ],
)
def test_an_undo_that_cannot_be_touches_nothing(broken, spoil, says):
    broken.ask_for_recovery()
    done = broken.recover()
    spoil(broken, _kept(broken, done)[0].resource_id)
    asked = len(broken.cloud.changes())
    _undo(broken, done)
    ended = broken.recover()
    assert ended.status is model.RecoveryStatus.REFUSED
    assert says in ended.reason
    assert len(broken.cloud.changes()) == asked


def _abort_after(stage, looks):
    """Ask for the abort of the open recovery after so many looks."""
    seen = []

    def pause():
        seen.append(1)
        if len(seen) == looks:
            (recovery,) = (
                each
                for each in stage.recoveries()
                if each.status in model.OPEN_RECOVERY
            )
            recoveries.ask_abort(stage.database, recovery, stage.now)

    return pause


@pytest.mark.parametrize('looks', range(1, 13))
def test_aborted_at_any_look_nothing_is_half_done(broken, looks):
    broken.ask_for_recovery()
    ended = broken.recover(pause=_abort_after(broken, looks))
    broken.cloud.settle()
    if ended.status is DONE:
        assert _reads(broken) == RESTORED
        return
    assert ended.status is ABORTED
    assert 'a person stopped it' in ended.reason
    assert _reads(broken) in (ORIGINAL, RESTORED)
    assert broken.servers['shop'].status in ('ACTIVE', 'REBUILD')
    assert broken.ask_for_recovery()


def test_one_that_waits_is_aborted_at_once(broken):
    waiting = broken.ask_for_recovery()
    ended = recoveries.ask_abort(broken.database, waiting, broken.now)
    assert ended.status is ABORTED
    assert recoveries.claimable(broken.database, broken.now, 9) == []
    with pytest.raises(errors.Conflict, match='nothing left to stop'):
        recoveries.ask_abort(broken.database, ended, broken.now)
    assert broken.ask_for_recovery()


def _outcome(stage):
    server = stage.servers['shop']
    volumes = stage.cloud.world.volumes.values()
    (newest, *_) = stage.recoveries()
    return {
        'status': server.status,
        'reads': _reads(stage),
        'volumes': sorted((v.status, v.content) for v in volumes),
        'kept': sorted(
            (each.kind, each.device, each.status)
            for recovery in stage.recoveries()
            for kind in model.KeptKind
            for each in _kept(stage, recovery, kind)
        ),
        'attempts': [(a.way, a.status) for a in newest.attempts],
        'ended': newest.status,
    }


def _back(stage):
    """Have a recovery that fails in the exchange and goes back."""
    first = stage.cloud.volumes_of(stage.servers['shop'])[1]
    stage.cloud.fail(
        'detach_volume',
        errors.CloudRefused('400'),
        match=first.id,
        times=None,
    )
    stage.ask_for_recovery()


def _undone(stage):
    stage.ask_for_recovery()
    _undo(stage, stage.recover())


@pytest.mark.parametrize('begin', [_back, _undone])
@pytest.mark.parametrize('acts', [False, True], ids=['before', 'after'])
def test_invariant_4_holds_on_the_way_back(begin, acts):
    """Die at one call in sixteen of it, and go on."""
    calls, expected = None, None
    at = 0
    while calls is None or at <= calls:
        stage = stages.Stage()
        stage.protect()
        _damaged(stage)
        begin(stage)
        if calls is None:
            before = stage.cloud.count()
            stage.recover()
            calls = stage.cloud.count() - before
            expected = _outcome(stage)
            assert calls > 20
            at = 1
            continue
        dying = crash.CrashAfter(stage.cloud, at - 1, acts)
        with pytest.raises(crash.Crash):
            stage.recover(cloud=dying)
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
        stage.recover(worker='worker-2')
        assert _outcome(stage) == expected, at
        at += 16


def test_a_rebuild_that_breaks_and_is_repaired_is_done_again(broken):
    """Data volumes are left reserved: the policy lets us set that right."""
    broken.change_policy(repair=True)
    broken.cloud.break_next('rebuild_server', fate='reserved')
    broken.ask_for_recovery()
    done = broken.recover()
    assert done.status is DONE, done.reason
    assert [each.status for each in done.attempts] == [
        model.AttemptStatus.FAILED,
        model.AttemptStatus.DONE,
    ]
    assert _reads(broken) == RESTORED


def test_a_rebuild_that_breaks_for_good_is_not_tried_for_ever(broken):
    broken.change_policy(repair=True)
    broken.cloud.break_next('rebuild_server', fate='reserved', times=None)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert len(ended.attempts) == 2


def test_a_rebuild_that_breaks_unrepaired_gives_the_commands(broken):
    broken.cloud.break_next('rebuild_server', fate='reserved')
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    for volume in broken.cloud.volumes_of(broken.servers['shop']):
        assert (
            f'openstack volume set --state in-use --attached {volume.id}'
            in ended.reason
        )
    assert f'openstack recovery retry {ended.id}' in ended.reason


def test_an_attach_to_a_dead_compute_ends_in_time(broken):
    """Nova answers reads, and the attach alone never: that is no outage."""
    server = broken.servers['shop']

    def die():
        if server.status == 'SHUTOFF':
            server.host_status = 'UNKNOWN'

    broken.ask_for_recovery()
    broken.cloud.hang_next('detach_volume')
    ended = broken.recover(pause=die)
    assert ended.status is FAILED
    assert 'its compute service is UNKNOWN' in ended.reason


#: What a recovery asks of Nova, Cinder, Glance and Keystone, however many
#: volumes it restores: before its plan, in its looks, and in the end.
READS = {
    'check': 1,
    'get_headroom': 1,
    'get_image': 1,
    'get_server': 4,
    'list_attachments': 4,
    'locate_server': 1,
    'list_snapshots': 3,
    'list_volumes': 8,
}
#: What it changes once, and for each volume.
ONCE = {'rebuild_server': 1, 'start_server': 1, 'stop_server': 1}
EACH = (
    'create_snapshot',
    'create_volume',
    'mark_volume',
    'detach_volume',
    'attach_volume',
)


def _calls(volumes, seconds=0):
    """Give what a recovery of so many volumes asks, by method and in order.

    :param seconds: so much more passes between two looks than one
    """
    stage = stages.Stage()
    stage.protect(volumes=volumes)
    _damaged(stage)
    stage.ask_for_recovery()
    stage.cloud.calls.clear()
    ended = stage.recover(pause=lambda: stage.wait(seconds=seconds))
    assert ended.status is DONE
    return [each.method for each in stage.cloud.calls]


@pytest.mark.parametrize('volumes', [2, 8])
def test_calls_of_a_recovery(volumes):
    wanted = {**READS, **ONCE, **dict.fromkeys(EACH, volumes)}
    assert collections.Counter(_calls(volumes)) == wanted


def test_of_one_volume_no_list_is_read_at_each_look():
    """The project may have thousands."""
    calls = collections.Counter(_calls(1))
    assert calls == {
        **READS,
        **ONCE,
        **dict.fromkeys(EACH, 1),
        'list_snapshots': 2,  # before the plan, and in the end
        'list_volumes': 2,
        'find_snapshots': 1,
        'find_volumes': 5,
        'get_volume': 2,
    }


def test_a_rebuild_goes_by_what_its_plan_was_made_from_a_moment_ago():
    """Nothing but its safety snapshots is asked for between."""
    calls = _calls(2)
    rebuild = calls.index('rebuild_server')
    assert calls[rebuild - 3 : rebuild] == [
        *['create_snapshot'] * 2,
        'list_snapshots',
    ]


def test_what_was_looked_at_too_long_ago_is_looked_at_just_before():
    """With a fresh token."""
    calls = _calls(2, seconds=2)
    rebuild = calls.index('rebuild_server')
    assert calls[rebuild - 4 : rebuild] == [
        'list_snapshots',
        'check',
        'get_server',
        'list_volumes',
    ]


def test_a_detach_is_looked_at_just_before():
    calls = _calls(2)
    first = calls.index('detach_volume')
    assert calls[first - 4 : first] == [
        'stop_server',
        'get_server',
        'list_volumes',
        'mark_volume',
    ]
