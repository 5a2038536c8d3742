"""Whatever is wrong with a request is a 400 that names the member."""

import re
import sys

import pytest

from snapfault import errors
from snapfault.api import routes
from snapfault.api import validation
from tests.functional import databases
from tests.functional.api import world as worlds

GOOD = {
    'name': 'plain',
    'schedules': [{'interval': 60}],
    'quota': {'count': 1},
}
LONG = 'x' * 256
HUGE = 10**400


@pytest.fixture(scope='module')
def world(tmp_path_factory):
    """Give one for all: nothing here may change a row."""
    made = worlds.World(databases.fresh(tmp_path_factory.mktemp('world')))
    made.fill()
    return made


POLICY = [
    # member, what is wrong with it
    ('name', ''),
    ('name', ' gold'),
    ('name', 'gold '),
    ('name', 'gold\n'),
    ('name', 'go\x00ld'),
    ('name', LONG),
    ('name', 7),
    ('name', None),
    ('description', 'x' * 1001),
    ('description', 'a\x00'),
    ('description', None),
    ('schedules', [{}]),
    ('schedules', [{'interval': 0}]),
    ('schedules', [{'interval': -60}]),
    ('schedules', [{'interval': 1.5}]),
    ('schedules', [{'interval': True}]),
    ('schedules', [{'interval': '60'}]),
    ('schedules', [{'interval': HUGE}]),
    ('schedules', [{'interval': 3661 * 86400}]),
    ('schedules', [{'interval': 60, 'cron': '0 3 * * *'}]),
    ('schedules', [{'cron': 'every day'}]),
    ('schedules', [{'cron': '0 0 30 2 *'}]),
    ('schedules', [{'cron': '0 3 * * * *'}]),
    ('schedules', [{'cron': '0 3 * * *', 'time_zone': 'Mars/Olympus'}]),
    ('schedules', [{'cron': '0 3 * * *', 'time_zone': '../../etc/passwd'}]),
    ('schedules', [{'interval': 60, 'jitter': 5}]),
    ('schedules', None),
    ('quota', {}),
    ('quota', {'count': 0}),
    ('quota', {'count': 1.5}),
    ('quota', {'count': HUGE}),
    ('quota', {'count': 1, 'petabytes': 1}),
    ('quota', 1),
    ('thresholds', [{'metric': 'cpu_util'}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': 0}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': -1}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': '80'}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': HUGE}]),
    ('thresholds', [{'metric': '', 'over': 80}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': 80, 'under': 1}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': x} for x in (70, 80)]),
    ('thresholds', [{'metric': str(i), 'over': 1} for i in range(21)]),
    ('thresholds', {}),
    ('thresholds', [{'metric': 'cpu_util', 'over': 80, 'margin': 80}]),
    ('thresholds', [{'metric': 'cpu_util', 'over': 80, 'margin': -1}]),
    ('thresholds', [{'metric': 'cpu_util'}]),
    ('schedules', []),
    ('schedules', [{'interval': 60}, {'interval': 90}]),
    ('schedules', [{'label': 'a b', 'interval': 60}]),
    ('schedules', [{'label': str(i), 'interval': 60} for i in range(11)]),
    ('quota', {'minimum': 2}),
    ('quota', {'count': 1, 'minimum': 0}),
    ('quota', {'age': 0}),
    ('quota', {'tiers': {}}),
    ('quota', {'tiers': {'daily': -1}}),
    ('quota', {'tiers': {'daily': 1, 'time_zone': 'Mars/Olympus'}}),
    ('quota', {'count': 1, 'labels': {'unheard-of': {'count': 1}}}),
    ('quota', {'count': 1, 'labels': {'default': {'minimum': 1}}}),
    ('blackouts', [{'begin': '08:00'}]),
    ('blackouts', [{'begin': '08:00', 'end': '08:00'}]),
    (
        'blackouts',
        [
            {'begin': '00:00', 'end': '12:00'},
            {'begin': '12:00', 'end': '00:00'},
        ],
    ),
    ('blackouts', [{'begin': '24:00', 'end': '08:00'}]),
    ('blackouts', [{'begin': '08:00', 'end': '09:00', 'days': []}]),
    ('blackouts', [{'begin': '08:00', 'end': '09:00', 'days': ['monday']}]),
    ('blackouts', [{'begin': '8:00', 'end': '09:00'}]),
    ('blackouts', [{'begin': '08:00', 'end': '09:00', 'time_zone': 'Mars'}]),
    ('deadline', 0),
    ('stagger', -1),
    ('stagger', 8 * 86400),
    ('catch_up', 'all'),
    ('paused', 'yes'),
    ('selector', {}),
    ('selector', {'metadata': {}, 'tags': []}),
    ('selector', {'metadata': {'tier': 1}}),
    ('selector', {'names': ['web']}),
    ('priority', 101),
    ('priority', 1.5),
    ('unknown', 1.1),
    ('consistency', {'level': 'application'}),
    ('consistency', {'level': 'stopped'}),
    (
        'consistency',
        {'maintenance': [{'begin': '02:00', 'end': '04:00'}]},
    ),
    ('posture', 'bold'),
    ('posture', None),
    ('multipliers', {'performance': 'much'}),
    ('multipliers', {'performance': True}),
    ('multipliers', {'performance': HUGE}),
    ('multipliers', []),
    ('rpo', 0),
    ('rpo', -1),
    ('rpo', 1.5),
    ('rpo', HUGE),
    ('rpo', '1d'),
    ('recovery', {'automatic': 'yes'}),
    ('recovery', {'margin': -1}),
    ('recovery', {'margin': HUGE}),
    ('recovery', {'fence': True}),
    ('recovery', None),
    ('id', 'mine'),
    ('project_id', 'theirs'),
]


