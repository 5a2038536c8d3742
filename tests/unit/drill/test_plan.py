"""What is rehearsed, with which steps, and why not."""

import dataclasses

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.db import drills
from snapfault.drill import plan
from snapfault.recover import choose
from tests import build

DISPROVEN = model.Proof.DISPROVEN
IMAGE = resource.Image('image-1', 'cirros', 'active')
POLICY = rules.RecoveryRules()
ROOT = build.member(3, device='/dev/vda', size=8, root=True)


def _drill(**changes):
    made = drills.new(build.protection(), drills.ASKED, build.NOW)
    return dataclasses.replace(made, id='drill-1', **changes)


def _points(*proofs):
    """Give good points, the oldest first, and their snapshots."""
    points = [
        build.point(
            number,
            proof=proof,
            members=(build.member(number, id=f'member-{number}'),),
        )
        for number, proof in enumerate(proofs, start=1)
    ]
    snapshots = {
        f'snapshot-{n}': build.snapshot(n) for n in range(1, len(points) + 1)
    }
    return points, snapshots


def _chosen(drill, points, snapshots, outcomes=()):
    history = choose.History(points, outcomes)
    found = plan.choose_point(drill, history, snapshots, POLICY)
    return found.reason if isinstance(found, plan.Refusal) else found.sequence


@pytest.mark.parametrize(
    ('proofs', 'chosen'),
    [
        (('none',), 1),
        (('none', 'none'), 2),
        (('none', 'proven'), 2),
        (('none', 'disproven'), 1),
        (('disproven', 'none', 'disproven'), 2),
        (('disproven', 'disproven'), 2),
        ((), 'the service has no good recovery point'),
    ],
)
def test_the_newest_good_one_that_is_not_disproven(proofs, chosen):
    points, snapshots = _points(*map(model.Proof, proofs))
    assert _chosen(_drill(), points, snapshots) == chosen
    assert _chosen(_drill(), points[::-1], snapshots) == chosen


def test_what_no_recovery_would_take_is_rehearsed_by_its_name_alone():
    points, snapshots = _points(model.Proof.NONE, model.Proof.NONE)
    outcome = model.Outcome(
        'recovery-1',
        model.RecoveryKind.RESTORE,
        None,
        onset_at=build.NOW,
        before_at=points[0].completed_at,
        finished_at=build.NOW,
        point_id=points[0].id,
    )
    assert _chosen(_drill(), points, snapshots, [outcome]) == 1
    named = _drill(point_id=points[1].id)
    assert _chosen(named, points, snapshots, [outcome]) == 2
    assert _chosen(_drill(), points[1:], snapshots, [outcome]) == 2


def test_what_a_person_named_though_it_is_disproven():
    points, snapshots = _points(model.Proof.NONE, DISPROVEN)
    assert _chosen(_drill(point_id='point-2'), points, snapshots) == 2
    said = _chosen(_drill(point_id='point-9'), points, snapshots)
    assert said == 'recovery point point-9 is not good'


@pytest.mark.parametrize(
    'status', [s for s in model.PointStatus if s is not model.PointStatus.GOOD]
)
def test_only_a_good_point_is_rehearsed(status):
    point = build.point(1, status)
    assert 'no good' in _chosen(_drill(), [point], {})
    assert 'not good' in _chosen(_drill(point_id=point.id), [point], {})


@pytest.mark.parametrize(
    'snapshots',
    [
        {},
        {'snapshot-1': build.snapshot(1, status='error')},
        {'snapshot-1': build.snapshot(1, metadata={})},
    ],
)
def test_a_point_that_lost_a_snapshot(snapshots):
    points, _ = _points(model.Proof.NONE)
    assert 'lost snapshots' in _chosen(_drill(), points, snapshots)


def _begin(point=None, network=None, **ground):
    found = {'image': IMAGE, 'headroom': build.headroom(), 'key_troubles': {}}
    return plan.begin(
        _drill(),
        point or build.point(),
        plan.Ground(**found | ground),
        network,
    )


def test_server_and_clones_are_made_at_once():
    (phase,) = _begin(network='network-1')
    boot, *clones = phase
    assert (boot.image_id, boot.flavor_id) == ('image-1', 'm1.tiny')
    assert (boot.network_id, boot.root_size) == ('network-1', None)
    assert [each.snapshot_id for each in clones] == [
        'snapshot-1',
        'snapshot-2',
    ]


def test_a_root_is_made_anew_from_the_image():
    point = build.point(members=(ROOT, build.member(1)))
    (phase,) = _begin(point)
    assert (phase[0].root_size, len(phase)) == (8, 2)
    phases = plan.equip(_drill(), point, 'server-9', POLICY)
    assert phases[0][0].image_id == point.image_id
    names = [[each.name for each in together] for together in phases]
    assert names == [
        ['mark-root'],
        ['stop'],
        ['attach'],
        ['start'],
        ['verify'],
    ]


