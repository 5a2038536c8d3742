"""Drills on the in-memory cloud: every end of them, and every crash."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.db import drill_claims
from snapfault.db import drills
from snapfault.db import point_guards
from snapfault.db import policies
from snapfault.drill import tools
from snapfault.recover import doubts
from snapfault.recover import tools as recover_tools
from snapfault.trigger import drills as trigger
from tests import build
from tests.fake import crash
from tests.functional import rehearsal
from tests.functional import stage as stages
from tests.functional.matrix import races

DONE = model.DrillStatus.DONE
FAILED = model.DrillStatus.FAILED
REFUSED = model.DrillStatus.REFUSED
RUNNING = model.DrillStatus.RUNNING
NONE = model.Proof.NONE


@pytest.fixture
def ready(stage):
    """Give a service with one good point."""
    return _ready(stage)


@pytest.fixture
def kind(request):
    """Give what the service boots from: 'image', or 'volume'."""
    return getattr(request, 'param', 'image')


@pytest.fixture
def either(kind, tmp_path):
    """Give a service with one good point that boots from what is asked."""
    stage = _protected(kind, tmp_path)
    yield stage
    stage.database.close()


def _protected(kind, folder):
    stage = stages.Stage(folder)
    stage.protect(volume_backed=kind == 'volume')
    return _ready(stage)


def _ready(stage):
    stage.run()
    stage.wait(minutes=5)
    return stage


KINDS = ('image', 'volume')
EITHER = pytest.mark.parametrize('kind', KINDS, indirect=True)


def proof(stage):
    """Give what the only point says of its drills."""
    (point,) = stage.good()
    return point.proof


@EITHER
def test_a_drill_proves_its_point_and_measures_it(kind, either):
    before = rehearsal.service(either)
    asked = rehearsal.ask(either)
    seen = []
    ended = rehearsal.rehearse(
        either, pause=lambda: seen.append(_spare(either))
    )
    assert ended.status is DONE
    (point,) = either.good()
    assert (ended.id, ended.point_id) == (asked.id, point.id)
    assert (point.proof, point.rto) == (model.Proof.PROVEN, ended.took)
    # it took from its begin until it was verified, and was removed after
    assert 0 < ended.took < (ended.finished_at - ended.started_at).seconds
    assert rehearsal.service(either) == before
    assert rehearsal.left(either) == []
    root = {'/dev/vda': 'cirros as published'}  # never what it held
    assert {
        **(root if kind == 'volume' else {}),
        '/dev/vdb': 'shop-0 at first',
        '/dev/vdc': 'shop-1 at first',
    } in seen


def _spare(stage):
    """Give what the drill's server reads, by device."""
    server = _spare_server(stage)
    return stage.cloud.contents_of(server) if server else {}


def _spare_server(stage):
    for server in stage.cloud.world.servers.values():
        if server.id != stage.servers['shop'].id:
            return server
    return None


@EITHER
def test_the_steps_are_those_of_a_recovery(kind, either):
    rehearsal.ask(either)
    rehearsal.rehearse(either)
    steps = rehearsal.drill(either).steps
    of_volume = kind == 'volume'
    assert [each.name for each in steps] == [
        'boot-server',
        'restore-volume',
        'restore-volume',
        *['mark-root'] * of_volume,
        'stop',
        'attach',
        'attach',
        'start',
        'verify',
        'remove-server',
        'remove-volume',
        'remove-volume',
        *['remove-volume'] * of_volume,
    ]
    assert {each.status for each in steps} == {model.StepStatus.DONE}


def test_no_network_unless_the_policy_names_one(ready):
    rehearsal.ask(ready)
    rehearsal.rehearse(ready)
    network_id = ready.cloud.add_network(build.PROJECT)
    _policy(ready, network=network_id)
    rehearsal.ask(ready)
    rehearsal.rehearse(ready)
    made = [
        c.args[0] for c in ready.cloud.calls if c.method == 'create_server'
    ]
    assert [each.network_id for each in made] == [None, network_id]


