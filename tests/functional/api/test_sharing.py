"""Policies of one project that others use."""

import re

import pytest

from snapfault.db import protections
from tests.fake import cloud as fake
from tests.functional.api import world as worlds

GOLD = '/v1/policies/policy-theirs'
ADMIN = 'admin@theirs'


@pytest.fixture
def shared(world):
    """Give a world in which a policy of ``theirs`` is shared with all."""
    response = share(world, ['*'])
    assert response.status_int == 200, response.text
    return world


def share(world, projects, token=ADMIN):
    body = {'policy': {'shared_with': projects}}
    return world.request('PATCH', GOLD, body, token)


def use(world, policy_id='policy-theirs', token='member@mine'):
    body = {'protection': {'policy_id': policy_id}}
    return world.request(
        'PATCH', '/v1/protections/protection-mine', body, token
    )


def detail(response):
    return response.json['errors'][0]['detail']


@pytest.mark.parametrize(
    ('projects', 'shown'),
    [(['*'], ['*']), (['zebra', 'mine'], ['mine'])],
)
def test_who_may_use_it_sees_it_and_not_who_else(world, projects, shown):
    told = share(world, projects).json['policy']['shared_with']
    assert told == sorted(projects)
    for token in ('reader@mine', 'member@mine', 'admin@mine'):
        seen = world.request('GET', GOLD, token=token)
        assert seen.json['policy']['shared_with'] == shown
        assert 'zebra' not in seen.text
        listed = world.request('GET', '/v1/policies', token=token)
        ids = [each['id'] for each in listed.json['policies']]
        assert ids == ['policy-theirs', 'policy-mine']
        assert 'zebra' not in listed.text
    assert use(world).status_int == 200
    kept = protections.get(world.database, None, 'protection-mine')
    assert kept.policy_id == 'policy-theirs'
    created = world.request(
        'POST',
        '/v1/protections',
        {
            'protection': {
                'business_id': 'new',
                'server_id': world.cloud.add_server('mine').id,
                'policy_id': 'policy-theirs',
            }
        },
    )
    assert created.status_int == 201


def test_who_is_not_named_finds_nothing(world):
    assert share(world, ['zebra']).status_int == 200
    for method, body in (
        ('GET', None),
        ('PATCH', {'policy': {'rpo': 60}}),
        ('DELETE', None),
    ):
        answers = [
            re.sub(
                f'req-[0-9a-f-]+|{name}',
                '',
                world.request(method, f'/v1/policies/{name}', body).text,
            )
            for name in ('policy-theirs', 'policy-nobodys')
        ]
        assert answers[0] == answers[1]
        assert 'there is no policy' in answers[0]
    assert use(world).status_int == 404


@pytest.mark.parametrize(
    'token', ['member@mine', 'manager@mine', 'admin@mine']
)
def test_who_uses_it_does_not_change_it(shared, token):
    for method, body in (('PATCH', {'policy': {'rpo': 60}}), ('DELETE', None)):
        response = shared.request(method, GOLD, body, token)
        assert response.status_int == 403
        assert 'shared by another project' in detail(response)


@pytest.mark.parametrize('token', ['member@theirs', 'manager@theirs'])
def test_sharing_takes_an_admin(world, token):
    assert share(world, ['*'], token).status_int == 403
    assert share(world, [], token).status_int == 200  # as it is
    body = {
        'policy': {
            'name': 'new',
            'schedules': [{'interval': 60}],
            'quota': {'count': 1},
            'shared_with': ['mine'],
        }
    }
    made = world.request('POST', '/v1/policies', body, token)
    assert made.status_int == 403
    made = world.request('POST', '/v1/policies', body, ADMIN)
    assert made.json['policy']['shared_with'] == ['mine']


@pytest.mark.parametrize('token', ['member@theirs', 'manager@theirs'])
def test_what_others_use_takes_an_admin_to_change(shared, token):
    policy = {'name': 'gold', 'schedules': [{'interval': 9}]}
    policy['quota'] = {'count': 1}
    table = {'record_table': {'version': 1, 'policies': [policy]}}
    empty = {'record_table': {'version': 1}}
    for method, path, body in (
        ('PATCH', GOLD, {'policy': {'rpo': 60}}),
        ('DELETE', GOLD, None),
        ('PUT', '/v1/record-table', table),
        ('PUT', '/v1/record-table?prune=true', empty),
    ):
        response = shared.request(method, path, body, token)
        assert response.status_int == 403, path
        assert 'policy:share' in detail(response)
    imported = shared.request('PUT', '/v1/record-table', table, ADMIN)
    assert imported.status_int == 200
    shown = shared.request('GET', GOLD, token=ADMIN).json['policy']
    assert shown['shared_with'] == ['*']  # an import leaves it as it is


