"""Each way: when it is gone, its steps, and what it refuses."""

import dataclasses

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import plan
from tests import build
from tests.unit.recover import situations

_plan = situations.planned
_names = situations.names
POINT = situations.POINT
WELL = build.server(status='ACTIVE')
FENCED = resource.Host('cmp-1', 'DOWN', forced_down=True)
CHECK = rules.Check('tcp', {'port': '80'})

#: A server that boots from volume-0, with one data volume.
ROOT = dataclasses.replace(
    build.member(0), id='member-0', device='/dev/vda', root=True
)
BOOTED = {
    'points': (dataclasses.replace(POINT, members=(ROOT, build.member(1))),),
    'server': build.server(status='ERROR', image_id=None),
    'attachments': (build.attachment(0), build.attachment(1)),
    'volumes': {'volume-0': build.volume(0), 'volume-1': build.volume(1)},
    'snapshots': {
        'snapshot-0': build.snapshot(0, POINT),
        'snapshot-1': build.snapshot(1, POINT),
    },
}
ONLY_ROOT = BOOTED | {
    'points': (dataclasses.replace(POINT, members=(ROOT,)),),
    'attachments': (build.attachment(0),),
    'volumes': {'volume-0': build.volume(0)},
}


def _policy(**changes):
    return rules.RecoveryRules(**{'margin': 0} | changes)


def _volumes(**changes):
    return {
        'volume-1': build.volume(1, **changes),
        'volume-2': build.volume(2),
    }


def _with_attempt(way, **changes):
    attempt = model.Attempt(
        0,
        way,
        None,
        model.AttemptStatus.FAILED,
        'no',
        build.NOW,
        build.NOW,
    )
    return build.recovery(attempts=(attempt,), **changes)