def _policy(stage, **drills):
    policy = policies.get(stage.database, None, stage.policy.id)
    recovery = dataclasses.replace(
        policy.recovery, drills=rules.DrillRules(**drills)
    )
    policy = dataclasses.replace(policy, recovery=recovery)
    due_at = trigger.next_drill(policy, stage.now)
    policies.update(stage.database, policy, next_drill_at=due_at)


def test_a_newer_point_is_rehearsed_and_a_named_one(ready):
    (old,) = ready.good()
    ready.run()
    new = ready.good()[0]
    rehearsal.ask(ready)
    assert rehearsal.rehearse(ready).point_id == new.id
    rehearsal.ask(ready, point_id=old.id)
    assert rehearsal.rehearse(ready).point_id == old.id
    assert {each.proof for each in ready.good()} == {model.Proof.PROVEN}


def test_backups_go_on_beside_a_drill(ready):
    rehearsal.ask(ready)
    ended = []

    def back_up():
        if not ended:
            ended.append(ready.run().status)

    assert rehearsal.rehearse(ready, pause=back_up).status is DONE
    assert ended == [model.TaskStatus.DONE]


# every crash


#: Every call of an undisturbed drill; a test below holds it to that.
CALLS = {'image': 42, 'volume': 47}


@pytest.mark.parametrize('acts', [False, True], ids=['before', 'after'])
@pytest.mark.parametrize(
    ('kind', 'calls'),
    [(kind, calls) for kind in KINDS for calls in range(CALLS[kind])],
    indirect=['kind'],
)
def test_invariants_3_and_4_killed_at_any_call_nothing_is_left(
    either, calls, acts
):
    """Die at each call, before and after it; then another worker goes on."""
    before = rehearsal.service(either)
    rehearsal.ask(either)
    with pytest.raises(crash.Crash):
        rehearsal.rehearse(
            either, cloud=crash.CrashAfter(either.cloud, calls, acts)
        )
    either.wait(seconds=stages.LEASE.total_seconds() + 1)
    ended = rehearsal.rehearse(either, worker='worker-2')
    assert ended.status is DONE, ended.reason
    assert ended.reason == ''
    assert proof(either) is model.Proof.PROVEN
    assert rehearsal.left(either) == []
    assert rehearsal.service(either) == before
    assert either.cloud.count('create_server') <= 2
    made = [c for c in either.cloud.changes() if c.method == 'create_volume']
    assert len(made) <= 3  # a call that a crash kept from the cloud counts


@EITHER
def test_the_crash_matrix_reaches_the_last_call(kind, either):
    """If a drill asks more of the cloud, CALLS has to grow with it."""
    before = either.cloud.count()
    rehearsal.ask(either)
    assert rehearsal.rehearse(either).status is DONE
    assert either.cloud.count() - before == CALLS[kind]


@pytest.mark.parametrize('calls', [5, 20, 41])
def test_what_changed_hands_measures_nothing(ready, calls):
    rehearsal.ask(ready)
    with pytest.raises(crash.Crash):
        rehearsal.rehearse(ready, cloud=crash.CrashAfter(ready.cloud, calls))
    ready.wait(minutes=2)
    ended = rehearsal.rehearse(ready, worker='worker-2')
    (point,) = ready.good()
    verified = ended.took is not None  # before it was killed
    assert (point.rto is not None) is verified
    assert verified is (calls == 41)


def test_a_worker_that_stops_lets_it_go_at_once(ready):
    rehearsal.ask(ready)

    def stop():
        raise recover_tools.Stopped

    with pytest.raises(recover_tools.Stopped):
        rehearsal.rehearse(ready, pause=stop)
    held = rehearsal.drill(ready)
    drill_claims.let_go(ready.database, held, ready.now)
    ready.wait(seconds=1)
    assert rehearsal.rehearse(ready, worker='worker-2').status is DONE
    assert rehearsal.left(ready) == []


# what disproves a point, and what does not

CHANGES = [
    'create_server',
    'create_volume',
    'stop_server',
    'attach_volume',
    'start_server',
]
REMOVALS = ['delete_server', 'delete_volume']
MARKS = ('volume', 'mark_volume')  #: only where there is a root volume


