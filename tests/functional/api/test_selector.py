"""A selector and its right: lent, shared, renewed, and given back."""

import dataclasses

import pytest

from snapfault import clock
from snapfault import errors
from snapfault.db import policies
from snapfault.db import protections
from snapfault.trigger import enlist
from tests.functional.api import test_record_table
from tests.functional.api import world as worlds

GOLD = {'metadata': {'tier': 'gold'}}
NEW = {
    'name': 'tagged',
    'schedules': [{'interval': 60}],
    'quota': {'count': 1},
    'selector': GOLD,
}


def create(world, status=201, token='member@mine', **members):
    """Make a policy with a selector."""
    response = world.request(
        'POST', '/v1/policies', {'policy': NEW | members}, token=token
    )
    assert response.status_int == status, response.text
    return response.json.get('policy')


def change(world, policy_id, status=200, token='member@mine', **members):
    """Change a policy."""
    response = world.request(
        'PATCH',
        f'/v1/policies/{policy_id}?all_projects={"admin" in token}',
        {'policy': members},
        token=token,
    )
    assert response.status_int == status, response.text
    return response


def enrolled(world, *names):
    """Let the selector enrol servers of these names."""
    for name in names:
        server = world.cloud.add_server(worlds.MINE, name=name)
        server.metadata['tier'] = 'gold'
    enlist.enlist(world.database, world.cloud, clock.now())
    return [find(world, name) for name in names]


def find(world, business_id):
    """Read a protection of ours."""
    (found,) = protections.list_page(
        world.database, worlds.MINE, limit=2, business_id=business_id
    )
    return found


def trust(world, policy_id):
    """Read by what right a policy's selector acts."""
    return policies.get(world.database, None, policy_id).trust_id


def living(world):
    """Give the trusts that live, beside those the world began with."""
    first = {each.right_id for each in world.rights.values()}
    return set(world.cloud.world.trusts) - first


def delete(world, noun, identity, status=204):
    response = world.request('DELETE', f'/v1/{noun}/{identity}')
    assert response.status_int == status, response.text
    return response


def test_a_selector_takes_the_callers_right(world):
    made = create(world)
    assert living(world) == {trust(world, made['id'])}
    assert made['alarm'] == ''
    assert 'trust_id' not in made
    delete(world, 'policies', made['id'])
    assert living(world) == set()


def test_no_selector_takes_none(world):
    made = create(world, selector=None)
    change(world, made['id'], rpo=60)
    assert living(world) == set()
    assert trust(world, made['id']) is None


def test_a_policy_that_does_not_come_to_be_leaves_no_trust(world):
    create(world, status=409, name='gold')
    create(world, status=400, selector={})
    made = create(world)
    before = living(world)
    change(world, made['id'], status=409, name='gold', selector=GOLD)
    assert living(world) == before


def test_a_caller_who_may_lend_no_right(world):
    world.cloud.fail('delegate', errors.CloudRefused('no role'))
    create(world, status=403)
    assert len(policies.list_page(world.database, None, limit=9)) == 2


def test_another_projects_administrator_lends_no_right(world):
    made = create(world)
    response = change(world, made['id'], 400, 'admin@theirs', selector=GOLD)
    assert 'token of the project' in response.text
    change(world, made['id'], 200, 'admin@theirs', rpo=60)


def test_all_it_enrols_share_one_right(world):
    made = create(world)
    first, second = enrolled(world, 'web-1', 'web-2')
    assert {first.right_id, second.right_id} == living(world)
    assert first.selected
    assert second.selected
    response = world.request('GET', f'/v1/protections/{first.id}')
    assert response.json['protection']['selected'] is True
    assert change(world, made['id'], rpo=60)
    assert {trust(world, made['id'])} == living(world)


def test_setting_it_anew_renews_the_right_of_all(world):
    made = create(world)
    (first,) = enrolled(world, 'web-1')
    world.cloud.kill_trust(first.delegation)
    enlist.enlist(world.database, world.cloud, clock.now())
    shown = world.request('GET', f'/v1/policies/{made["id"]}').json['policy']
    assert '`openstack protection policy set ' in shown['alarm']
    change(world, made['id'], selector=GOLD)
    assert {find(world, 'web-1').right_id} == living(world)
    assert find(world, 'web-1').right_id != first.right_id
    enlist.enlist(world.database, world.cloud, clock.now())
    shown = world.request('GET', f'/v1/policies/{made["id"]}').json['policy']
    assert shown['alarm'] == ''


