"""The three ways into the record table, on real services."""

import pytest

from tests.cloud import tenant

NIGHTLY = {'schedules': [{'cron': '0 0 1 1 *'}], 'quota': {'count': 2}}


@pytest.fixture
def trusts(alpha):
    """Count the trusts that the tenant's user has given."""

    def count():
        answer = alpha.cloud.identity.get(
            '/OS-TRUST/trusts',
            params={'trustor_user_id': alpha.cloud.current_user_id},
        )
        return len(answer.json()['trusts'])

    return count


def put(alpha, document, query=''):
    """Import a document and give the changes as lines."""
    answer = alpha.ask(
        'PUT',
        f'/v1/record-table{query}',
        {'record_table': {'version': 1, **document}},
    )
    return [
        f'{each["action"]} {each["kind"]} {each["name"]}'
        for each in answer['changes']
    ]


def find(alpha, business_id):
    """Read a protection by its business id, or give None."""
    found = alpha.ask('GET', f'/v1/protections?business_id={business_id}')
    return next(iter(found['protections']), None)


def test_a_document_is_imported_once_and_whole(alpha, beta, trusts):
    server, _ = alpha.server()
    theirs, _ = beta.server()
    rows = [
        {'business_id': 'doc-1', 'server_id': server.id, 'policy': 'doc'},
        {'business_id': 'doc-2', 'server_id': theirs.id, 'policy': 'doc'},
    ]
    policies = [{'name': 'doc', **NIGHTLY}]
    before = trusts()
    with pytest.raises(tenant.Refused, match='no server') as refused:
        put(alpha, {'policies': policies, 'protections': rows})
    assert refused.value.status == 400
    assert 'protections[1].server_id' in refused.value.detail
    assert find(alpha, 'doc-1') is None
    assert trusts() == before
    document = {'policies': policies, 'protections': rows[:1]}
    made = ['create policy doc', 'create protection doc-1']
    assert put(alpha, document, '?dry_run=true') == made
    assert trusts() == before
    assert put(alpha, document) == made
    assert put(alpha, document) == []
    assert trusts() == before + 1
    assert alpha.ask('GET', '/v1/record-table')['record_table']['policies']
    alpha.ask('DELETE', f'/v1/protections/{find(alpha, "doc-1")["id"]}')
    assert trusts() == before


def test_servers_that_a_selector_holds_for_come_and_go(alpha, until, trusts):
    before = trusts()
    rules = alpha.policy(
        selector={'metadata': {'tier': 'gold'}, 'tags': ['web']}
    )
    server, attached = alpha.server(metadata={'tier': 'gold'})
    bare, _ = alpha.server(0, metadata={'tier': 'gold'}, tags=['web'])
    compute = alpha.cloud.compute
    compute.put(f'/servers/{server.id}/tags/web', microversion='2.26')
    made = until(lambda: find(alpha, server.name))
    assert made['selected']
    assert made['policy_id'] == rules['id']
    assert find(alpha, bare.name) is None
    shown = alpha.ask('GET', f'/v1/policies/{rules["id"]}')['policy']
    assert bare.name in shown['alarm']
    assert trusts() == before + 1
    task = {'task': {'protection_id': made['id']}}
    task = alpha.ask('POST', '/v1/tasks', task)['task']['id']
    until(
        lambda: (
            alpha.ask('GET', f'/v1/tasks/{task}')['task']['status'] == 'done'
        )
    )
    with pytest.raises(tenant.Refused, match='snapfault:exclude'):
        alpha.ask('DELETE', f'/v1/protections/{made["id"]}')
    compute.delete(f'/servers/{server.id}/tags/web', microversion='2.26')
    until(lambda: find(alpha, server.name) is None)
    points = alpha.ask(
        'GET', f'/v1/recovery-points?business_id={server.name}'
    )['recovery_points']
    assert [each['status'] for each in points] == ['good']
    assert len(points[0]['members']) == len(attached)
    assert trusts() == before + 1
    alpha.ask('DELETE', f'/v1/policies/{rules["id"]}')
    assert trusts() == before