def _of_either(methods):
    """Give a mark for each of these changes of a drill of each kind."""
    return pytest.mark.parametrize(
        ('kind', 'method'),
        [(kind, method) for kind in KINDS for method in methods] + [MARKS],
        indirect=['kind'],
    )


@_of_either(CHANGES + REMOVALS)
@pytest.mark.parametrize('after', [False, True], ids=['503', 'lost answer'])
def test_an_outage_of_one_call_is_waited_out(either, method, after):
    before = rehearsal.service(either)
    error = errors.CloudUnavailable('timed out')
    either.cloud.fail(method, error, after=after)
    rehearsal.ask(either)
    assert rehearsal.rehearse(either).status is DONE
    assert rehearsal.left(either) == []
    assert rehearsal.service(either) == before


@_of_either(CHANGES)
@pytest.mark.parametrize(
    'error',
    [
        errors.CloudRefused('400'),
        errors.QuotaExceeded('413'),
        errors.DelegationDead('role removed'),
    ],
)
def test_what_the_cloud_refuses_disproves_nothing(either, method, error):
    before = rehearsal.service(either)
    either.cloud.fail(method, error)
    rehearsal.ask(either)
    ended = rehearsal.rehearse(either)
    assert (ended.status, ended.reason) == (REFUSED, str(error))
    assert proof(either) is NONE
    assert rehearsal.left(either) == []
    assert rehearsal.service(either) == before


def test_a_volume_lost_on_its_way_to_a_backend_is_asked_for_anew(ready):
    before = rehearsal.service(ready)
    ready.cloud.break_next('create_volume', fate='lost')
    rehearsal.ask(ready)
    assert rehearsal.rehearse(ready).status is DONE
    assert rehearsal.left(ready) == []
    assert rehearsal.service(ready) == before


def test_a_volume_that_is_lost_is_left_by_no_drill(ready):
    """Nor does it wait for it: no other drill of the project could begin."""
    ready.cloud.break_next('create_volume', fate='lost')
    rehearsal.ask(ready)
    opened = []

    def open_one():
        if not opened and rehearsal.left(ready):
            opened.append(ready.ask_for_recovery())

    began = ready.now
    assert rehearsal.rehearse(ready, pause=open_one).status is REFUSED
    assert rehearsal.left(ready) == []
    assert ready.now - began < 2 * doubts.FIRST


@EITHER
@pytest.mark.parametrize('method', CHANGES)
@pytest.mark.parametrize('fate', ['error', 'hang'])
def test_what_the_cloud_cannot_do_disproves_nothing(either, method, fate):
    before = rehearsal.service(either)
    either.cloud.break_next(method, fate=fate)
    rehearsal.ask(either)
    ended = _ended(either)
    if fate == 'error' and method in ('attach_volume', 'create_volume'):
        assert ended.status is DONE  # it is asked again
    else:
        assert ended.status is REFUSED
        assert proof(either) is NONE
    assert rehearsal.left(either) == []
    assert rehearsal.service(either)['volumes'] == before['volumes']


@pytest.mark.parametrize('service', ['nova', 'cinder', 'keystone', 'glance'])
def test_an_outage_that_lasts_breaks_it_off(ready, service):
    before = rehearsal.service(ready)
    rehearsal.ask(ready)
    down = ready.cloud.outage(service)
    down.__enter__()
    pauses = []

    def heal():
        pauses.append(1)
        if len(pauses) == 300:
            down.__exit__(None, None, None)

    ended = rehearsal.rehearse(ready, pause=heal)
    assert ended.status is REFUSED
    assert 'not verified after 0:04:00' in ended.reason
    assert proof(ready) is NONE
    assert rehearsal.left(ready) == []
    assert rehearsal.service(ready) == before


def test_a_recovery_that_opens_has_the_right_of_way(ready):
    before = rehearsal.service(ready)
    rehearsal.ask(ready)
    opened = []

    def open_one():
        if not opened and rehearsal.left(ready):
            opened.append(ready.ask_for_recovery())

    ended = rehearsal.rehearse(ready, pause=open_one)
    assert ended.status is REFUSED
    assert ended.reason == 'a recovery of the service has opened'
    assert opened
    assert rehearsal.left(ready) == []
    assert rehearsal.service(ready) == before
    assert ready.recover().status is model.RecoveryStatus.DONE


