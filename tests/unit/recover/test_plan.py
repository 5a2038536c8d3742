"""The point that is chosen, the steps, and every reason to refuse."""

import dataclasses

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import plan
from tests import build
from tests.unit.recover import situations

POINT = situations.POINT
_plan = situations.planned
_names = situations.names


def test_a_server_in_error_is_rebuilt_before_its_volumes_are_exchanged():
    assert _names(_plan()) == [
        ['safety-snapshot', 'safety-snapshot'],
        ['rebuild', 'restore-volume', 'restore-volume'],
        ['stop'],
        ['detach', 'detach'],
        ['attach', 'attach'],
        ['start'],
        ['verify'],
    ]


def test_a_stopped_server_stays_stopped():
    planned = _plan(server=build.server(status='SHUTOFF'))
    assert ['start'] not in _names(planned)
    assert planned.phases[-1][0].status == 'SHUTOFF'


def test_restored_volumes_take_device_and_tag_of_the_point():
    tagged = dataclasses.replace(POINT.members[0], tag='db')
    point = dataclasses.replace(POINT, members=(tagged, POINT.members[1]))
    attaches = _plan([point]).phases[4]
    assert [each.device for each in attaches] == ['/dev/vdb', '/dev/vdc']
    assert [each.tag for each in attaches] == ['db', None]


def test_the_image_is_the_one_of_the_point():
    rebuild = _plan().phases[1][0]
    assert (rebuild.image_id, rebuild.server_id) == ('image-1', 'server-1')


def test_the_newest_good_point_older_than_the_fault_is_chosen():
    younger = build.point(25)  # an hour after the onset at NOW
    failed = build.point(23, model.PointStatus.FAILED)
    planned = _plan([build.point(3), failed, younger, POINT])
    assert planned.point_id == 'point-20'


@pytest.mark.parametrize(
    ('hours', 'chosen'), [(0, 'point-20'), (4, 'point-20'), (5, 'point-3')]
)
def test_a_point_within_the_margin_of_the_fault_is_not_trusted(hours, chosen):
    old = build.point(3)
    snapshots = {
        f'snapshot-{n}-{p.sequence}': dataclasses.replace(
            build.snapshot(n, p), id=f'snapshot-{n}-{p.sequence}'
        )
        for n in (1, 2)
        for p in (old, POINT)
    }
    points = [
        dataclasses.replace(
            p,
            members=tuple(
                dataclasses.replace(
                    m, snapshot_id=f'{m.snapshot_id}-{p.sequence}'
                )
                for m in p.members
            ),
        )
        for p in (old, POINT)
    ]
    policy = rules.RecoveryRules(margin=hours * 3600)
    planned = _plan(points, policy=policy, snapshots=snapshots)
    assert planned.point_id == chosen


def test_a_person_may_name_a_younger_point():
    younger = dataclasses.replace(POINT, completed_at=build.NOW + build.HOUR)
    assert isinstance(_plan([younger]), plan.Refusal)
    recovery = build.recovery(point_id=younger.id, point_named=True)
    assert _plan([younger], recovery=recovery).point_id == younger.id


def test_after_an_earlier_recovery_the_restored_volume_is_replaced():
    restored = build.volume(
        9, id='restored', metadata={resource.RECOVERY: 'recovery-0'}
    )
    planned = _plan(
        attachments=(
            build.attachment(1, volume_id='restored'),
            build.attachment(2),
        ),
        volumes={'restored': restored, 'volume-2': build.volume(2)},
    )
    detached = {each.volume_id for each in planned.phases[3]}
    assert detached == {'restored', 'volume-2'}


def test_a_restored_volume_is_known_by_the_letter_of_its_device():
    restored = build.volume(
        9, id='restored', metadata={resource.RECOVERY: 'recovery-0'}
    )
    planned = _plan(
        attachments=(
            build.attachment(1, volume_id='restored', device='/dev/sdb'),
            build.attachment(2, device='/dev/sdc'),
        ),
        volumes={'restored': restored, 'volume-2': build.volume(2)},
    )
    detached = {each.volume_id for each in planned.phases[3]}
    assert detached == {'restored', 'volume-2'}
    attached = {each.device for each in planned.phases[4]}
    assert attached == {'/dev/sdb', '/dev/sdc'}