@pytest.mark.parametrize(('member', 'value'), POLICY)
@pytest.mark.parametrize(
    ('method', 'path', 'body'),
    [
        ('POST', '/v1/policies', GOOD),
        ('PATCH', '/v1/policies/policy-mine', {}),
    ],
)
def test_policy(world, method, path, body, member, value):
    before = world.request('GET', '/v1/policies').json
    body = {'policy': body | {member: value}}
    response = world.request(method, path, body)
    (error,) = response.json['errors']
    assert (response.status_int, error['status']) == (400, 400)
    assert member in error['detail'] or member == 'schedules'
    assert len(error['detail']) < 500
    assert world.request('GET', '/v1/policies').json == before


@pytest.mark.parametrize('member', GOOD)
def test_policy_lacks(world, member):
    body = {name: GOOD[name] for name in GOOD if name != member}
    response = world.request('POST', '/v1/policies', {'policy': body})
    assert response.status_int == 400
    assert member in response.json['errors'][0]['detail']


@pytest.mark.parametrize(
    'body',
    [
        {},
        {'recovery_point': {}},
        {'recovery_point': {'pinned': None}},
        {'recovery_point': {'pinned': 'true'}},
        {'recovery_point': {'pinned': 1}},
        {'recovery_point': {'pinned': True, 'status': 'good'}},
        {'recovery_point': [True]},
        {'recovery_point': {'pinned': True}, 'labels': []},
        [],
        None,
    ],
    ids=str,
)
def test_recovery_point(world, body):
    path = '/v1/recovery-points/point-1'
    response = world.request('PATCH', path, body)
    assert response.status_int == 400
    assert response.json['errors'][0]['status'] == 400


def test_weigher_that_is_not_installed(world):
    body = {'policy': {'multipliers': {'luck': 1}}}
    response = world.request('PATCH', '/v1/policies/policy-mine', body)
    assert response.status_int == 400
    detail = response.json['errors'][0]['detail']
    assert "'luck'" in detail
    assert all(name in detail for name in world.weighers)


TIMES = {'schedules': [{'interval': 60}]}
PROTECTION = {
    'business_id': 'mail',
    'server_id': 'server',
    'policy_id': 'policy-mine',
}