READY = rules.Check('console', {'text': 'ready'}, timeout=30)


def _checked(stage, *checks):
    policy = policies.get(stage.database, None, stage.policy.id)
    recovery = dataclasses.replace(policy.recovery, checks=checks)
    policies.update(
        stage.database, dataclasses.replace(policy, recovery=recovery)
    )


def test_a_service_that_does_not_come_up_disproves_its_point(ready):
    before = rehearsal.service(ready)
    _checked(ready, READY)
    rehearsal.ask(ready)
    ended = rehearsal.rehearse(ready)
    assert ended.status is FAILED
    assert "'ready' is not in the last" in ended.reason
    assert ended.took is None
    assert proof(ready) is model.Proof.DISPROVEN
    assert rehearsal.left(ready) == []
    assert rehearsal.service(ready) == before


@pytest.mark.parametrize(
    'check',
    [
        rules.Check('console', {}),
        rules.Check('no-such-driver', {}),
    ],
)
def test_a_check_that_nobody_can_make_disproves_nothing(ready, check):
    ready.cloud.world.networks['net'] = build.PROJECT
    _policy(ready, network='net')
    _checked(ready, check)
    rehearsal.ask(ready)
    ended = rehearsal.rehearse(ready)
    assert ended.status is REFUSED
    assert 'the policy names a check, but' in ended.reason
    assert proof(ready) is NONE
    assert rehearsal.left(ready) == []


@pytest.mark.parametrize(
    'error',
    [
        errors.CloudConflict('no console now'),
        errors.CloudRefused('no console at all'),
    ],
)
def test_a_console_that_cannot_be_read_disproves_nothing(ready, error):
    ready.cloud.fail('get_console', error, times=None)
    _checked(ready, READY)
    rehearsal.ask(ready)
    ended = rehearsal.rehearse(ready)
    assert ended.status is REFUSED
    assert str(error) in ended.reason
    assert proof(ready) is NONE


def test_a_server_that_fails_when_it_is_verified_disproves_nothing(ready):
    _checked(ready, READY)
    rehearsal.ask(ready)

    def fail():
        steps = rehearsal.drill(ready).steps
        if steps and steps[-1].name == 'verify':
            (server,) = [
                each
                for each in ready.cloud.world.servers.values()
                if each.id != ready.servers['shop'].id
            ]
            if server.status == 'ACTIVE':
                ready.cloud.break_server(server)

    ended = rehearsal.rehearse(ready, pause=fail)
    assert ended.status is REFUSED
    assert 'is in ERROR' in ended.reason
    assert proof(ready) is NONE
    assert rehearsal.left(ready) == []


# what is refused before anything is made


def _refused(stage):
    rehearsal.ask(stage)
    before = len(stage.cloud.changes())
    ended = rehearsal.rehearse(stage)
    assert ended.status is REFUSED
    assert ended.steps == ()
    assert len(stage.cloud.changes()) == before
    return ended.reason


def test_without_a_good_point(stage):
    assert 'no good recovery point' in _refused(stage)


def test_the_image_is_gone(ready):
    image_id = ready.servers['shop'].image_id
    ready.cloud.world.images[image_id].status = 'deactivated'
    assert 'is deactivated' in _refused(ready)
    del ready.cloud.world.images[image_id]
    assert 'is gone' in _refused(ready)


def test_a_snapshot_is_gone(ready):
    (point,) = ready.good()
    del ready.cloud.world.snapshots[point.members[0].snapshot_id]
    assert 'has lost snapshots' in _refused(ready)


@pytest.mark.parametrize(
    ('limits', 'says'),
    [
        ({'volumes': 5}, 'take 4 volumes, and the project has room for 3'),
        ({'gigabytes': 9}, 'GiB'),
        ({'snapshots': 3}, 'snapshots'),
        ({'gigabytes_fake': 9}, 'GiB of type fake'),
    ],
)
def test_no_room_for_it_and_a_recovery_beside_it(ready, limits, says):
    ready.cloud.limit(build.PROJECT, **limits)
    assert says in _refused(ready)