EXCHANGE = [['stop'], ['detach'] * 2, ['attach'] * 2, ['start'], ['verify']]
WHOLE = [
    ['safety-snapshot'] * 2,
    ['rebuild', 'restore-volume', 'restore-volume'],
    *EXCHANGE,
]
WAYS = [
    (
        'the server in ERROR',
        {},
        'full',
        WHOLE,
    ),
    (
        'nothing shows what is at fault',
        {'server': WELL},
        'full',
        WHOLE,
    ),
    (
        'a volume is gone and the server is well',
        {
            'server': WELL,
            'attachments': (build.attachment(2),),
            'volumes': {'volume-2': build.volume(2)},
        },
        'data',
        [
            ['safety-snapshot', 'restore-volume', 'restore-volume'],
            ['stop'],
            ['detach'],
            ['attach'] * 2,
            ['start'],
            ['verify'],
        ],
    ),
    (
        'a volume in error, which may be repaired',
        {
            'server': WELL,
            'volumes': _volumes(status='error'),
            'policy': _policy(repair=True),
        },
        'data',
        [
            ['repair'],
            ['safety-snapshot', 'restore-volume', 'restore-volume'],
            *EXCHANGE,
        ],
    ),
    (
        'a volume left reserved, which may be repaired',
        {
            'volumes': _volumes(status='reserved'),
            'policy': _policy(repair=True),
        },
        'full',
        [
            ['repair'],
            *WHOLE,
        ],
    ),
    (
        'the data was restored and did not work',
        {'server': WELL, 'recovery': _with_attempt(model.Way.DATA)},
        'data',
        [['safety-snapshot'] * 2 + ['restore-volume'] * 2, *EXCHANGE],
    ),
    (
        'a person keeps the volumes',
        {'recovery': build.recovery(keep_volumes=True)},
        'server',
        [['safety-snapshot'] * 2, ['rebuild'], ['start'], ['verify']],
    ),
    (
        'no point, and the policy rebuilds without',
        {'points': (), 'policy': _policy(without_point=True)},
        'server',
        [['safety-snapshot'] * 2, ['rebuild'], ['start'], ['verify']],
    ),
    (
        'the same, by itself',
        {
            'points': (),
            'policy': _policy(without_point=True),
            'recovery': build.recovery(automatic=True),
        },
        'server',
        None,
    ),
    (
        'the same, of a server that is well, because a person asks',
        {
            'server': WELL,
            'points': (),
            'policy': _policy(without_point=True),
        },
        'server',
        None,
    ),
    (
        'a reboot first, out of ERROR',
        {'policy': _policy(reboot_first=True)},
        'reboot',
        [['reboot'], ['verify']],
    ),
    (
        'a reboot first, of a server that checks can tell of',
        {
            'server': WELL,
            'policy': _policy(reboot_first=True, checks=(CHECK,)),
        },
        'reboot',
        [['stop'], ['start'], ['verify']],
    ),
    (
        'no reboot where nothing could tell that it helped',
        {'server': WELL, 'policy': _policy(reboot_first=True)},
        'full',
        None,
    ),
    (
        'no second reboot',
        {
            'policy': _policy(reboot_first=True),
            'recovery': _with_attempt(model.Way.REBOOT),
        },
        'full',
        None,
    ),
    (
        'no reboot where a person wants the data of a point',
        {
            'policy': _policy(reboot_first=True),
            'recovery': build.recovery(point_id='point-20', point_named=True),
        },
        'full',
        None,
    ),
    (
        'no reboot with a volume in trouble',
        {
            'policy': _policy(reboot_first=True, repair=True),
            'volumes': _volumes(status='reserved'),
        },
        'full',
        None,
    ),
    (
        'a host that is down and fenced',
        {
            'server': WELL,
            'host_status': 'DOWN',
            'host': FENCED,
            'policy': _policy(evacuate=True),
        },
        'evacuate',
        [
            ['safety-snapshot'] * 2,
            ['evacuate'],
            ['stop'],
            ['start'],
            ['verify'],
        ],
    ),
    (
        'the same, of a server that is off',
        {
            'server': build.server(status='SHUTOFF'),
            'host_status': 'DOWN',
            'host': FENCED,
            'policy': _policy(evacuate=True),
        },
        'evacuate',
        [['safety-snapshot'] * 2, ['evacuate'], ['stop'], ['verify']],
    ),
    (
        'a host that is down, and a root that a rebuild would keep',
        BOOTED
        | {
            'host_status': 'DOWN',
            'host': FENCED,
            'policy': _policy(evacuate=True),
            'reimages_roots': False,
        },
        'evacuate',
        None,
    ),
    (
        'data alone, beside a root that a rebuild would keep',
        BOOTED
        | {
            'server': build.server(status='ACTIVE', image_id=None),
            'attachments': (build.attachment(0),),
            'reimages_roots': False,
        },
        'data',
        None,
    ),
    (
        'an image that a rebuild starts from, on a Nova that keeps roots',
        {'reimages_roots': False},
        'full',
        WHOLE,
    ),
    (
        'a server that boots from a volume',
        BOOTED,
        'full',
        [
            ['safety-snapshot'] * 2,
            ['rebuild', 'restore-volume'],
            ['stop'],
            ['detach'],
            ['attach'],
            ['start'],
            ['verify'],
        ],
    ),
    (
        'one that has no other volume',
        ONLY_ROOT,
        'full',
        [['safety-snapshot'], ['rebuild'], ['start'], ['verify']],
    ),
    (
        'a root that a broken rebuild left in error',
        BOOTED
        | {
            'volumes': {
                'volume-0': build.volume(0, status='error'),
                'volume-1': build.volume(1),
            },
            'policy': _policy(repair=True),
        },
        'full',
        [
            ['repair'],
            ['safety-snapshot'] * 2,
            ['rebuild', 'restore-volume'],
            ['stop'],
            ['detach'],
            ['attach'],
            ['start'],
            ['verify'],
        ],
    ),
]


@pytest.mark.parametrize(
    ('settings', 'way', 'phases'),
    [case[1:] for case in WAYS],
    ids=[case[0] for case in WAYS],
)
def test_the_way_and_its_steps(settings, way, phases):
    found = _plan(**settings)
    assert isinstance(found, plan.Plan), found.reason
    assert found.way == way
    assert found.reason
    if phases is not None:
        assert _names(found) == phases
    restores = way in ('full', 'data')
    assert (found.point_id is not None) is restores


def _booted(status=None):
    image = resource.Image('image-1', 'cirros', status)
    return BOOTED | {'images': {'image-1': image} if status else {}}


def _typed(**left):
    return {
        'volumes': {
            f'volume-{n}': build.volume(n, volume_type='fast') for n in (1, 2)
        },
        'headroom': build.headroom(**left),
    }


