"""The record table as one document: all of it or nothing."""

import concurrent.futures
import copy

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import alarms
from snapfault.db import endings
from snapfault.db import record_table
from snapfault.db import task_claims
from snapfault.db import task_holds
from snapfault.db import tasks
from snapfault.trigger import plan
from tests import build
from tests.functional.api import world as worlds

NOW = build.NOW
PATH = '/v1/record-table'
SILVER = {
    'name': 'silver',
    'schedules': [{'interval': 7200}],
    'quota': {'count': 3},
}


def export(world, token='member@mine'):
    """Export a project's table."""
    response = world.request('GET', PATH, token=token)
    assert response.status_int == 200, response.text
    return response.json['record_table']


def put(world, document, query='', token='member@mine'):
    """Import a document."""
    return world.request(
        'PUT', f'{PATH}{query}', {'record_table': document}, token=token
    )


def done(world, document, query=''):
    """Import a document that is sound; gives the changes as lines."""
    response = put(world, document, query)
    assert response.status_int == 200, response.text
    return [
        f'{each["action"]} {each["kind"]} {each["name"]}'
        + ''.join(f' {member["name"]}' for member in each['members'])
        for each in response.json['changes']
    ]


def refused(world, document, status=400, query='', **asked):
    """Import what is refused, and see that nothing was changed."""
    before, trusts = everything(world), dict(world.cloud.world.trusts)
    response = put(world, document, query, **asked)
    assert response.status_int == status, response.text
    assert everything(world) == before
    assert world.cloud.world.trusts == trusts
    return response.json['errors'][0]['detail']


def everything(world):
    """Read all rows of both projects."""
    return [
        record_table.read(world.database, each)
        for each in (worlds.MINE, worlds.THEIRS)
    ]


def protected(world, business_id):
    """Read a protection of ours."""
    rows = record_table.read(world.database, worlds.MINE)
    return rows.protections.get(business_id)


def with_new(world, document, count=2):
    """Give a document with so many protections more."""
    document = copy.deepcopy(document)
    document['policies'].append(SILVER)
    for number in range(count):
        document['protections'].append(
            {
                'business_id': f'new-{number}',
                'server_id': world.cloud.add_server(worlds.MINE).id,
                'policy': 'silver',
            }
        )
    return document


def test_what_is_exported_changes_nothing(world):
    document = export(world)
    assert document == {
        'version': 1,
        'policies': [
            {
                'name': 'gold',
                'schedules': [{'interval': 3600}],
                'quota': {'count': 2},
                'recovery': {'automatic': True, 'margin': 0},
            }
        ],
        'protections': [
            {
                'business_id': 'shop',
                'server_id': protected(world, 'shop').server_id,
                'policy': 'gold',
            }
        ],
    }
    before = everything(world)
    assert done(world, document) == []
    assert done(world, document, '?prune=true') == []
    assert everything(world) == before
    assert world.cloud.changes() == []


def test_all_rules_come_back(world):
    everything = {
        'name': 'all',
        'description': 'every member',
        'schedules': [
            {'label': 'day', 'cron': '0 3 * * *', 'time_zone': 'Asia/Tokyo'},
            {'label': 'hour', 'interval': 3600},
        ],
        'quota': {
            'count': 5,
            'gigabytes': 100,
            'age': 86400,
            'tiers': {'daily': 7, 'time_zone': 'Asia/Tokyo'},
            'minimum': 2,
            'labels': {'day': {'count': 3}},
        },
        'blackouts': [{'begin': '08:00', 'end': '18:00', 'days': ['mon']}],
        'deadline': 600,
        'stagger': 60,
        'catch_up': 'none',
        'paused': True,
        'thresholds': [
            {'metric': 'cpu_util', 'over': 80.5, 'margin': 1.0},
            {'metric': 'x', 'aggregation': 'max', 'under': 5.0},
        ],
        'posture': 'calm',
        'priority': -7,
        'multipliers': {'rpo': 2.0},
        'unknown': 0.5,
        'rpo': 7200,
        'consistency': {
            'level': 'stopped',
            'or_else': 'fail',
            'root_image': True,
            'maintenance': [{'begin': '22:00', 'end': '02:00'}],
        },
        'recovery': {'automatic': True, 'margin': 5},
    }
    members = set(rules.Rules.__dataclass_fields__) - {'selector'}
    assert members <= set(everything)
    assert done(world, {'version': 1, 'policies': [everything]}) == [
        'create policy all'
    ]
    assert export(world)['policies'][0] == everything
    assert done(world, export(world)) == []


def test_import_then_again(world):
    document = with_new(world, export(world))
    assert done(world, document) == [
        'create policy silver',
        'create protection new-0',
        'create protection new-1',
    ]
    assert export(world)['protections'][0]['business_id'] == 'new-0'
    assert done(world, document) == []
    assert done(world, export(world)) == []
    # One trust serves all that are new, and is alive.
    made = {protected(world, f'new-{each}').right_id for each in range(2)}
    assert len(made) == 1
    assert made <= set(world.cloud.world.trusts)
    assert world.cloud.count('delegate') == 1