def test_the_right_is_dead(ready):
    ready.cloud.kill_trust(ready.right)
    assert 'no token' in _refused(ready)


# what cannot be removed


@EITHER
@pytest.mark.parametrize(
    ('method', 'fate'),
    [
        ('delete_server', 'error'),
        ('delete_server', 'hang'),
        ('delete_volume', 'error'),
        ('delete_volume', 'hang'),
        ('delete_volume', 'busy'),
    ],
)
def test_a_removal_that_fails_is_tried_again_later(either, method, fate):
    before = rehearsal.service(either)
    either.cloud.break_next(method, fate=fate)
    rehearsal.ask(either)
    ended = _ended(either)
    assert ended.status is DONE
    assert rehearsal.left(either) == []
    assert rehearsal.service(either) == before


def _ended(stage):
    """Give how a drill ends, at the second try where it takes one."""
    try:
        return rehearsal.rehearse(stage)
    except tools.LeftBehind:
        held = rehearsal.drill(stage)
        assert held.status is RUNNING
        assert held.outcome is not None
        assert rehearsal.left(stage)
    stage.cloud.heal()
    _mend(stage)
    stage.wait(minutes=5, seconds=1)
    return rehearsal.rehearse(stage)


def _mend(stage):
    """Do what an admin does with a volume whose removal has failed."""
    for volume in stage.cloud.world.volumes.values():
        if volume.status == 'error_deleting':
            volume.status = 'error'


def test_a_right_that_died_is_made_good_by_another_of_the_project(ready):
    rehearsal.ask(ready)
    killed = []

    def kill():
        if not killed and rehearsal.left(ready):
            killed.append(ready.cloud.kill_trust(ready.right))

    with pytest.raises(tools.LeftBehind, match='no token'):
        rehearsal.rehearse(ready, pause=kill)
    assert rehearsal.left(ready)
    ready.right = ready.cloud.add_trust(build.PROJECT)
    ready.protect('mail')
    ready.wait(minutes=5, seconds=1)
    ended = rehearsal.rehearse(ready)
    assert ended.status is REFUSED
    assert rehearsal.left(ready) == []


def test_invariant_7_what_a_person_made_theirs_is_left_alone(ready):
    rehearsal.ask(ready)
    taken = []

    def take():
        for volume in ready.cloud.world.volumes.values():
            if not taken and volume.metadata and volume.status == 'in-use':
                taken.append(volume)
                volume.metadata.clear()

    rehearsal.rehearse(ready, pause=take)
    assert taken[0].id in ready.cloud.world.volumes
    assert rehearsal.left(ready) == []


#: Calls of a drill after which its server takes a volume from a person. Of
#: one that boots from a volume all until it is stopped: the root is marked
#: among them.
UP = {'image': [16, 30], 'volume': [*range(14, 25), 31, 35]}
THEIRS = {resource.MARKER: 'recovery-9/restored/member-1'}


def _by_hand(stage, device, delete=False, **attributes):
    """Attach a volume to the drill's server, as a person does."""
    server = _spare_server(stage)
    assert server.status in ('ACTIVE', 'SHUTOFF')
    volume = stage.cloud.add_volume(build.PROJECT, content='precious')
    vars(volume).update(attributes)
    stage.cloud.attach(server, volume, device, delete=delete)
    return volume


@pytest.mark.parametrize(
    ('kind', 'number'),
    [(kind, number) for kind in KINDS for number in UP[kind]],
    indirect=['kind'],
)
@pytest.mark.parametrize(
    ('device', 'metadata'),
    [('', {}), ('/dev/vdx', THEIRS), ('/dev/sda', THEIRS)],
    ids=['in the way', "another's", 'at a like place'],
)
def test_invariant_7_what_a_person_attaches_outlives_the_drill(
    either, number, device, metadata
):
    before = rehearsal.service(either)
    image_id = next(iter(either.cloud.world.images)) if metadata else None
    given = []

    def give():
        given.append(
            _by_hand(
                either, device, metadata=dict(metadata), image_id=image_id
            )
        )

    rehearsal.ask(either)
    ended = rehearsal.rehearse(
        either, races.Meddling(either.cloud, number, give)
    )
    (volume,) = given
    assert either.cloud.world.volumes.pop(volume.id) is volume
    assert (volume.status, volume.content) == ('available', 'precious')
    assert volume.metadata == metadata
    assert ended.status in (DONE, REFUSED)
    assert (
        f'volume {volume.id}, which the drill has not made, was attached to'
        ' its server and is left'
    ) in ended.reason
    assert rehearsal.drill(either).reason == ended.reason
    assert rehearsal.left(either) == []
    assert rehearsal.service(either) == before