def test_a_device_that_is_not_told_is_nobodys_place():
    blank = tuple(
        dataclasses.replace(each, device='') for each in POINT.members
    )
    foreign = build.attachment(1, volume_id='foreign', device='')
    planned = _plan(
        (dataclasses.replace(POINT, members=blank),),
        attachments=(foreign, build.attachment(2)),
        volumes={
            'foreign': build.volume(
                9, id='foreign', metadata={resource.RECOVERY: 'recovery-0'}
            ),
            'volume-2': build.volume(2),
        },
    )
    detached = {each.volume_id for each in planned.phases[3]}
    assert detached == {'volume-2'}


def test_a_volume_detached_meanwhile_is_restored_all_the_same():
    planned = _plan(
        attachments=(build.attachment(2),),
        volumes={'volume-2': build.volume(2)},
    )
    assert _names(planned)[0] == ['safety-snapshot']
    assert _names(planned)[4] == ['attach', 'attach']


def test_a_volume_attached_later_stays_where_it_is():
    planned = _plan(
        attachments=tuple(build.attachment(n) for n in (1, 2, 3)),
        volumes={f'volume-{n}': build.volume(n) for n in (1, 2, 3)},
    )
    touched = {each.volume_id for each in planned.phases[3]}
    assert touched == {'volume-1', 'volume-2'}


def _volumes(**changes):
    return {
        'volume-1': build.volume(1, **changes),
        'volume-2': build.volume(2),
    }


REFUSALS = [
    ('server gone', {'server': None}, 'does not exist'),
    ('locked', {'server': build.server(locked=True)}, 'server unlock'),
    ('busy', {'server': build.server(task_state='deleting')}, 'at work'),
    ('paused', {'server': build.server(status='PAUSED')}, 'is PAUSED'),
    ('shelved', {'server': build.server(status='SHELVED')}, 'is SHELVED'),
    ('host down', {'host_status': 'DOWN'}, 'nobody has fenced'),
    ('host unknown', {'host_status': 'UNKNOWN'}, 'is UNKNOWN'),
    ('volume in error', {'volumes': _volumes(status='error')}, '--state'),
    ('volume reserved', {'volumes': _volumes(status='reserved')}, 'in-use'),
    ('multi-attach', {'volumes': _volumes(multiattach=True)}, 'multi-att'),
    ('image gone', {'images': {}}, 'image-1 is gone'),
    (
        'image deactivated',
        {'images': {'image-1': resource.Image('image-1', '', 'deactivated')}},
        'is deactivated',
    ),
    ('a snapshot gone', {'snapshots': {}}, '1 missing snapshots'),
    (
        'a snapshot of somebody else under our id',
        {
            'snapshots': {
                f'snapshot-{n}': build.snapshot(n, metadata={}) for n in (1, 2)
            }
        },
        '1 missing snapshots',
    ),
    (
        'a snapshot in error',
        {
            'snapshots': {
                'snapshot-1': build.snapshot(1, POINT),
                'snapshot-2': build.snapshot(2, POINT, status='error'),
            }
        },
        '1 missing snapshots',
    ),
    ('volumes quota', {'headroom': build.headroom(volumes=1)}, '2 volumes'),
    ('snapshots', {'headroom': build.headroom(snapshots=1)}, '2 snapshots'),
    ('gigabytes', {'headroom': build.headroom(gigabytes=3)}, '4 GiB'),
    (
        'a foreign volume at the device',
        {
            'attachments': (
                build.attachment(1, volume_id='foreign'),
                build.attachment(2),
            ),
            'volumes': {
                'foreign': build.volume(8, id='foreign'),
                'volume-2': build.volume(2),
            },
        },
        'detach it first',
    ),
    (
        'the same, named after another bus',
        {
            'attachments': (
                build.attachment(1, volume_id='foreign', device='/dev/sdb'),
                build.attachment(2),
            ),
            'volumes': {
                'foreign': build.volume(8, id='foreign'),
                'volume-2': build.volume(2),
            },
        },
        'volume foreign sits at /dev/sdb',
    ),
]


@pytest.mark.parametrize(
    ('changes', 'says'),
    [case[1:] for case in REFUSALS],
    ids=[case[0] for case in REFUSALS],
)
def test_refused_before_anything_is_touched(changes, says):
    refusal = _plan(**changes)
    assert isinstance(refusal, plan.Refusal)
    assert says in refusal.reason


@pytest.mark.parametrize(
    'points',
    [
        (),
        (build.point(30),),
        (build.point(20, model.PointStatus.FAILED),),
        (build.point(20, model.PointStatus.CREATING),),
        (build.point(20, model.PointStatus.DELETING),),
        (build.point(20, members=()),),
    ],
)
def test_without_a_good_point_from_before_the_fault_nothing_happens(points):
    assert isinstance(_plan(points), plan.Refusal)
