"""Tables of cases for what an import would change."""

import pytest

from snapfault import difference
from snapfault import errors

GOLD = {'description': '', 'quota': {'count': 7}}
SHOP = {'server_id': 'server-1', 'policy': 'gold', 'paused': False}
WEB = {'server_id': 'server-2', 'policy': 'gold', 'paused': False}
NOTHING = difference.Table({}, {})
STANDING = difference.Table({'gold': GOLD}, {'shop': SHOP})


def told(changes):
    """Give changes as short lines, each with its members' names."""
    return [
        ' '.join([each.action, each.kind, each.name])
        + ''.join(f' {m.name}: {m.was} -> {m.now};' for m in each.members)
        for each in changes
    ]


@pytest.mark.parametrize(
    ('standing', 'wanted', 'prune', 'expected'),
    [
        pytest.param(NOTHING, NOTHING, True, [], id='nothing'),
        pytest.param(STANDING, STANDING, False, [], id='as it was'),
        pytest.param(STANDING, STANDING, True, [], id='as it was, pruned'),
        pytest.param(
            NOTHING,
            STANDING,
            False,
            ['create policy gold', 'create protection shop'],
            id='all new',
        ),
        pytest.param(STANDING, NOTHING, False, [], id='never removed'),
        pytest.param(
            STANDING,
            NOTHING,
            True,
            ['remove protection shop', 'remove policy gold'],
            id='pruned, the protection first',
        ),
        pytest.param(
            STANDING,
            difference.Table({'gold': {**GOLD, 'rpo': 60}}, {}),
            False,
            ['change policy gold rpo: None -> 60;'],
            id='a member set',
        ),
        pytest.param(
            difference.Table({'gold': {**GOLD, 'rpo': 60}}, {}),
            difference.Table({'gold': GOLD}, {}),
            False,
            ['change policy gold rpo: 60 -> None;'],
            id='a member left out',
        ),
        pytest.param(
            STANDING,
            difference.Table(
                {'silver': GOLD},
                {'shop': {**SHOP, 'policy': 'silver', 'paused': True}},
            ),
            False,
            [
                'create policy silver',
                'change protection shop policy: gold -> silver;'
                ' paused: False -> True;',
            ],
            id='under a new policy',
        ),
        pytest.param(
            STANDING,
            difference.Table({}, {'web': WEB}),
            False,
            ['create protection web'],
            id='under a policy that stands',
        ),
        pytest.param(
            STANDING,
            difference.Table(
                {'gold': GOLD}, {'store': {**SHOP, 'server_id': 'server-1'}}
            ),
            True,
            ['remove protection shop', 'create protection store'],
            id='a server given another business id',
        ),
    ],
)
def test_the_difference(standing, wanted, prune, expected):
    assert told(difference.decide(standing, wanted, prune)) == expected


def selected(policy='gold'):
    return difference.Table(
        {policy: GOLD},
        {'web': {**WEB, 'policy': policy}},
        selected=frozenset({'web'}),
    )


@pytest.mark.parametrize(
    ('wanted', 'expected'),
    [
        pytest.param(
            difference.Table({'gold': GOLD}, {}), [], id='it stays, pruned'
        ),
        pytest.param(
            difference.Table({}, {}),
            ['remove protection web', 'remove policy gold'],
            id='it goes with its policy',
        ),
        pytest.param(
            difference.Table({'gold': GOLD}, {'web': WEB}),
            ['change protection web selected: True -> False;'],
            id='named in the file, it is a person\'s',
        ),
    ],
)
def test_what_a_selector_enrolled(wanted, expected):
    found = difference.decide(selected(), wanted, prune=True)
    assert told(found) == expected


@pytest.mark.parametrize(
    ('wanted', 'prune', 'expected'),
    [
        (
            difference.Table({}, {'web': {**WEB, 'policy': 'lead'}}),
            False,
            "protections[0].policy: there is no policy 'lead': add it",
        ),
        (
            difference.Table({}, {'web': WEB}),
            True,
            "protections[0].policy: there is no policy 'gold': it must be",
        ),
        (
            difference.Table({}, {'web': WEB, 'shop': {**SHOP, **WEB}}),
            False,
            "protections[1].server_id: 'shop' is of server server-1",
        ),
        (
            difference.Table({}, {'web': WEB, 'store': SHOP}),
            False,
            "protections[1].server_id: server server-1 is protected as 'shop'",
        ),
        (
            difference.Table({}, {'web': WEB, 'net': WEB}),
            False,
            "protections[1].server_id: server server-2 is protected as 'web'",
        ),
    ],
)
def test_what_no_table_may_hold(wanted, prune, expected):
    with pytest.raises(errors.InvalidInput) as refused:
        difference.decide(STANDING, wanted, prune)
    assert str(refused.value).startswith(f'record_table.{expected}')


def test_documents_by_name():
    found = difference.by_name([{'name': 'gold', 'rpo': 1}], 'name', 'x')
    assert found == {'gold': {'rpo': 1}}


def test_a_name_given_twice():
    twice = [{'name': 'gold'}, {'name': 'lead'}, {'name': 'gold'}]
    with pytest.raises(errors.InvalidInput, match=r'policies\[2\].name: '):
        difference.by_name(twice, 'name', 'policies')