def test_a_dry_run_says_the_same_and_does_nothing(world):
    document = with_new(world, export(world))
    before = everything(world)
    told = done(world, document, '?dry_run=true')
    assert everything(world) == before
    assert world.cloud.changes() == []
    assert done(world, document) == told


def test_what_is_not_named_stays_unless_pruned(world):
    document = {'version': 1}
    assert done(world, document) == []
    trust = protected(world, 'shop').right_id
    assert done(world, document, '?prune=true') == [
        'remove protection shop',
        'remove policy gold',
    ]
    assert everything(world)[0] == record_table.Rows({}, {})
    assert everything(world)[1].protections  # theirs are not ours to prune
    assert trust not in world.cloud.world.trusts


def test_members_are_changed_and_come_back_to_their_defaults(world):
    document = export(world)
    document['policies'][0]['rpo'] = 60
    document['protections'][0]['paused'] = True
    assert done(world, document) == [
        'change policy gold rpo',
        'change protection shop paused',
    ]
    assert protected(world, 'shop').status is model.ProtectionStatus.PAUSED
    assert protected(world, 'shop').next_run_at is None
    assert export(world) == document
    del document['policies'][0]['rpo']
    del document['protections'][0]['paused']
    assert done(world, document) == [
        'change policy gold rpo',
        'change protection shop paused',
    ]
    assert protected(world, 'shop').status is model.ProtectionStatus.ACTIVE
    assert protected(world, 'shop').next_run_at > clock.now()
    assert export(world) == document


def test_only_what_changes_when_runs_fall_due_moves_them(world):
    overdue = protected(world, 'shop').next_run_at
    document = export(world)
    document['policies'][0]['rpo'] = 60
    assert done(world, document)
    assert protected(world, 'shop').next_run_at == overdue
    document['policies'][0]['schedules'] = [{'interval': 60}]
    assert done(world, document)
    assert protected(world, 'shop').next_run_at > overdue


def test_what_waits_is_looked_at_anew(world):
    now = clock.now()
    task = tasks.create_now(world.database, protected(world, 'shop'), now)
    hold = plan.Hold(now + build.HOUR, 'a blackout')
    task_holds.defer(world.database, {task.id: hold})
    document = export(world)
    document['policies'][0]['rpo'] = 60
    assert done(world, document)
    found = tasks.get(world.database, None, task.id)
    assert found.not_before <= clock.now()


def test_a_protection_whose_server_is_gone(world):
    document = export(world)
    shop = protected(world, 'shop')
    alarms.orphan(world.database, shop.id, 'gone', clock.now())
    assert done(world, document) == []
    document['policies'][0]['schedules'] = [{'interval': 60}]
    assert done(world, document) == ['change policy gold schedules']
    found = protected(world, 'shop')
    assert found.status is model.ProtectionStatus.ORPHANED
    assert found.next_run_at is None
    document['protections'][0]['paused'] = True
    assert 'is gone' in refused(world, document, 409)


BAD = [
    # how the document is spoilt, and what is said
    (lambda d: d.update(version=2), 'record_table.version: 1 was expected'),
    (lambda d: d.pop('version'), "record_table: 'version' is a required"),
    (lambda d: d.update(tasks=[]), "record_table: Additional properties"),
    (lambda d: d.update(policies={}), 'record_table.policies: {} is not of'),
    (
        lambda d: d['policies'][0].update(schedule={}),
        'record_table.policies[0]: Additional properties are not allowed',
    ),
    (
        lambda d: d['policies'][0].update(quota={'count': '7'}),
        "record_table.policies[0].quota.count: '7' is not of type",
    ),
    (
        lambda d: d['policies'][0].update(multipliers={'luck': 1}),
        "record_table.policies[0]: multipliers: there is no weigher",
    ),
    (
        lambda d: d['policies'][0].update(schedules=[{'interval': 1}] * 2),
        'record_table.policies[0]: schedules: ',
    ),
    (
        lambda d: d['policies'].append(d['policies'][0]),
        "record_table.policies[2].name: 'gold' is given more than once",
    ),
    (
        lambda d: d['protections'].append(d['protections'][0]),
        "record_table.protections[2].business_id: 'shop' is given more",
    ),
    (
        lambda d: d['protections'][0].update(policy='lead'),
        "record_table.protections[0].policy: there is no policy 'lead'",
    ),
    (
        lambda d: d['protections'][0].update(paused=1),
        'record_table.protections[0].paused: 1 is not of type',
    ),
    (
        lambda d: d['protections'][0].update(business_id='a\n'),
        'record_table.protections[0].business_id: ',
    ),
    (
        lambda d: d['protections'][0].update(business_id='store'),
        "record_table.protections[0].server_id: server ",
    ),
    (
        lambda d: d['protections'][0].update(server_id='another'),
        "record_table.protections[0].server_id: 'shop' is of server",
    ),
]