def test_the_old_right_is_revoked_once_it_is_renewed(world):
    made = create(world)
    enrolled(world, 'web-1')
    old = trust(world, made['id'])
    change(world, made['id'], selector={'tags': ['web']})
    assert old not in living(world)
    assert living(world) == {trust(world, made['id'])}


def test_without_its_selector_the_right_lives_with_its_protections(world):
    made = create(world)
    first, second = enrolled(world, 'web-1', 'web-2')
    change(world, made['id'], selector=None)
    assert trust(world, made['id']) is None
    assert living(world) == {first.right_id}
    assert not find(world, 'web-1').selected
    delete(world, 'protections', first.id)
    assert living(world) == {first.right_id}
    delete(world, 'protections', second.id)
    assert living(world) == set()
    enlist.enlist(world.database, world.cloud, clock.now())
    delete(world, 'policies', made['id'])


def test_what_a_selector_holds_cannot_be_deleted(world):
    create(world)
    (first,) = enrolled(world, 'web-1')
    response = delete(world, 'protections', first.id, 409)
    assert 'snapfault:exclude' in response.text
    assert find(world, 'web-1') == first


def test_what_a_person_edits_is_the_persons(world):
    create(world)
    (first,) = enrolled(world, 'web-1')
    world.request(
        'PATCH',
        f'/v1/protections/{first.id}',
        {'protection': {'policy_id': 'policy-mine'}},
    )
    assert not find(world, 'web-1').selected
    world.cloud.world.servers[first.server_id].metadata.clear()
    enlist.enlist(world.database, world.cloud, clock.now())
    assert find(world, 'web-1').policy_id == 'policy-mine'
    delete(world, 'protections', first.id)
    assert len(living(world)) == 1  # the policy acts by it


def test_export_leaves_out_what_a_selector_enrolled(world):
    create(world)
    enrolled(world, 'web-1')
    document = test_record_table.export(world)
    assert document['policies'][1]['selector'] == GOLD
    assert [each['business_id'] for each in document['protections']] == [
        'shop'
    ]
    before = test_record_table.everything(world)
    assert test_record_table.done(world, document, '?prune=true') == []
    assert test_record_table.everything(world) == before


def test_an_import_lends_one_right_for_all(world):
    document = test_record_table.with_new(
        world, test_record_table.export(world)
    )
    document['policies'].append(NEW)
    assert len(test_record_table.done(world, document)) == 4
    assert len(living(world)) == 1
    assert test_record_table.done(world, document) == []
    assert len(living(world)) == 1


def test_an_import_takes_over_what_a_selector_enrolled(world):
    create(world)
    (first,) = enrolled(world, 'web-1')
    document = test_record_table.export(world)
    document['protections'].append(
        {
            'business_id': 'web-1',
            'server_id': first.server_id,
            'policy': 'tagged',
        }
    )
    assert test_record_table.done(world, document) == [
        'change protection web-1 selected'
    ]
    found = find(world, 'web-1')
    assert found == dataclasses.replace(
        first,
        selected=False,
        generation=first.generation + 1,
        updated_at=found.updated_at,
    )
    assert test_record_table.done(world, document) == []


@pytest.mark.parametrize('query', ['', '?prune=true'])
def test_an_import_takes_a_selector_away(world, query):
    create(world)
    (first,) = enrolled(world, 'web-1')
    document = test_record_table.export(world)
    del document['policies'][1]['selector']
    assert test_record_table.done(world, document, query) == [
        'change policy tagged selector'
    ]
    assert not find(world, 'web-1').selected
    assert living(world) == {first.right_id}


def test_a_pruned_policy_takes_what_it_enrolled_along(world):
    create(world)
    enrolled(world, 'web-1', 'web-2')
    document = test_record_table.export(world)
    del document['policies'][1]
    assert test_record_table.done(world, document, '?prune=true') == [
        'remove protection web-1',
        'remove protection web-2',
        'remove policy tagged',
    ]
    assert living(world) == set()
