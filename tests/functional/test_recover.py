"""Stage 4 on the in-memory cloud: every end of it, and every crash in it."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.db import tasks
from snapfault.outlook import foresight
from snapfault.outlook import readying
from snapfault.recover import doubts
from snapfault.snapshot import plan
from snapfault.snapshot import run as snapshot
from tests import build
from tests.fake import crash
from tests.functional import stage as stages
from tests.functional.db import samples
from tests.functional.matrix import races

DONE = model.RecoveryStatus.DONE
FAILED = model.RecoveryStatus.FAILED
REFUSED = model.RecoveryStatus.REFUSED


@pytest.fixture
def broken(stage):
    """Give a service with one good point whose server then failed."""
    stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    return stage


def _outcome(stage):
    """Give all that a person would compare after a recovery."""
    server = stage.servers['shop']
    volumes = stage.cloud.world.volumes.values()
    return {
        'status': server.status,
        'image': server.image_id,
        'reads': stage.cloud.contents_of(server),
        'volumes': sorted((v.status, v.content) for v in volumes),
        'snapshots': sorted(
            (s.status, s.content)
            for s in stage.cloud.snapshots_of(build.PROJECT)
        ),
        'steps': [
            (each.name, str(each.status))
            for each in stage.recoveries()[0].steps
        ],
    }


RESTORED = {
    '/dev/vdb': 'shop-0 at first',
    '/dev/vdc': 'shop-1 at first',
}


def test_the_service_runs_again_with_the_data_of_the_point(broken):
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is DONE
    outcome = _outcome(broken)
    assert outcome['status'] == 'ACTIVE'
    assert outcome['reads'] == RESTORED
    assert broken.servers['shop'].rebuilds == 1
    assert ended.point_id == broken.good()[0].id


def test_what_was_damaged_is_kept_twice(broken):
    broken.ask_for_recovery()
    broken.recover()
    volumes = broken.cloud.world.volumes.values()
    kept = [v for v in volumes if v.status == 'available']
    assert [v.content for v in kept] == ['spoilt', 'spoilt']
    safety = [
        s
        for s in broken.cloud.snapshots_of(build.PROJECT)
        if resource.RECOVERY in s.metadata
    ]
    assert [s.content for s in safety] == ['spoilt', 'spoilt']


def test_a_stopped_server_is_left_stopped(stage):
    stage.run()
    stage.servers['shop'].status = 'SHUTOFF'
    stage.spoil()
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    assert stage.recover().status is DONE
    assert stage.servers['shop'].status == 'SHUTOFF'
    assert stage.cloud.contents_of(stage.servers['shop']) == RESTORED


def test_eight_volumes_are_exchanged_one_detach_at_a_time(tmp_path):
    stage = stages.Stage(tmp_path)
    stage.protect(volumes=8)
    stage.run()
    stage.spoil()
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    assert stage.recover().status is DONE
    reads = stage.cloud.contents_of(stage.servers['shop'])
    assert len(reads) == 8
    assert 'spoilt' not in reads.values()


def test_the_next_point_is_of_the_restored_volumes(broken):
    broken.ask_for_recovery()
    broken.recover()
    broken.run()
    newest = broken.good()[0]
    attached = set(broken.servers['shop'].attachments)
    assert {m.volume_id for m in newest.members} == attached
    assert broken.protection().alarm == ''


def test_a_second_recovery_goes_on_from_the_first(broken):
    broken.ask_for_recovery()
    broken.recover()
    broken.wait(minutes=1)
    broken.spoil()
    broken.ask_for_recovery()
    assert broken.recover().status is DONE
    server = broken.servers['shop']
    assert broken.cloud.contents_of(server) == RESTORED


def test_a_second_recovery_goes_on_from_the_first_on_another_bus(broken):
    """Nova names a device by the bus of the moment, and keeps its letter."""
    broken.ask_for_recovery()
    broken.recover()
    server = broken.servers['shop']
    for volume_id, place in server.attachments.items():
        device = place.device.replace('/dev/vd', '/dev/sd')
        server.attachments[volume_id] = dataclasses.replace(
            place, device=device
        )
        broken.cloud.world.volumes[volume_id].device = device
    broken.wait(minutes=1)
    broken.spoil()
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is DONE, ended.reason
    assert set(broken.cloud.contents_of(server).values()) == set(
        RESTORED.values()
    )


def test_one_recovery_of_a_server_at_a_time(broken):
    broken.ask_for_recovery()
    with pytest.raises(errors.Conflict, match='open already'):
        broken.ask_for_recovery()


def test_no_backup_while_a_recovery_is_open(broken):
    broken.ask_for_recovery()
    task = broken.run()
    assert task.status is not model.TaskStatus.DONE
    assert len(broken.good()) == 1


@pytest.fixture
def two(stage):
    """Give a service with as many good points as its policy keeps."""
    for _ in range(2):
        stage.run()
    return stage


def _read_from(stage, point):
    """Have a recovery read from a point that its plan has chosen."""
    stage.ask_for_recovery()
    (waiting,) = recoveries.claimable(stage.database, stage.now, 1)
    held = recoveries.claim(
        stage.database, waiting, 'w', stage.now, stage.now + stages.LEASE
    )
    attempt = samples.attempt(point_id=point.id)
    return journal.begin_attempt(stage.database, held, attempt, ())


def test_a_point_that_a_recovery_reads_from_is_not_pruned(two):
    old = two.good()[-1]
    two.wait(minutes=1)
    tasks.create_now(two.database, two.protection(), two.now)
    two.tick()
    assert two.history()[0].status is model.PointStatus.CREATING
    reads = _read_from(two, old)
    two.tick(6)
    assert [each.id for each in two.good()][2:] == [old.id]
    recoveries.finish(two.database, reads, FAILED, 'no host', two.now)
    two.run()
    assert old.id not in {each.id for each in two.good()}


def test_what_was_chosen_to_go_stays_once_a_recovery_reads_from_it(two):
    """The choice rests on what was in use a while ago."""
    history = two.good()
    chosen = plan.prune(history, rules.Quota(count=1), two.now)
    assert [each.point_id for each in chosen] == [history[1].id]
    _read_from(two, history[1])
    snapshot.send_off(two.database, history, chosen, two.now)
    assert two.good() == history


#: A call within the reads that the plan of a recovery is made from.
WITHIN = 5


def test_a_point_that_goes_while_its_plan_is_made_is_not_read(two, caplog):
    """Else the root would be gone, and no volume to be had."""
    caplog.set_level('INFO')
    newest, older = two.good()
    two.spoil()
    two.cloud.break_server(two.servers['shop'])
    two.wait(minutes=1)
    two.ask_for_recovery()

    def delete():
        status = model.PointStatus.DELETING
        points.move(two.database, newest, status, now=two.now)
        two.tick(3)

    ended = two.recover(races.Meddling(two.cloud, WITHIN, delete))
    assert f'anew: recovery point {newest.id} is delet' in caplog.text
    assert (ended.status, ended.point_id) == (DONE, older.id)
    assert [each.point_id for each in ended.attempts] == [older.id]
    assert two.cloud.contents_of(two.servers['shop']) == RESTORED


@pytest.fixture(scope='module')
def undisturbed(tmp_path_factory):
    """Give the outcome of a recovery that nothing disturbs, and its calls."""
    stage = stages.Stage(tmp_path_factory.mktemp('undisturbed'))
    stage.protect()
    stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    before = stage.cloud.count()
    stage.recover()
    return _outcome(stage), stage.cloud.count() - before


#: Every call of an undisturbed recovery; a test below holds it to that.
CALLS = range(36)


@pytest.mark.parametrize('acts', [False, True], ids=['before', 'after'])
@pytest.mark.parametrize('calls', CALLS)
def test_invariant_4_killed_at_any_call_it_ends_the_same(
    broken, undisturbed, calls, acts
):
    """Die at each call, before and after it; then another worker goes on."""
    broken.ask_for_recovery()
    with pytest.raises(crash.Crash):
        broken.recover(cloud=crash.CrashAfter(broken.cloud, calls, acts))
    broken.wait(seconds=stages.LEASE.total_seconds() + 1)
    ended = broken.recover(worker='worker-2')
    assert ended.status is DONE, ended.reason
    assert _outcome(broken) == undisturbed[0]
    assert broken.servers['shop'].rebuilds == 1


def test_the_crash_matrix_reaches_the_last_call(undisturbed):
    """If a recovery asks more of the cloud, CALLS has to grow with it."""
    assert undisturbed[1] == len(CALLS)


def test_a_worker_that_lost_its_lease_stops_acting(broken):
    broken.ask_for_recovery()
    stolen = []

    def steal():
        if not stolen:
            broken.wait(seconds=stages.LEASE.total_seconds() + 1)
            (left,) = recoveries.claimable(broken.database, broken.now, 1)
            stolen.append(
                recoveries.claim(
                    broken.database, left, 'thief', broken.now, broken.now
                )
            )

    with pytest.raises(errors.LeaseLost):
        broken.recover(pause=steal)
    acted = len(broken.cloud.changes())
    broken.cloud.settle()
    assert len(broken.cloud.changes()) == acted


CHANGES = [
    'create_snapshot',
    'create_volume',
    'rebuild_server',
    'stop_server',
    'detach_volume',
    'attach_volume',
    'start_server',
]


@pytest.mark.parametrize('method', CHANGES)
@pytest.mark.parametrize('after', [False, True], ids=['503', 'lost answer'])
def test_a_step_that_is_not_answered_is_taken_once_all_the_same(
    broken, undisturbed, method, after
):
    broken.cloud.fail(
        method, errors.CloudUnavailable('timed out'), after=after
    )
    broken.ask_for_recovery()
    assert broken.recover().status is DONE
    assert _outcome(broken) == undisturbed[0]


@pytest.mark.parametrize('dies', [False, True], ids=['lives', 'dies'])
def test_a_volume_lost_on_its_way_to_a_backend_is_asked_for_anew(
    broken, undisturbed, dies
):
    """Cinder dies once it has it written down, and perhaps the worker, too."""
    broken.cloud.break_next('create_volume', fate='lost')
    broken.ask_for_recovery()
    cloud = broken.cloud
    if dies:
        cloud = crash.CrashAfter(cloud, 0, True, methods={'create_volume'})
        with pytest.raises(crash.Crash):
            broken.recover(cloud=cloud)
        broken.wait(seconds=stages.LEASE.total_seconds() + 1)
    else:
        lost = errors.CloudUnavailable('no answer')
        cloud.fail('create_volume', lost, after=True)
    assert broken.recover(worker='worker-2').status is DONE
    assert _outcome(broken) == undisturbed[0]


def test_a_volume_that_is_being_made_is_left_to_it(broken, undisturbed):
    """However long it takes, and though the answer was lost."""
    lost = errors.CloudUnavailable('no answer')
    broken.cloud.fail('create_volume', lost, after=True)
    broken.cloud.hang_next('create_volume')
    broken.ask_for_recovery()
    began = broken.now

    def heal():
        if broken.now - began > 4 * doubts.FIRST:
            broken.cloud.heal()

    assert broken.recover(pause=heal).status is DONE
    assert _outcome(broken) == undisturbed[0]
    assert 1 <= broken.cloud.count('delete_volume') <= 4


@pytest.mark.parametrize('method', CHANGES)
def test_a_step_that_cannot_be_now_is_asked_again(broken, undisturbed, method):
    broken.cloud.fail(method, errors.CloudConflict('busy'), times=3)
    broken.ask_for_recovery()
    assert broken.recover().status is DONE
    assert _outcome(broken) == undisturbed[0]


@pytest.mark.parametrize('method', CHANGES)
@pytest.mark.parametrize(
    'error',
    [errors.CloudRefused('400'), errors.DelegationDead('role removed')],
)
def test_a_step_that_is_refused_says_so_and_stops(broken, method, error):
    broken.cloud.fail(method, error)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert str(error) in ended.reason
    failed = [s for s in broken.recoveries()[0].steps if s.detail]
    assert [s.status for s in failed] == [model.StepStatus.FAILED]
    assert broken.ask_for_recovery()  # the server is let go


@pytest.mark.parametrize('method', CHANGES)
def test_after_a_failure_another_recovery_starts_from_what_stands(
    broken, method
):
    """Whatever broke off half way, the data comes back all the same."""
    broken.cloud.fail(method, errors.CloudRefused('400'))
    (point,) = broken.good()
    broken.ask_for_recovery(point_id=point.id)
    assert broken.recover().status is FAILED
    broken.cloud.settle()
    broken.ask_for_recovery(point_id=point.id)
    ended = broken.recover()
    assert ended.status is DONE, ended.reason
    server = broken.servers['shop']
    assert broken.cloud.contents_of(server) == RESTORED
    assert server.status == 'ACTIVE'  # the first one had stopped it


@pytest.mark.parametrize(
    ('method', 'says'),
    [
        ('rebuild_server', 'the rebuild of server'),
        ('stop_server', 'is in ERROR'),
        ('start_server', 'is in ERROR'),
    ],
)
def test_a_step_that_was_accepted_and_then_failed_is_told(
    broken, method, says
):
    broken.cloud.break_next(method)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert says in ended.reason


MAKES = pytest.mark.parametrize('method', ['create_snapshot', 'create_volume'])


@MAKES
def test_what_a_backend_could_not_make_is_asked_for_anew(
    broken, undisturbed, method
):
    """It was away, or busy; what failed is removed."""
    broken.cloud.break_next(method, times=3)
    broken.ask_for_recovery()
    began = broken.now
    assert broken.recover().status is DONE
    assert _outcome(broken) == undisturbed[0]
    kinds = broken.cloud.world.volumes, broken.cloud.world.snapshots
    assert {each.status for kind in kinds for each in kind.values()} <= {
        'available',
        'in-use',
    }
    assert broken.now - began < 4 * doubts.FIRST


@MAKES
def test_what_a_backend_cannot_make_is_told(broken, method):
    """In the end; before anything was taken away."""
    server = broken.servers['shop']
    before = broken.cloud.volumes_of(server)
    broken.cloud.break_next(method, times=None)
    broken.cloud.calls.clear()
    broken.ask_for_recovery()
    began = broken.now
    ended = broken.recover()
    assert ended.status is FAILED
    assert 'is in error' in ended.reason
    assert broken.cloud.volumes_of(server) == before
    per_volume = broken.cloud.count(method) / len(before)
    assert 1 < per_volume <= 1 + doubts.MOST
    assert broken.now - began < 8 * doubts.FIRST


def test_what_failed_and_cannot_be_removed_ends_it_in_time(broken):
    broken.cloud.break_next('create_volume', times=None)
    broken.cloud.break_next('delete_volume', times=None)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert 'is in error_deleting' in ended.reason


def test_a_safety_snapshot_that_does_not_end_is_asked_for_beside_it(
    broken, undisturbed
):
    """The cinder-volume that made it died, and takes it up no more."""
    broken.cloud.hang_next('create_snapshot')
    broken.ask_for_recovery()
    assert broken.recover().status is DONE
    wanted = undisturbed[0]
    lost = [('creating', 'spoilt')]
    assert _outcome(broken) == {
        **wanted,
        'snapshots': sorted(wanted['snapshots'] + lost),
    }


def test_no_third_safety_snapshot_is_asked_for(broken):
    broken.cloud.hang_next('create_snapshot', times=None)
    broken.cloud.calls.clear()
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert 'not done after' in ended.reason
    volumes = broken.cloud.volumes_of(broken.servers['shop'])
    assert broken.cloud.count('create_snapshot') == 2 * len(volumes)


@pytest.mark.parametrize(
    'error', [errors.QuotaExceeded('413'), errors.CloudUnavailable('503')]
)
def test_where_no_room_is_left_beside_it_the_first_is_waited_for(
    broken, error
):
    broken.cloud.hang_next('create_snapshot')
    broken.ask_for_recovery()
    began = broken.now

    def pause():
        if broken.now == began:
            broken.cloud.fail('create_snapshot', error, times=1)
        if broken.now - began > 3 * doubts.FIRST:
            broken.cloud.heal()

    assert broken.recover(pause=pause).status is DONE


@pytest.mark.parametrize('method', ['detach_volume', 'attach_volume'])
def test_an_exchange_that_did_not_take_is_asked_again(
    broken, undisturbed, method
):
    broken.cloud.break_next(method)
    broken.ask_for_recovery()
    assert broken.recover().status is DONE
    assert _outcome(broken) == undisturbed[0]


@pytest.mark.parametrize('method', CHANGES)
def test_a_step_that_hangs_ends_in_time(broken, method):
    times = None if method == 'create_snapshot' else 1
    broken.cloud.hang_next(method, times)
    broken.ask_for_recovery()
    ended = broken.recover()
    assert ended.status is FAILED
    assert 'not done after' in ended.reason


@pytest.mark.parametrize('service', ['nova', 'cinder', 'keystone', 'glance'])
def test_an_outage_however_long_is_waited_out(broken, undisturbed, service):
    """Each service is gone for half an hour in the middle of it."""
    broken.ask_for_recovery()
    down = broken.cloud.outage(service)
    down.__enter__()
    pauses = []

    def heal():
        pauses.append(1)
        if len(pauses) == 1800:
            down.__exit__(None, None, None)

    assert broken.recover(pause=heal).status is DONE
    assert _outcome(broken) == undisturbed[0]


def test_refused_before_anything_is_touched(stage):
    stage.cloud.break_server(stage.servers['shop'])
    stage.ask_for_recovery()
    ended = stage.recover()
    assert ended.status is REFUSED
    assert 'no good recovery point' in ended.reason
    assert stage.cloud.changes() == []


def test_a_point_taken_after_the_fault_is_not_trusted(stage):
    stage.run()
    stage.cloud.break_server(stage.servers['shop'])
    stage.ask_for_recovery(onset_at=stage.now - datetime.timedelta(hours=1))
    assert stage.recover().status is REFUSED
    assert stage.servers['shop'].rebuilds == 0


@pytest.fixture
def relapsed(stage):
    """Give a service that went back to before its damage, and fails again."""
    stage.run()
    stage.wait(hours=1)
    onset = stage.now
    stage.wait(minutes=1)
    stage.spoil()
    stage.wait(hours=1)
    stage.run()  # a good point, of the damage
    stage.wait(minutes=10)
    stage.ask_for_recovery(onset_at=onset)
    assert stage.recover().status is DONE
    stage.wait(minutes=10)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    return stage


def _reads(stage):
    return set(stage.cloud.contents_of(stage.servers['shop']).values())


def _foreseen(stage):
    """Give the points that readiness and foresight tell of, and why."""
    protection = stage.protection()
    world = (stage.database, stage.cloud)
    (ready,) = readying.judge(*world, [protection], stage.now)
    recovery = trouble.new_recovery(
        protection,
        cause='asked for by a person',
        onset_at=stage.now,
        evidence={},
        now=stage.now,
    )
    seen = foresight.foresee(*world, protection, recovery)
    return ready.point.id, seen.point.id, seen.planned.reason


def test_what_a_person_went_back_behind_stays_behind(stage):
    """The damage was no fault that anybody saw."""
    stage.run()
    (clean,) = stage.good()
    stage.wait(minutes=5)
    stage.spoil()
    stage.run()
    assert len(stage.good()) == 2
    stage.ask_for_recovery(point_id=clean.id)
    assert stage.recover().status is DONE
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    done = stage.recover()
    assert (done.status, done.point_id) == (DONE, clean.id)
    assert stages.SPOILT not in _reads(stage)


def test_what_a_recovery_has_passed_over_the_next_one_does_too(relapsed):
    damaged, clean = relapsed.good()
    *foreseen, why = _foreseen(relapsed)
    assert foreseen == [clean.id] * 2
    assert '1 of what a recovery from an older one has left behind' in why
    relapsed.ask_for_recovery()
    done = relapsed.recover()
    assert (done.status, done.point_id) == (DONE, clean.id)
    assert stages.SPOILT not in _reads(relapsed)
    relapsed.ask_for_recovery(point_id=damaged.id, point_named=True)
    assert relapsed.recover().status is DONE
    assert _reads(relapsed) == {stages.SPOILT}


def test_a_recovery_that_begins_by_itself_does_so_too(relapsed):
    relapsed.change_policy(automatic=True)
    relapsed.watch(4)
    assert relapsed.recoveries()[0].automatic
    assert relapsed.recover().status is DONE
    assert stages.SPOILT not in _reads(relapsed)


def test_what_an_undo_brought_back_is_recovered_to(relapsed):
    damaged, _ = relapsed.good()
    (first,) = relapsed.recoveries()
    relapsed.servers['shop'].status = 'ACTIVE'
    undo = model.RecoveryKind.UNDO
    relapsed.ask_for_recovery(kind=undo, origin_id=first.id)
    assert relapsed.recover().status is DONE
    relapsed.wait(minutes=1)
    relapsed.cloud.break_server(relapsed.servers['shop'])
    relapsed.ask_for_recovery()
    assert relapsed.recover().point_id == damaged.id


def test_an_old_complaint_of_nova_is_not_when_the_fault_began(stage):
    """It may be of an attach that was refused days ago."""
    long_ago = stage.now - datetime.timedelta(days=9)
    stage.run()
    stage.wait(minutes=1)
    stage.cloud.break_server(stage.servers['shop'], at=long_ago)
    stage.run()
    assert stage.recover().status is DONE


def test_a_healthy_server_is_never_rebuilt_by_itself(stage):
    """Every kind of trouble of a backup, again and again."""
    stage.run()
    for error in (
        errors.CloudUnavailable('503'),
        errors.QuotaExceeded('413'),
        errors.CloudConflict('409'),
        errors.CloudRefused('400'),
        errors.NotFound('404'),
        errors.DelegationDead('401'),
    ):
        for method in ('get_server', 'list_volumes', 'create_snapshot'):
            stage.cloud.fail(method, error, times=2)
            stage.run(ticks=60)
            stage.cloud.heal()
    assert stage.recoveries() == []
    assert stage.servers['shop'].rebuilds == 0
    assert stage.good()


def test_a_run_after_a_recovery_takes_the_restored_volumes(
    broken, monkeypatch
):
    """What was read for others meanwhile shows the volumes of before."""
    hour = datetime.timedelta(hours=1)
    monkeypatch.setattr(contexts, 'SIGHT_LIFE', hour)
    broken.forget()
    broken.protect('other')
    broken.ask_for_recovery()
    waiting = [
        tasks.create_now(broken.database, broken.protection(name), broken.now)
        for name in ('other', 'shop')
    ]
    broken.tick()
    broken.recover()
    broken.tick(6)
    ended = [tasks.get(broken.database, None, each.id) for each in waiting]
    assert {each.status for each in ended} == {model.TaskStatus.DONE}
    attached = broken.cloud.volumes_of(broken.servers['shop'])
    assert {m.volume_id for m in broken.good()[0].members} == {
        volume.id for volume in attached
    }


def test_each_step_keeps_the_clouds_ids_of_what_it_asked_for(broken):
    broken.ask_for_recovery()
    broken.recover()
    asked = {
        each.name: each.request_ids for each in broken.recoveries()[0].steps
    }
    del asked['verify']
    marks = asked.pop('detach')  # and a marker each
    assert len(marks) == 2
    assert all(len(ids) == 1 for ids in asked.values()), asked
    assert all(ids[0].startswith('req-') for ids in asked.values())


def test_what_its_plan_has_read_is_not_asked_for_again(broken):
    """The snapshots are read to plan, and no sooner than a moment ago."""
    broken.ask_for_recovery()
    before = broken.cloud.count()
    broken.recover()
    asked = [each.method for each in broken.cloud.calls[before:]]
    first = asked[: asked.index('create_snapshot')]
    assert first.count('list_snapshots') == 1
    assert 'find_snapshots' not in first


def test_an_outage_in_between_makes_the_plan_read_it_anew(broken):
    broken.ask_for_recovery()
    broken.cloud.fail('get_image', errors.CloudUnavailable('503'), times=1)
    before = broken.cloud.count()
    broken.recover()
    asked = [each.method for each in broken.cloud.calls[before:]]
    first = asked[: asked.index('create_snapshot')]
    assert first.count('list_snapshots') == first.count('locate_server') == 2