REFUSALS = [
    (
        'Masakari',
        {'server': build.server(metadata={'HA_Enabled': 'True'})},
        'looked after by Masakari',
    ),
    (
        'Heat',
        {'server': build.server(metadata={'metering.stack': 's'})},
        'looked after by a Heat stack',
    ),
    (
        'Octavia',
        {
            'server': build.server(
                name='amphora-6b3ba4c0-4d29-4a3a-8a0e-2f2f3b5d6c01'
            )
        },
        'looked after by Octavia',
    ),
    (
        'Magnum',
        {'server': build.server(name='k8s-abcdefghij12-node-0')},
        'looked after by Magnum',
    ),
    (
        'fenced, and the policy does not evacuate',
        {'host_status': 'DOWN', 'host': FENCED},
        'openstack server evacuate server-1',
    ),
    (
        'down and not fenced',
        {
            'host_status': 'DOWN',
            'host': resource.Host('cmp-1', 'DOWN', False),
            'policy': _policy(evacuate=True),
        },
        'compute service set --down cmp-1 nova-compute',
    ),
    (
        'not known to be down',
        {
            'host_status': 'UNKNOWN',
            'host': resource.Host('cmp-1', 'UNKNOWN', True),
            'policy': _policy(evacuate=True),
        },
        'is UNKNOWN: a rebuild would hang',
    ),
    (
        'a volume that Cinder has lost',
        {'volumes': {'volume-2': build.volume(2)}},
        'Cinder does not know it any more',
    ),
    (
        'a volume in error of a server that is well',
        {'server': WELL, 'volumes': _volumes(status='error')},
        'volume set --state in-use --attached volume-1',
    ),
    (
        'a volume on its way, though repair is allowed',
        {
            'volumes': _volumes(status='detaching'),
            'policy': _policy(repair=True),
        },
        'is attached and detaching',
    ),
    (
        'a volume that is being attached to a server that runs',
        {
            'server': WELL,
            'volumes': _volumes(status='reserved'),
            'policy': _policy(repair=True),
        },
        'is attached and reserved',
    ),
    (
        'a root in error',
        BOOTED
        | {
            'volumes': {
                'volume-0': build.volume(0, status='error'),
                'volume-1': build.volume(1),
            }
        },
        'root volume volume-0 is attached and error',
    ),
    (
        'a multi-attach root',
        ONLY_ROOT
        | {'volumes': {'volume-0': build.volume(0, multiattach=True)}},
        'multi-attach',
    ),
    (
        'the image of a root is gone',
        _booted(),
        'openstack volume create --snapshot snapshot-0 --bootable ROOT, then'
        ' openstack server create --flavor m1.tiny --volume ROOT',
    ),
    (
        'the image of a root is deactivated',
        _booted(status='deactivated'),
        'make it active again',
    ),
    (
        'the image of a root is no image',
        BOOTED
        | {
            'images': {
                'image-1': resource.Image('image-1', '', 'active', size=0)
            }
        },
        'only names snapshots of volumes',
    ),
    (
        'a root that Nova would keep',
        BOOTED | {'reimages_roots': False},
        'microversion 2.93: have Nova upgraded to Zed or later, then restart'
        ' the workers; or a server can be made from the root of recovery point'
        ' point-20 by hand: openstack volume create --snapshot snapshot-0',
    ),
    (
        'the same without a point',
        BOOTED
        | {
            'points': (),
            'policy': _policy(without_point=True),
            'reimages_roots': False,
        },
        'server server-1 boots from a volume',
    ),
    (
        'no image to rebuild from without a point',
        {
            'points': (),
            'policy': _policy(without_point=True),
            'images': {},
        },
        'image-1 is gone',
    ),
    ('no point', {'points': ()}, 'no good recovery point'),
    (
        'no point, and a server that is well is not rebuilt by itself',
        {
            'server': WELL,
            'points': (),
            'policy': _policy(without_point=True),
            'recovery': build.recovery(automatic=True),
        },
        'no good recovery point',
    ),
    (
        'no point from before the moment that a person named',
        {
            'policy': _policy(without_point=True),
            'recovery': build.recovery(before_at=build.NOW - 30 * build.HOUR),
        },
        'no good recovery point older',
    ),
    (
        'a key that cannot be read',
        {'key_troubles': {'volume-2': 'Barbican says 403'}},
        'cannot be read, so no clone of it can be made: Barbican says 403',
    ),
    (
        'snapshots of a type',
        _typed(fast=(1, 100)),
        '2 snapshots of type fast',
    ),
    (
        'GiB of a type',
        _typed(fake=(9, 1)),
        '2 GiB of type fake',
    ),
]