@pytest.mark.parametrize(
    ('ground', 'says'),
    [
        ({'image': None}, 'the original image image-1 is gone'),
        (
            {'image': dataclasses.replace(IMAGE, status='deactivated')},
            'is deactivated',
        ),
        (
            {'key_troubles': {'volume-1': '403'}},
            'the key of encrypted volume volume-1 cannot be read: 403',
        ),
        (
            {'headroom': build.headroom(volumes=3)},
            'take 4 volumes, and the project has room for 3',
        ),
        ({'headroom': build.headroom(gigabytes=5)}, 'take 6 GiB, and'),
        ({'headroom': build.headroom(snapshots=1)}, 'take 2 snapshots, and'),
        (
            {'headroom': build.headroom(fake=(1, None))},
            'take 2 snapshots of type fake, and',
        ),
        (
            {'headroom': build.headroom(fake=(None, 5))},
            'take 6 GiB of type fake, and',
        ),
    ],
)
def test_what_stands_in_the_way(ground, says):
    refused = _begin(**ground)
    assert isinstance(refused, plan.Refusal)
    assert says in refused.reason


@pytest.mark.parametrize(
    'headroom',
    [
        build.headroom(),
        build.headroom(snapshots=2, volumes=4, gigabytes=6, fake=(2, 6)),
    ],
)
def test_just_enough_is_enough(headroom):
    assert not isinstance(_begin(headroom=headroom), plan.Refusal)


CONSOLE = rules.Check('console', {'text': 'ready'})
TCP = rules.Check('tcp', {'port': '22'})


@pytest.mark.parametrize(
    ('network', 'made'), [(None, [CONSOLE]), ('network-1', [CONSOLE, TCP])]
)
def test_only_checks_that_can_be_made_are(network, made):
    policy = rules.RecoveryRules(
        checks=(CONSOLE, TCP), drills=rules.DrillRules(network=network)
    )
    phases = plan.equip(_drill(), build.point(), 'server-9', policy)
    verify = phases[-1][0]
    assert list(verify.checks) == [dataclasses.asdict(each) for each in made]


def _journalled(statuses):
    """Give a drill whose steps, of both halves, stand so."""
    drill = _drill()
    point = build.point(members=(build.member(1),))
    begun = plan.records(drill, _begin(point))
    drill = dataclasses.replace(drill, steps=begun)
    rest = plan.records(drill, plan.equip(drill, point, 'server-9', POLICY))
    steps = [
        dataclasses.replace(each, status=model.StepStatus(status))
        for each, status in zip((*begun, *rest), statuses, strict=True)
    ]
    return dataclasses.replace(drill, steps=tuple(steps))


DONE = ['done'] * 5


@pytest.mark.parametrize(
    ('statuses', 'unverified'),
    [
        ([*DONE, 'failed'], True),
        ([*DONE, 'planned'], True),
        ([*DONE, 'done'], False),
        (['done', 'failed', *['planned'] * 4], False),
        ([*['done'] * 4, 'failed', 'planned'], False),
    ],
)
def test_only_what_lacks_the_last_look_can_disprove(statuses, unverified):
    drill = _journalled(statuses)
    assert plan.is_equipped(drill)
    assert plan.is_unverified(drill) is unverified
    assert plan.servers_of(drill) == {'server-9'}


def test_the_journal_goes_on_where_it_was():
    drill = _journalled([*DONE, 'done'])
    assert [each.position for each in drill.steps] == list(range(6))
    assert [each.phase for each in drill.steps] == [0, 0, 1, 2, 3, 4]


def test_what_stands_is_removed_once_servers_first():
    drill = _journalled([*DONE, 'done'])
    phases = plan.removals(drill, {'server-9'}, ['volume-b', 'volume-a'])
    ids = [[list(each.arguments().values()) for each in p] for p in phases]
    assert ids == [
        [['drill-1', 'server-9']],
        [['drill-1', 'volume-a'], ['drill-1', 'volume-b']],
    ]
    steps = (*drill.steps, *plan.records(drill, phases))
    drill = dataclasses.replace(drill, steps=steps)
    assert plan.removals(drill, {'server-9'}, ['volume-a']) == ()
    (late,) = plan.removals(drill, {'server-9'}, ['volume-a', 'volume-c'])
    assert [each.volume_id for each in late] == ['volume-c']


LEFT = (
    'volume {}, which the drill has not made, was attached to its server and'
    ' is left'
)


@pytest.mark.parametrize(
    ('reason', 'left_ids', 'told'),
    [
        ('', [], ''),
        ('no room', [], 'no room'),
        ('', ['a'], LEFT.format('a')),
        ('no room', ['a'], f'no room; {LEFT.format("a")}'),
        (LEFT.format('a'), ['a'], LEFT.format('a')),
        (
            LEFT.format('a'),
            ['a', 'b'],
            f'{LEFT.format("a")}; {LEFT.format("b")}',
        ),
    ],
)
def test_what_others_attached_is_told_once(reason, left_ids, told):
    assert plan.tell(reason, left_ids) == told
