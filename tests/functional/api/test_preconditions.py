"""Nobody's change is lost to another's."""

import concurrent.futures

import pytest

from snapfault.api import precondition
from snapfault.api import routes
from snapfault.db import policies

NOUNS = [
    ('/v1/policies/policy-mine', {'policy': {'priority': 1}}),
    ('/v1/protections/protection-mine', {'protection': {'paused': True}}),
    (
        '/v1/recovery-points/point-1',
        {'recovery_point': {'pinned': True}},
    ),
]
PATHS = [path for path, _ in NOUNS]


@pytest.fixture
def used(world):
    world.point(1)
    world.point(2)
    return world


def tag(world, path):
    """Give the tag of a noun, which its body names as well."""
    answer = world.request('GET', path)
    (noun,) = answer.json.values()
    assert answer.headers['ETag'] == f'"{noun["generation"]}"'
    assert answer.headers['Cache-Control'] == 'no-store'
    return answer.headers['ETag']


@pytest.mark.parametrize(('path', 'body'), NOUNS)
def test_a_change_raises_the_generation(used, path, body):
    before = tag(used, path)
    answer = used.request('PATCH', path, body, **{'If-Match': before})
    assert answer.status_int == 200
    assert answer.headers['ETag'] != before
    assert answer.headers['ETag'] == tag(used, path)


@pytest.mark.parametrize('method', ['PATCH', 'DELETE'])
@pytest.mark.parametrize(('path', 'body'), NOUNS)
def test_what_was_meant_for_another_state_is_refused(used, path, body, method):
    before = tag(used, path)
    used.request('PATCH', path, body)
    shown = used.request('GET', path).json
    answer = used.request(
        method,
        path,
        body if method == 'PATCH' else None,
        'manager@mine',
        **{'If-Match': before},
    )
    assert answer.status_int == 412
    (error,) = answer.json['errors']
    assert error['code'] == 'fault-tolerance.changed-meanwhile'
    assert 'generation 2' in error['detail']
    assert used.request('GET', path).json == shown