@pytest.mark.parametrize(
    ('settings', 'says'),
    [case[1:] for case in REFUSALS],
    ids=[case[0] for case in REFUSALS],
)
def test_refused_before_anything_is_touched(settings, says):
    found = _plan(**settings)
    assert isinstance(found, plan.Refusal)
    assert says in found.reason


@pytest.mark.parametrize(
    'marks',
    [
        {'metadata': {'HA_Enabled': 'True'}},
        {'name': 'amphora-6b3ba4c0-4d29-4a3a-8a0e-2f2f3b5d6c01'},
    ],
)
def test_others_may_be_allowed(marks):
    found = _plan(
        server=build.server(status='ERROR', **marks),
        policy=_policy(others=True),
    )
    assert isinstance(found, plan.Plan)


@pytest.mark.parametrize(
    'marks',
    [
        {'metadata': {'HA_Enabled': 'False'}},
        {'name': 'amphora-of-wine'},
        {'name': 'web-node-0'},
        {'metadata': {'stack': 'lamp'}},
    ],
)
def test_nobody_is_taken_for_another_healer(marks):
    found = _plan(server=build.server(status='ERROR', **marks))
    assert isinstance(found, plan.Plan)


def test_a_root_is_kept_safe_and_neither_cloned_nor_detached():
    found = _plan(**BOOTED)
    safe = [each.volume_id for each in found.phases[0]]
    assert safe == ['volume-0', 'volume-1']
    touched = [
        each
        for phase in found.phases[1:]
        for each in phase
        if getattr(each, 'volume_id', None) == 'volume-0'
        or getattr(each, 'member_id', None) == 'member-0'
    ]
    assert touched == []
    assert found.phases[-1][0].member_ids == ('member-1',)


def test_a_root_that_is_repaired_is_kept_safe():
    found = _plan(
        **BOOTED
        | {
            'volumes': {
                'volume-0': build.volume(0, status='error'),
                'volume-1': build.volume(1),
            },
            'policy': _policy(repair=True),
        }
    )
    repairs, safety = found.phases[:2]
    assert [each.volume_id for each in repairs] == ['volume-0']
    assert [each.volume_id for each in safety] == ['volume-0', 'volume-1']
    assert 'no safety snapshot' not in found.reason


@pytest.mark.parametrize(
    ('volumes', 'says'),
    [
        ({'volume-0': build.volume(0)}, ''),
        (
            {'volume-0': build.volume(0, status='error')},
            'root volume volume-0, which is in error',
        ),
        ({}, 'root volume volume-0, which Cinder does not know'),
    ],
)
def test_a_root_that_is_left_alone_and_not_kept_safe_is_told(volumes, says):
    """Only data is lost, and nothing repairs the root."""
    found = _plan(
        **BOOTED
        | {
            'server': build.server(status='ACTIVE', image_id=None),
            'attachments': (build.attachment(0),),
            'volumes': volumes,
            'policy': _policy(repair=True),
        }
    )
    assert found.way is model.Way.DATA
    kept = [['safety-snapshot', 'restore-volume'], ['restore-volume']]
    assert _names(found)[0] == kept[bool(says)]
    assert ('no safety snapshot' in found.reason) is bool(says)
    assert says in found.reason


def test_room_is_needed_for_the_snapshot_of_a_repaired_root():
    found = _plan(
        **BOOTED
        | {
            'volumes': {
                'volume-0': build.volume(0, status='error'),
                'volume-1': build.volume(1),
            },
            'policy': _policy(repair=True),
            'headroom': build.headroom(snapshots=1),
        }
    )
    assert isinstance(found, plan.Refusal)
    assert 'needs 2 snapshots' in found.reason


def test_a_second_rebuild_is_told_from_the_first():
    again = _plan(recovery=_with_attempt(model.Way.FULL))
    markers = {found.phases[1][0].marker for found in (_plan(), again)}
    assert markers == {'recovery-1', 'recovery-1/1'}


def test_a_server_that_an_earlier_attempt_stopped_is_started():
    start = model.StepRecord(
        0, 0, 'start', {}, model.StepStatus.PLANNED, '', None, None
    )
    recovery = dataclasses.replace(
        _with_attempt(model.Way.FULL), steps=(start,)
    )
    found = _plan(server=build.server(status='SHUTOFF'), recovery=recovery)
    assert ['start'] in _names(found)
    assert found.phases[-1][0].status == 'ACTIVE'