@pytest.mark.parametrize(('spoil', 'expected'), BAD, ids=[b[1] for b in BAD])
def test_bad_documents(world, spoil, expected):
    document = with_new(world, export(world), 1)
    spoil(document)
    assert refused(world, document).startswith(expected)


@pytest.mark.parametrize('query', ['?prune=yes', '?dry_run=', '?x=1'])
def test_bad_queries(world, query):
    refused(world, export(world), query=query)


@pytest.mark.parametrize(
    ('server', 'expected'),
    [
        (lambda world: 'nowhere', 'there is no server nowhere'),
        (
            lambda world: world.cloud.add_server(worlds.THEIRS).id,
            'there is no server',
        ),
        (
            lambda world: world.cloud.add_server(worlds.MINE, volumes=0).id,
            'has no volume attached',
        ),
    ],
)
@pytest.mark.parametrize('query', ['', '?dry_run=true'])
def test_a_server_that_cannot_be_protected(world, server, expected, query):
    document = with_new(world, export(world), 1)
    document['protections'].append(
        {'business_id': 'web', 'server_id': server(world), 'policy': 'gold'}
    )
    told = refused(world, document, query=query)
    assert told.startswith('record_table.protections[2].server_id: ')
    assert expected in told


def test_a_trust_that_cannot_be_made(world):
    world.cloud.fail('delegate', errors.CloudRefused('no role'))
    told = refused(world, with_new(world, export(world)), 403)
    assert told.startswith('no role; a selector and an import act by a trust')
    assert '--delegation application-credential' in told


def test_an_admin_is_told_how_to_protect_what_is_another_projects(world):
    server = world.cloud.add_server(worlds.THEIRS)
    document = with_new(world, export(world), 1)
    document['protections'].append(
        {'business_id': 'web', 'server_id': server.id, 'policy': 'gold'}
    )
    told = refused(world, document, token='admin@mine')
    assert f'--server {server.id} --policy POLICY --delegation assi' in told
    assert '--delegation' not in refused(world, document)


def test_a_cloud_that_is_away(world):
    with world.cloud.outage('nova'):
        refused(world, with_new(world, export(world)), 503)


def test_a_protection_at_work_is_not_pruned(world):
    """And neither is the rest done."""
    task = tasks.create_now(world.database, protected(world, 'shop'), NOW)
    held = task_claims.claim(
        world.database, task, 'worker', NOW, NOW + build.HOUR
    )
    assert held
    nothing = {'version': 1, 'policies': [], 'protections': []}
    document = with_new(world, nothing)
    told = refused(world, document, 409, '?prune=true')
    assert 'under way' in told


def test_the_table_changes_between_the_look_and_the_change(world, monkeypatch):
    """A hook of the test stands where another process would write."""
    document = with_new(world, export(world))
    real = record_table.write

    def late(*args):
        shop = protected(world, 'shop')
        endings.end(world.database, worlds.MINE, shop.id, NOW)
        return real(*args)

    # what another process does at this very point cannot be had otherwise
    monkeypatch.setattr(record_table, 'write', late)
    trusts = dict(world.cloud.world.trusts)
    response = put(world, document)
    assert response.status_int == 409
    assert 'changed meanwhile' in response.text
    rows = record_table.read(world.database, worlds.MINE)
    assert set(rows.policies) == {'gold'}
    assert rows.protections == {}
    assert world.cloud.world.trusts == trusts


def test_many_imports_at_once_end_as_one_of_them(world):
    base = with_new(world, export(world), 3)
    documents = []
    for rpo in range(1, 7):
        document = copy.deepcopy(base)
        for policy in document['policies']:
            policy['rpo'] = rpo
        for each in document['protections']:
            each['paused'] = True
        documents.append(document)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: put(world, each), documents))
    statuses = {each.status_int for each in answers}
    assert 200 in statuses
    assert statuses <= {200, 409}
    found = export(world)
    for document in documents:
        document['protections'].sort(key=lambda each: each['business_id'])
    assert found in documents
    rows = everything(world)[0]
    used = {each.right_id for each in rows.protections.values()}
    theirs = world.rights[worlds.THEIRS].right_id
    assert set(world.cloud.world.trusts) == used | {theirs}


def test_it_is_the_project_of_the_token(world):
    assert export(world, 'member@theirs') != export(world)
    response = put(world, export(world), token='reader@mine')
    assert response.status_int == 403
    # Ids of another project's servers are of no use.
    document = export(world, 'member@theirs')
    document['protections'][0]['business_id'] = 'stolen'
    assert 'there is no server' in refused(world, document)


def test_a_large_table_is_one_request_of_few_calls(world):
    document = with_new(world, export(world), 1500)
    calls = world.cloud.count()
    assert len(done(world, document)) == 1501
    assert world.cloud.count() - calls < 1500 + 10  # an image for each server
    assert len(export(world)['protections']) == 1501