@pytest.mark.parametrize(
    ('value', 'status'),
    [
        ('"1"', 200),
        ('"7", "1"', 200),
        ('*', 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ('"one"', 412),
        ('', 200),
    ],
)
def test_what_the_header_may_say(used, value, status):
    path, body = NOUNS[0]
    answer = used.request('PATCH', path, body, **{'If-Match': value})
    assert answer.status_int == status


@pytest.mark.parametrize('path', PATHS)
def test_what_does_not_exist_is_not_found_all_the_same(used, path):
    answer = used.request(
        'DELETE', f'{path}-not', None, 'manager@mine', **{'If-Match': '"1"'}
    )
    assert answer.status_int == 404


@pytest.mark.parametrize('path', PATHS[::2])
def test_a_deletion_that_was_meant(used, path):
    if 'policies' in path:
        used.request('DELETE', '/v1/protections/protection-mine')
    answer = used.request(
        'DELETE',
        path,
        None,
        'manager@mine',
        **{'If-Match': tag(used, path)},
    )
    assert answer.status_int in (202, 204), answer.text


def test_what_moves_by_itself_raises_nothing(used):
    path = '/v1/protections/protection-mine'
    before = tag(used, path)
    used.request(
        'PATCH', '/v1/policies/policy-mine', {'policy': {'stagger': 9}}
    )
    assert tag(used, path) == before


def test_an_import_is_a_change(used):
    document = used.request('GET', '/v1/record-table').json
    document['record_table']['policies'][0]['priority'] = 9
    document['record_table']['protections'][0]['paused'] = True
    before = [tag(used, path) for path in PATHS[:2]]
    assert used.request('PUT', '/v1/record-table', document).status_int == 200
    after = [tag(used, path) for path in PATHS[:2]]
    assert (before, after) == (['"1"', '"1"'], ['"2"', '"2"'])


TABLE = '/v1/record-table'
HOOK = '/v1/protections/protection-mine/webhook'


def emptied(world, query='', **headers):
    """Ask that the table become empty."""
    body = {'version': 1, 'policies': [], 'protections': []}
    return world.request(
        'PUT', f'{TABLE}?prune=true{query}', {'record_table': body}, **headers
    )


def test_an_import_may_be_meant_for_what_was_read(used):
    seen = used.request('GET', TABLE).headers['ETag']
    looked = emptied(used, '&dry_run=true')
    assert seen == looked.headers['ETag'] == f'"{looked.json["generation"]}"'
    used.request('PATCH', *NOUNS[0])
    before = used.request('GET', TABLE)
    refused = emptied(used, **{'If-Match': seen})
    assert refused.status_int == 412
    assert 'record table' in refused.json['errors'][0]['detail']
    assert used.request('GET', TABLE).json == before.json
    done = emptied(used, **{'If-Match': before.headers['ETag']})
    assert done.status_int == 200
    after = used.request('GET', TABLE)
    assert after.json['record_table']['policies'] == []
    assert after.headers['ETag'] == done.headers['ETag']
    assert done.headers['ETag'] != before.headers['ETag']


def test_what_an_import_does_not_set_is_no_change_of_it(used):
    seen = used.request('GET', TABLE).headers['ETag']
    used.request('PATCH', *NOUNS[2])
    used.request('POST', HOOK)
    assert used.request('GET', TABLE).headers['ETag'] == seen
    used.request('PATCH', *NOUNS[1])
    assert used.request('GET', TABLE).headers['ETag'] != seen


@pytest.mark.parametrize('method', ['POST', 'DELETE'])
def test_a_webhook_is_changed_as_part_of_its_protection(used, method):
    seen = tag(used, PATHS[1])
    made = used.request('POST', HOOK, **{'If-Match': seen})
    assert made.status_int == 201
    address = made.json['webhook']['url'].removeprefix('http://localhost')
    late = used.request(method, HOOK, **{'If-Match': seen})
    assert late.status_int == 412
    said = used.request('POST', address, {'finding': 'down'}, token=None)
    assert said.status_int == 204  # the first one's address goes on
    again = used.request(method, HOOK, **{'If-Match': tag(used, PATHS[1])})
    assert again.status_int in (201, 204)
    said = used.request('POST', address, {'finding': 'down'}, token=None)
    assert said.status_int == 404


#: What changes something and takes no If-Match: see ``api.precondition``.
WITHOUT = {
    ('POST', '/v1/policies'),
    ('POST', '/v1/protections'),
    ('POST', '/v1/tasks'),
    ('POST', '/v1/recoveries'),
    ('POST', '/v1/drills'),
    ('POST', '/v1/schedule-previews'),
    ('POST', '/v1/recoveries/{recovery_id}/undo'),
    ('POST', '/v1/recoveries/{recovery_id}/abort'),
    ('POST', '/v1/recoveries/{recovery_id}/retry'),
    ('POST', '/v1/recoveries/{recovery_id}/approve'),
}


def test_whoever_adds_a_change_says_whether_it_may_be_lost():
    changing = [each for each in routes.ROUTES if each.method != 'GET']
    assert {
        (each.method, each.path) for each in changing if not each.conditional
    } == WITHOUT


CHANGES = [
    {'priority': 7},
    {'description': 'changed'},
    {'rpo': 600},
    {'posture': 'calm'},
    {'stagger': 60},
    {'unknown': 0.5},
    {'deadline': 7200},
    {'catch_up': 'none'},
]


def _at_once(world, **headers):
    def send(change):
        return world.request(
            'PATCH', '/v1/policies/policy-mine', {'policy': change}, **headers
        ).status_int

    with concurrent.futures.ThreadPoolExecutor(len(CHANGES)) as pool:
        return list(pool.map(send, CHANGES))


def test_of_many_at_once_for_one_generation_one_wins(used):
    statuses = _at_once(used, **{'If-Match': '"1"'})
    assert sorted(statuses) == [200] + [412] * (len(CHANGES) - 1)
    policy = used.request('GET', '/v1/policies/policy-mine').json['policy']
    (won,) = (
        change
        for change, status in zip(CHANGES, statuses, strict=True)
        if status == 200
    )
    assert policy | won == policy
    assert policy['generation'] == 2


def test_of_many_at_once_on_other_members_all_win(used):
    assert _at_once(used) == [200] * len(CHANGES)
    policy = used.request('GET', '/v1/policies/policy-mine').json['policy']
    for change in CHANGES:
        assert policy | change == policy
    assert policy['generation'] == 1 + len(CHANGES)


def test_whoever_is_always_too_late_is_told(used, monkeypatch):
    real = policies.update

    def raced(database, policy, *nexts, generation=None):
        # as if somebody wrote between each reading and writing
        real(database, policy)
        return real(database, policy, *nexts, generation=generation)

    monkeypatch.setattr(policies, 'update', raced)
    answer = used.request('PATCH', *NOUNS[0])
    assert answer.status_int == 409
    shown = used.request('GET', PATHS[0]).json['policy']
    assert shown['generation'] == 1 + precondition.TRIES