def test_an_admin_of_another_project_reaches_it_by_saying_so(shared):
    body = {'policy': {'shared_with': []}}
    path = f'{GOLD}?all_projects=true'
    response = shared.request('PATCH', path, body, 'admin@mine')
    assert response.json['policy']['shared_with'] == []


def test_it_is_not_taken_from_who_uses_it(shared):
    assert use(shared).status_int == 200
    for response in (
        share(shared, []),
        share(shared, ['zebra']),
        shared.request('DELETE', GOLD, token=ADMIN),
    ):
        assert response.status_int == 409
        assert '1 protections of 1 other projects' in detail(response)
        assert 'mine' not in detail(response)
    assert share(shared, ['mine']).status_int == 200
    assert use(shared, 'policy-mine').status_int == 200
    assert share(shared, []).status_int == 200
    assert use(shared).status_int == 404


@pytest.mark.parametrize(
    ('members', 'says'),
    [
        ({'shared_with': ['*', 'mine']}, "'*' is all projects"),
        ({'shared_with': ['mine', 'mine']}, 'non-unique'),
        ({'shared_with': ['m\nine']}, 'the id of a project'),
        ({'shared_with': ['**']}, 'the id of a project'),
        ({'shared_with': 'mine'}, 'not of type'),
        ({'shared_with': None}, 'not of type'),
        ({'shared_with': ['x' * 65]}, 'too long'),
        ({'shared_with': ['*'], 'selector': {'tags': ['t']}}, 'has none'),
    ],
)
def test_what_cannot_be_shared(world, members, says):
    response = world.request('PATCH', GOLD, {'policy': members}, ADMIN)
    assert response.status_int == 400
    assert says in detail(response)


def test_what_is_shared_gets_no_selector(shared):
    body = {'policy': {'selector': {'tags': ['web']}}}
    response = shared.request('PATCH', GOLD, body, ADMIN)
    assert response.status_int == 400
    assert 'shared_with to []' in detail(response)


def test_a_file_names_it_by_its_id(shared):
    """By its name nobody could tell it from one's own of that name."""
    server = shared.cloud.add_server('mine').id
    wanted = {
        'business_id': 'new',
        'server_id': server,
        'policy': 'policy-theirs',
    }

    def put(*changed, **query):
        table = {'version': 1, 'protections': list(changed)}
        path = '/v1/record-table' + ''.join(
            f'?{k}={v}' for k, v in query.items()
        )
        return shared.request('PUT', path, {'record_table': table})

    assert put(wanted).status_int == 200
    exported = shared.request('GET', '/v1/record-table').json['record_table']
    assert wanted in exported['protections']
    assert [each['name'] for each in exported['policies']] == ['gold']
    again = shared.request(
        'PUT', '/v1/record-table?prune=true', {'record_table': exported}
    )
    assert again.json['changes'] == []
    moved = put({**wanted, 'policy': 'gold'})
    (change,) = moved.json['changes']
    assert change['members'] == [
        {'name': 'policy', 'was': 'policy-theirs', 'now': 'gold'}
    ]
    found = protections.list_page(
        shared.database, worlds.MINE, limit=9, business_id='new'
    )
    assert [each.policy_id for each in found] == ['policy-mine']
    back = put(wanted)
    assert back.json['changes'][0]['members'][0]['now'] == 'policy-theirs'


def test_it_changes_between_the_look_of_an_import_and_the_change(
    shared, monkeypatch
):
    """Nothing is planned by the policy that it was."""
    given = {
        'version': 1,
        'protections': [
            {
                'business_id': 'new',
                'server_id': shared.cloud.add_server('mine').id,
                'policy': 'policy-theirs',
            }
        ],
    }
    survey = fake.FakeEnroller.survey

    def slow(*args):
        body = {'policy': {'paused': True}}
        assert shared.request('PATCH', GOLD, body, ADMIN).status_int == 200
        return survey(*args)

    # what another project does at this very point cannot be had otherwise
    monkeypatch.setattr(fake.FakeEnroller, 'survey', slow)
    response = shared.request(
        'PUT', '/v1/record-table', {'record_table': given}
    )
    assert response.status_int == 409, response.text
    assert 'changed meanwhile' in detail(response)
    monkeypatch.setattr(fake.FakeEnroller, 'survey', survey)
    again = shared.request('PUT', '/v1/record-table', {'record_table': given})
    assert again.status_int == 200, again.text
    (made,) = protections.list_page(
        shared.database, 'mine', limit=9, business_id='new'
    )
    assert made.next_run_at is None