def _kept_root(server):
    """Have Nova keep the root volume when the server goes."""
    root = server.attachments[server.root_id]
    server.attachments[server.root_id] = dataclasses.replace(
        root, delete_on_termination=False
    )


@pytest.mark.parametrize('kind', ['volume'], indirect=True)
@pytest.mark.parametrize(
    'change',
    [{}, {'metadata': THEIRS}, {'image_id': 'other'}, {'snapshot_id': 'x'}],
    ids=['kept by a person', "another's", 'of another image', 'a clone'],
)
def test_invariant_7_a_root_that_the_boot_has_not_made_is_not_marked(
    either, change
):
    roots = []

    def meddle():
        server = _spare_server(either)
        roots.append(either.cloud.world.volumes[server.root_id])
        vars(roots[0]).update(change)
        if not change:
            _kept_root(server)

    rehearsal.ask(either)
    ended = rehearsal.rehearse(
        either, races.Meddling(either.cloud, UP['volume'][0], meddle)
    )
    assert ended.status is REFUSED
    assert 'is not as the boot has made it' in ended.reason
    assert proof(either) is NONE
    assert either.cloud.count('mark_volume') == 0
    (root,) = roots
    assert root.metadata == change.get('metadata', {})
    # Nova removes it with the server, unless a person has told it not to
    is_kept = not change
    assert (root.id in either.cloud.world.volumes) is is_kept
    assert (f'volume {root.id}, which the drill' in ended.reason) is is_kept


def test_a_check_that_fails_beside_a_volume_of_a_person_disproves_nothing(
    ready,
):
    _checked(ready, READY)
    rehearsal.ask(ready)
    ended = rehearsal.rehearse(
        ready,
        races.Meddling(
            ready.cloud, UP['image'][0], lambda: _by_hand(ready, '/dev/vdx')
        ),
    )
    assert ended.status is REFUSED
    assert "'ready' is not in the last" in ended.reason
    assert proof(ready) is NONE


def test_a_worker_that_lost_its_lease_stops_acting(ready):
    rehearsal.ask(ready)
    stolen = []

    def steal():
        if not stolen:
            ready.wait(seconds=stages.LEASE.total_seconds() + 1)
            stolen.append(rehearsal.claim(ready, 'thief'))

    with pytest.raises(errors.LeaseLost):
        rehearsal.rehearse(ready, pause=steal)
    acted = len(ready.cloud.changes())
    ready.cloud.settle()
    assert len(ready.cloud.changes()) == acted


def test_a_point_that_is_rehearsed_is_not_pruned(ready):
    (old,) = ready.good()
    rehearsal.ask(ready, point_id=old.id)
    kept = []

    def prune():
        if not kept:
            for _ in range(2):  # the policy keeps two
                ready.run()
            kept.append(old.id in {each.id for each in ready.good()})

    assert rehearsal.rehearse(ready, pause=prune).status is DONE
    assert kept == [True]
    assert point_guards.in_use(ready.database) == frozenset()
    ready.wait(hours=1)
    ready.run()
    assert old.id not in {each.id for each in ready.good()}


def test_it_falls_due_by_the_policy(ready):
    _policy(ready, schedule=rules.Schedule('drills', interval=3600))
    ready.tick(2)
    assert drills.list_page(ready.database, None, limit=2) == []
    ready.wait(hours=1)
    ready.tick(2)
    assert rehearsal.drill(ready).cause.startswith('due at')
    assert rehearsal.rehearse(ready).status is DONE
