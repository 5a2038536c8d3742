"""What stands in a recovery's way, all of it at once, and what to know."""

import dataclasses

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.outlook import readiness
from snapfault.recover import choose
from tests import build
from tests.unit.recover import situations

POINT = situations.POINT  # good since four hours before NOW


def _judge(situation=None, points=(POINT,), protection=None, **policy):
    recovery = policy.pop('recovery', {})
    case = readiness.Case(
        build.protection(**protection or {}),
        build.policy(
            recovery=rules.RecoveryRules(**{'margin': 10**6} | recovery),
            **policy,
        ),
        choose.History(tuple(points)),
        build.NOW,
    )
    if not isinstance(situation, str):
        changes = {'server': build.server()} | (situation or {})
        situation = situations.sound(**changes)
    return readiness.judge(case, situation)


def test_ready():
    found = _judge()
    assert found.is_ready
    assert found.warnings == ()
    assert found.point is POINT
    assert found.age == 4 * build.HOUR
    assert found.rpo is None


HINDRANCES = [
    ('no token', 'no token: role removed', {}, 'role removed'),
    ('server gone', {'server': None}, {}, 'does not exist'),
    ('paused', {'server': build.server(status='PAUSED')}, {}, 'is PAUSED'),
    (
        'another healer',
        {'server': build.server(metadata={'HA_Enabled': 'True'})},
        {},
        'Masakari',
    ),
    ('image', {'images': {}}, {}, 'image-1 is gone'),
    ('no point', {}, {'points': ()}, 'no good recovery point'),
    (
        'not proven',
        {},
        {'recovery': {'proven_only': True}},
        'not proven by a drill',
    ),
    (
        'key',
        {'key_troubles': {'volume-1': 'Barbican says 403'}},
        {},
        'Barbican says 403',
    ),
    ('room', {'headroom': build.headroom(volumes=1)}, {}, '2 volumes'),
    (
        'a volume in error',
        {
            'volumes': {
                'volume-1': build.volume(1, status='error'),
                'volume-2': build.volume(2),
            }
        },
        {},
        'is attached and error',
    ),
    (
        'another volume at the place',
        {
            'attachments': (build.attachment(1, volume_id='volume-9'),),
            'volumes': {'volume-9': build.volume(9)},
        },
        {},
        'detach it first',
    ),
    ('host', {'host_status': 'UNKNOWN'}, {}, 'is UNKNOWN'),
]


@pytest.mark.parametrize(
    ('situation', 'settings', 'says'),
    [case[1:] for case in HINDRANCES],
    ids=[case[0] for case in HINDRANCES],
)
def test_not_ready(situation, settings, says):
    found = _judge(situation, **settings)
    assert not found.is_ready
    (hindrance,) = found.hindrances
    assert says in hindrance


def test_all_that_stands_in_the_way_is_said_at_once():
    found = _judge(
        {
            'images': {},
            'headroom': build.headroom(volumes=0),
            'key_troubles': {'volume-1': 'no', 'volume-2': 'no'},
        }
    )
    assert len(found.hindrances) == 3


def _proof(proof, **changes):
    return dataclasses.replace(POINT, proof=proof, **changes)


def _rehearsed():
    schedule = rules.Schedule(interval=86400)
    return {'recovery': {'drills': rules.DrillRules(schedule)}}


WARNINGS = [
    ('too old', {'rpo': 3600}, 'is 4:00:00 old, and the policy allows 1:00'),
    (
        'alarm',
        {'protection': {'alarm': 'the backup fails'}},
        'the backup fails',
    ),
    (
        'paused',
        {'protection': {'status': model.ProtectionStatus.PAUSED}},
        'is paused',
    ),
    ('never drilled', _rehearsed(), 'none has proven a point yet'),
    (
        'no point, and the server alone',
        {'points': (), 'recovery': {'without_point': True}},
        'the server alone comes back',
    ),
    (
        'the newest is disproven',
        {
            'points': (
                POINT,
                build.point(22, proof=model.Proof.DISPROVEN),
            )
        },
        'has disproven the newest point point-22',
    ),
]


@pytest.mark.parametrize(
    ('settings', 'says'),
    [case[1:] for case in WARNINGS],
    ids=[case[0] for case in WARNINGS],
)
def test_ready_with_a_warning(settings, says):
    found = _judge(**settings)
    assert found.is_ready, found.hindrances
    (warning,) = found.warnings
    assert says in warning


@pytest.mark.parametrize(
    ('settings', 'points'),
    [
        ({'rpo': 5 * 3600}, (POINT,)),
        (_rehearsed(), (_proof(model.Proof.PROVEN),)),
    ],
    ids=['young enough', 'proven'],
)
def test_no_warning_without_a_reason(settings, points):
    assert _judge(points=points, **settings).warnings == ()


def test_attachments_are_told_by_the_volumes_own_places():
    server = build.server(
        attached=(
            resource.Attached('volume-2', True),
            resource.Attached('volume-1', False),
            resource.Attached('volume-3', False),
        )
    )
    volumes = {
        f'volume-{n}': build.volume(
            n,
            places=(
                resource.Place('server-9', '/dev/vdz', None),
                resource.Place('server-1', f'/dev/vd{n}', None),
            ),
        )
        for n in (1, 2)
    }
    found = readiness.attachments(server, volumes)
    assert [
        (a.volume_id, a.device, a.delete_on_termination) for a in found
    ] == [
        ('volume-3', '', False),
        ('volume-1', '/dev/vd1', False),
        ('volume-2', '/dev/vd2', True),
    ]