@pytest.mark.parametrize(
    ('path', 'key', 'good', 'member', 'value'),
    [
        ('/v1/protections', 'protection', PROTECTION, member, value)
        for member, values in (
            ('business_id', ['', ' ', LONG, 5, 'a\tb', 'a\x00b', None]),
            ('server_id', ['', '../flavors', 'a/b', 'a\n', LONG, 5, None]),
            ('policy_id', ['', 'a b', LONG, 5, None]),
            ('image_id', ['image']),
            ('trust_id', ['trust']),
        )
        for value in values
    ]
    + [
        ('/v1/tasks', 'task', {'protection_id': 'one'}, member, value)
        for member, value in (
            ('protection_id', ''),
            ('protection_id', None),
            ('weight', 1),
        )
    ]
    + [
        ('/v1/recoveries', 'recovery', {'business_id': 'shop'}, member, value)
        for member, value in (
            ('business_id', ''),
            ('business_id', None),
            ('recovery_point_id', ''),
            ('recovery_point_id', None),
            ('recovery_point_id', 5),
            ('cause', 'because'),
        )
    ]
    + [
        ('/v1/schedule-previews', 'schedule_preview', TIMES, member, value)
        for member, value in (
            ('schedules', []),
            ('schedules', None),
            ('blackouts', [{'begin': '08:00', 'end': '25:00'}]),
            ('blackouts', [{'begin': '08:00', 'end': '08:00'}]),
            ('deadline', 0),
            ('stagger', -1),
            ('count', 0),
            ('count', 101),
            ('count', 1.5),
            ('count', None),
            ('quota', {'count': 1}),
        )
    ],
)
def test_others(world, path, key, good, member, value):
    response = world.request('POST', path, {key: good | {member: value}})
    assert response.status_int == 400, response.text
    assert member in response.json['errors'][0]['detail']


@pytest.mark.parametrize(
    ('path', 'key'),
    [
        ('/v1/policies', 'policy'),
        ('/v1/protections', 'protection'),
        ('/v1/tasks', 'task'),
        ('/v1/recoveries', 'recovery'),
        ('/v1/schedule-previews', 'schedule_preview'),
    ],
)
@pytest.mark.parametrize('body', [b'', {}, [], None, 'text', {'x': {}}, 5])
def test_envelope(world, path, key, body):
    response = world.request('POST', path, body)
    assert response.status_int == 400
    sent = {key: {}, 'more': 1}
    assert world.request('POST', path, sent).status_int == 400


@pytest.mark.parametrize(
    'body',
    [
        b'{"policy": {"rpo": NaN}}',
        b'{"policy": {"thresholds": [{"metric": "m", "over": Infinity}]}}',
        b'{"policy": {"thresholds": [{"metric": "m", "over": -Infinity}]}}',
        b'{"policy": {"thresholds": [{"metric": "m", "over": 1e999}]}}',
        b'{"policy": {"multipliers": {"performance": 1e999}}}',
        b'{"policy": {"description": "\\ud800"}}',
        b'{"policy": {"description": "\xff"}}',
        b'{"policy": {"rpo": ' + b'9' * 5000 + b'}}',
        b'[' * 100000,
        b'{"policy"',
        b"{'policy': {}}",
        b'{"policy": {}}',
    ],
)
def test_what_python_would_read(world, body):
    response = world.request('PATCH', '/v1/policies/policy-mine', body)
    assert response.status_int == 400


@pytest.mark.parametrize(
    'query',
    [
        'colour=red',
        'limit=0',
        'limit=-1',
        'limit=ten',
        'limit=1e3',
        'limit=%D9%A1',
        'limit=',
        'limit=1&limit=2',
        'marker=',
        'marker=nothing',
        'marker=a%00b',
        'all_projects=perhaps',
        '%ff=1',
        'limit=%ff',
        'sort=',
        'sort=id',
        'sort=created_at:',
        'sort=created_at:up',
        'sort=created_at:asc:desc',
        'sort=created_at,created_at',
        'sort=created_at&sort=created_at',
        'sort_key=created_at',
    ],
)
@pytest.mark.parametrize(
    'noun',
    [
        *('policies', 'protections', 'tasks', 'recovery-points'),
        *('recoveries', 'drills', 'readiness'),
    ],
)
def test_query(world, noun, query):
    response = world.request('GET', f'/v1/{noun}?{query}')
    assert response.status_int == 400


@pytest.mark.parametrize(
    'path',
    [
        '/v1/tasks?status=good',
        '/v1/recovery-points?status=waiting',
        '/v1/recoveries?status=',
        '/v1/policies?status=done',
        '/v1/policies?name=',
        '/v1/protections?name=shop',
        '/v1/plan?limit=1',
        '/v1/policies/policy-mine?name=gold',
    ],
)
def test_filters_of_another_noun(world, path):
    assert world.request('GET', path).status_int == 400


