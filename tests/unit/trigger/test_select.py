"""Tables of cases for what selectors enrol and release."""

import datetime

import pytest

from snapfault import rules
from snapfault.trigger import select
from tests import build

DAY = datetime.timedelta(days=1)
GOLD = build.policy(selector=rules.Selector(metadata={'tier': 'gold'}))
WEB = build.policy(
    id='policy-2',
    name='web',
    selector=rules.Selector(tags=('web',)),
    created_at=build.NOW + DAY,
)


def server(number=1, **changes):
    """Give a server that the gold policy's selector holds for."""
    values = {
        'id': f'server-{number}',
        'name': f'web-{number}',
        'metadata': {'tier': 'gold'},
    }
    return build.server(**values | changes)


def protection(number=1, **changes):
    """Give the protection that a selector made for a server."""
    values = {
        'id': f'protection-{number}',
        'business_id': f'web-{number}',
        'server_id': f'server-{number}',
        'selected': True,
    }
    return build.protection(**values | changes)


@pytest.mark.parametrize(
    ('selector', 'metadata', 'tags', 'expected'),
    [
        ({}, {'tier': 'gold'}, ('web',), False),
        ({'metadata': {'tier': 'gold'}}, {'tier': 'gold'}, (), True),
        ({'metadata': {'tier': 'gold'}}, {'tier': 'Gold'}, (), False),
        ({'metadata': {'tier': 'gold'}}, {}, ('gold',), False),
        (
            {'metadata': {'tier': 'gold', 'a': ''}},
            {'tier': 'gold'},
            (),
            False,
        ),
        (
            {'metadata': {'tier': 'gold', 'a': ''}},
            {'tier': 'gold', 'a': '', 'b': '1'},
            (),
            True,
        ),
        ({'tags': ('web',)}, {}, ('x', 'web'), True),
        ({'tags': ('web', 'x')}, {}, ('web',), False),
        (
            {'metadata': {'tier': 'gold'}, 'tags': ('web',)},
            {'tier': 'gold'},
            (),
            False,
        ),
        (
            {'metadata': {'tier': 'gold'}, 'tags': ('web',)},
            {'tier': 'gold'},
            ('web',),
            True,
        ),
    ],
)
def test_all_that_is_named_must_hold(selector, metadata, tags, expected):
    asked = rules.Selector(**selector)
    found = select.matches(asked, server(metadata=metadata, tags=tags))
    assert found is expected


def told(selection):
    """Give a selection as short lines."""
    return [
        *(
            f'enrol {each.server.id} {each.policy.name} as {each.business_id}'
            for each in selection.enrol
        ),
        *(
            f'move {each.protection.id} {each.policy.name}'
            for each in selection.move
        ),
        *(
            f'release {each.protection.id}' + ' gone' * each.is_gone
            for each in selection.release
        ),
    ]


@pytest.mark.parametrize(
    ('policies', 'protections', 'servers', 'expected'),
    [
        pytest.param([], [], [server()], [], id='no selector'),
        pytest.param([GOLD], [], [], [], id='no server'),
        pytest.param(
            [GOLD],
            [],
            [server()],
            ['enrol server-1 gold as web-1'],
            id='a server comes',
        ),
        pytest.param(
            [GOLD], [protection()], [server()], [], id='it is enrolled'
        ),
        pytest.param(
            [GOLD],
            [protection()],
            [],
            ['release protection-1 gone'],
            id='its server is gone',
        ),
        pytest.param(
            [GOLD],
            [protection()],
            [server(metadata={})],
            ['release protection-1'],
            id='it holds no more',
        ),
        pytest.param(
            [GOLD],
            [protection()],
            [server(metadata={'tier': 'gold', select.EXCLUDE: ''})],
            ['release protection-1'],
            id='it is excluded',
        ),
        pytest.param(
            [GOLD],
            [],
            [server(metadata={'tier': 'gold', select.EXCLUDE: 'true'})],
            [],
            id='it was excluded before',
        ),
        pytest.param(
            [GOLD], [], [server(status='BUILD')], [], id='it is being built'
        ),
        pytest.param(
            [GOLD],
            [protection()],
            [server(status='ERROR')],
            [],
            id='it is in error',
        ),
        pytest.param(
            [GOLD],
            [protection(selected=False)],
            [],
            [],
            id='a person made it: not released',
        ),
        pytest.param(
            [GOLD, WEB],
            [protection(selected=False, policy_id='policy-2')],
            [server()],
            [],
            id='a person made it: not moved',
        ),
        pytest.param(
            [WEB],
            [protection()],
            [server(tags=('web',))],
            [],
            id='a policy whose right is dead: nothing',
        ),
        pytest.param(
            [WEB, GOLD],
            [],
            [server(tags=('web',))],
            ['enrol server-1 gold as web-1'],
            id='two hold: the older',
        ),
        pytest.param(
            [WEB, GOLD],
            [protection(policy_id='policy-2')],
            [server(tags=('web',))],
            [],
            id='two hold: the one it is under',
        ),
        pytest.param(
            [WEB, GOLD],
            [protection(policy_id='policy-2')],
            [server()],
            ['move protection-1 gold'],
            id='the other one holds',
        ),
        pytest.param(
            [GOLD],
            [protection(2, selected=False, business_id='web-1')],
            [server(id='abcdefgh-9')],
            ['enrol abcdefgh-9 gold as web-1-abcdefgh'],
            id='its name is taken',
        ),
        pytest.param(
            [GOLD],
            [],
            [server(1, name='web'), server(2, name='web')],
            [
                'enrol server-1 gold as web',
                'enrol server-2 gold as web-server-2',
            ],
            id='two of one name',
        ),
    ],
)
def test_the_selection(policies, protections, servers, expected):
    assert told(select.decide(policies, protections, servers)) == expected


@pytest.mark.parametrize(
    ('name', 'taken', 'expected'),
    [
        ('web', set(), 'web'),
        (' web 1 ', set(), 'web 1'),
        ('web\n', set(), 'web'),
        ('', set(), '0a1b2c3d-rest'),
        ('\t', set(), '0a1b2c3d-rest'),
        ('web', {'web'}, 'web-0a1b2c3d'),
        ('web', {'web', 'web-0a1b2c3d'}, '0a1b2c3d-rest'),
        ('x' * 255, set(), 'x' * 200),
        ('y' * 199 + ' z', set(), 'y' * 199),
    ],
)
def test_business_ids(name, taken, expected):
    found = server(id='0a1b2c3d-rest', name=name)
    assert select.business_id(found, taken) == expected


@pytest.mark.parametrize('count', [1, 50])
def test_a_second_look_finds_nothing(count):
    """Enrolling is idempotent, whatever the names are."""
    servers = [server(each, name='web') for each in range(count)]
    first = select.decide([GOLD], [], servers)
    enrolled = [
        protection(
            business_id=each.business_id,
            server_id=each.server.id,
            policy_id=each.policy.id,
        )
        for each in first.enrol
    ]
    assert len({each.business_id for each in enrolled}) == count
    assert select.decide([GOLD], enrolled, servers) == select.Selection()
