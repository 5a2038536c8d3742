"""Nobody's change is lost to another's."""

import concurrent.futures

import pytest

from snapfault.api import precondition
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