@pytest.mark.parametrize('method', ['GET', 'PATCH', 'DELETE'])
@pytest.mark.parametrize('name', ['%00', '%ff', "'", '%0a', 'x' * 5000, '..'])
def test_ids_that_are_none(world, method, name):
    body = {'policy': {'rpo': None}} if method == 'PATCH' else None
    response = world.request(method, f'/v1/policies/{name}', body)
    assert response.status_int in (400, 404)


def test_no_id_holds_a_zero(world):
    """PostgreSQL takes no such text; an alarm's sender has no token."""
    asked = [
        (each.method, re.sub('{.*?}', 'a%00b', each.path), 'admin@mine')
        for each in routes.ROUTES
        if '{' in each.path
    ]
    asked.append(('POST', '/v1/webhooks/a%00b/a%00b', ''))
    for method, path, token in asked:
        response = world.request(method, path, {}, token)
        assert response.status_int == 404, (method, path)


@pytest.mark.parametrize(
    ('members', 'said'),
    [
        ({}, 'protection'),
        ({'paused': None}, 'paused'),
        ({'paused': 'yes'}, 'paused'),
        ({'paused': 1}, 'paused'),
        ({'policy_id': None, 'paused': True}, 'policy_id'),
        ({'status': 'paused'}, 'status'),
        ({'next_run_at': None}, 'next_run_at'),
    ],
)
def test_a_change_of_a_protection(world, members, said):
    path = '/v1/protections/protection-mine'
    before = world.request('GET', path).json
    response = world.request('PATCH', path, {'protection': members})
    assert response.status_int == 400
    assert said in response.json['errors'][0]['detail']
    assert world.request('GET', path).json == before


@pytest.mark.parametrize(
    ('schedule', 'said'),
    [
        ({}, 'exactly one'),
        ({'cron': '0 0 30 2 *'}, 'never fires'),
        ({'cron': '0 3 * *'}, 'give five'),
        ({'cron': '0 3 * * *', 'time_zone': 'Mars'}, 'IANA'),
    ],
)
def test_a_preview_of_no_schedule(world, schedule, said):
    body = {'schedule_preview': {'schedules': [schedule]}}
    response = world.request('POST', '/v1/schedule-previews', body)
    assert response.status_int == 400
    assert said in response.json['errors'][0]['detail']


def calls(function, *args):
    """Count the calls that one call makes, its own among them."""
    made = 0

    def count(frame, event, arg):
        nonlocal made
        made += event == 'call'

    sys.setprofile(count)
    try:
        function(*args)
    finally:
        sys.setprofile(None)
    return made


def mixed(number):
    """Give a list that Python cannot sort."""
    return [*range(number), 'x']


def named(many):
    return {str(each): '' for each in many}


@pytest.mark.parametrize(
    ('member', 'make'),
    [
        ('blackouts', list),
        (
            'blackouts',
            lambda many: [{'begin': '01:00', 'end': '02:00', 'days': many}],
        ),
        ('shared_with', list),
        ('thresholds', list),
        ('multipliers', named),
        ('selector', lambda many: {'metadata': named(many)}),
        ('quota', lambda many: {'labels': named(many)}),
    ],
)
def test_too_many_are_not_looked_into(world, member, make):
    def send(number):
        body = {'policy': GOOD | {member: make(mixed(number))}}
        response = world.request('POST', '/v1/policies', body)
        assert response.status_int == 400

    send(200)  # what is made once
    assert calls(send, 2000) < 1.2 * calls(send, 200)


UNIQUE = validation.Validator({'type': 'array', 'uniqueItems': True})


def test_work_of_the_unique_grows_with_their_number():
    few, many = (calls(UNIQUE.check, mixed(n), '') for n in (1000, 4000))
    assert many < 5 * few


@pytest.mark.parametrize(
    'twice',
    [
        [1, 'x', 1.0],
        [0, -0.0, 'x'],
        [None, 1, None],
        [{'a': 1, 'b': [2]}, {'b': [2.0], 'a': 1}],
    ],
)
def test_what_json_says_is_equal_is_not_unique(twice):
    with pytest.raises(errors.InvalidInput, match='non-unique'):
        UNIQUE.check(twice, 'it')


@pytest.mark.parametrize(
    'each_once',
    [[1, True], [0, False, None], [1, '1'], [[1], [True]], [{'a': 1}, {}]],
)
def test_what_json_says_differs_is_unique(each_once):
    UNIQUE.check(each_once, 'it')
