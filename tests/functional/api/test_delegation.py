"""By what right the service acts, as the API takes and shows it."""

import datetime
import json
import logging

import pytest
import sqlalchemy as sa

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import seal
from snapfault import vault
from snapfault.db import delegations
from snapfault.db import protections
from snapfault.db import sealed
from tests.functional.api import world as worlds

SECRET = 'marked-secret-of-a-credential'
ASSIGNED = {'kind': 'assignment', 'project_id': worlds.THEIRS}


def new(world, delegation=None, project_id=worlds.MINE, **changes):
    """Give the body that protects one more server."""
    body = {
        'business_id': 'mail',
        'server_id': world.cloud.add_server(project_id).id,
        'policy_id': f'policy-{project_id}',
        **changes,
    }
    if delegation is not None:
        body['delegation'] = delegation
    return {'protection': body}


def handed_over(world, **changes):
    made = world.cloud.add_credential(worlds.MINE, SECRET)
    return {
        'kind': 'application-credential',
        'id': made.id,
        'secret': SECRET,
        **changes,
    }


def row_of(world, response):
    shown = response.json['protection']
    return protections.get(world.database, None, shown['id'])


def everything(world):
    """Give all that stands in the database, as text."""
    with world.database.reader() as session:
        connection = session.connection()
        names = sa.inspect(connection).get_table_names()
        return '\n'.join(
            str(row)
            for name in names
            for row in connection.exec_driver_sql(f'SELECT * FROM {name}')
        )


def test_a_trust_unless_another_is_asked_for(world):
    for delegation in (None, {'kind': 'trust'}):
        body = new(world, delegation, business_id=f'mail {delegation}')
        response = world.request('POST', '/v1/protections', body)
        assert response.status_int == 201
        assert response.json['protection']['delegation'] == {'kind': 'trust'}


def test_an_admin_enrols_a_server_of_another_project(world):
    body = new(world, ASSIGNED, worlds.THEIRS)
    refused = world.request('POST', '/v1/protections', body, 'admin@mine')
    assert refused.status_int == 409
    (error,) = refused.json['errors']
    assert 'openstack role add --user' in error['detail']
    world.cloud.world.keystone.assigned.add(worlds.THEIRS)
    made = world.request('POST', '/v1/protections', body, 'admin@mine')
    assert made.status_int == 201
    row = row_of(world, made)
    assert row.project_id == worlds.THEIRS
    assert row.delegation_kind is model.DelegationKind.ASSIGNMENT
    path = f'/v1/protections/{row.id}'
    assert world.request('GET', path, token='member@mine').status_int == 404
    shown = world.request('GET', path, token='reader@theirs')
    assert shown.json['protection']['delegation'] == {'kind': 'assignment'}
    world.cloud.project(row.delegation).check()
    assert world.request('DELETE', path, token='member@theirs').status_int == (
        204
    )


@pytest.mark.parametrize('token', ['member@mine', 'member@theirs'])
def test_an_assignment_is_for_admins(world, token):
    world.cloud.world.keystone.assigned.add(worlds.THEIRS)
    body = new(world, ASSIGNED, worlds.THEIRS)
    response = world.request('POST', '/v1/protections', body, token)
    assert response.status_int == 403
    assert 'create_by_assignment' in response.text


def test_a_credential_is_kept_encrypted(world, caplog):
    caplog.set_level(logging.DEBUG)
    wanted = handed_over(world)
    made = world.request('POST', '/v1/protections', new(world, wanted))
    assert made.status_int == 201
    assert made.json['protection']['delegation'] == {
        'kind': 'application-credential'
    }
    row = row_of(world, made)
    world.cloud.project(row.delegation).check()
    assert world.vault.open(row.right_id).secret == SECRET
    listed = world.request('GET', '/v1/protections').text
    for told in (made.text, listed, caplog.text, everything(world)):
        assert SECRET not in told
    assert wanted['id'] in everything(world)
    path = f'/v1/protections/{row.id}'
    assert world.request('DELETE', path).status_int == 204
    assert wanted['id'] not in everything(world)
    assert wanted['id'] in world.cloud.world.keystone.credentials


def test_two_may_be_given_the_same_credential(world):
    """Each keeps its own: the end of one is not the end of the other."""
    wanted = handed_over(world)
    first, second = (
        row_of(
            world,
            world.request(
                'POST',
                '/v1/protections',
                new(world, wanted, business_id=name),
            ),
        )
        for name in ('one', 'two')
    )
    assert first.right_id != second.right_id
    world.request('DELETE', f'/v1/protections/{first.id}')
    world.cloud.project(second.delegation).check()


@pytest.mark.parametrize(
    ('change', 'says'),
    [
        ({'secret': 'guessed'}, 'no token'),
        ({'id': 'f' * 32}, 'no token'),
        ({'secret': ''}, 'delegation.secret'),
        ({'secret': 5}, 'delegation.secret'),
        ({'secret': [SECRET]}, 'delegation.secret'),
        ({'secret': SECRET * 20}, 'delegation.secret'),
        ({'secret': None}, 'delegation.secret'),
        ({'project_id': worlds.MINE}, 'delegation.project_id'),
        ({'kind': 'trust'}, 'delegation.id'),
        ({'kind': 'assignment'}, 'delegation.id'),
        ({'kind': 'password'}, 'delegation.kind'),
        ({'kind': None}, 'delegation.kind'),
        ({'more': SECRET}, 'more'),
    ],
)
def test_what_makes_no_delegation(world, caplog, change, says):
    caplog.set_level(logging.DEBUG)
    before = everything(world)
    body = new(world, handed_over(world, **change))
    response = world.request('POST', '/v1/protections', body)
    assert response.status_int == 400
    assert says in response.text
    assert SECRET not in response.text + caplog.text
    assert everything(world) == before


@pytest.mark.parametrize('given', [[SECRET], SECRET, 7, None, {}])
def test_what_is_no_delegation_at_all(world, given):
    body = new(world)
    body['protection']['delegation'] = given
    response = world.request('POST', '/v1/protections', body)
    assert response.status_int == 400
    assert SECRET not in response.text


@pytest.mark.parametrize('missing', ['id', 'secret'])
def test_half_a_credential(world, missing):
    wanted = handed_over(world)
    del wanted[missing]
    response = world.request('POST', '/v1/protections', new(world, wanted))
    assert response.status_int == 400
    assert f'delegation.{missing}' in response.text


def test_a_credential_of_another_project(world):
    theirs = world.cloud.add_credential(worlds.THEIRS, SECRET)
    wanted = handed_over(world, id=theirs.id)
    response = world.request('POST', '/v1/protections', new(world, wanted))
    assert response.status_int == 400


def test_without_a_key_no_credential_is_taken(world, monkeypatch):
    world.vault._seal = seal.Seal([])
    before = everything(world)
    body = new(world, handed_over(world))
    response = world.request('POST', '/v1/protections', body)
    assert response.status_int == 400
    assert '[delegation] encryption_keys' in response.text
    assert everything(world) == before


def test_another_right_for_what_stands(world):
    """What is given instead is tried first; the old one goes."""
    was = protections.get(world.database, None, 'protection-mine')
    path = f'/v1/protections/{was.id}'
    bad = {'delegation': handed_over(world, secret='guessed')}
    response = world.request('PATCH', path, {'protection': bad})
    assert response.status_int == 400
    assert protections.get(world.database, None, was.id) == was
    good = {'delegation': handed_over(world)}
    response = world.request('PATCH', path, {'protection': good})
    assert response.json['protection']['delegation'] == {
        'kind': 'application-credential'
    }
    row = row_of(world, response)
    assert (row.policy_id, row.next_run_at is None) == (
        was.policy_id,
        was.next_run_at is None,
    )
    world.cloud.project(row.delegation).check()
    assert was.right_id not in world.cloud.world.trusts


def test_another_right_by_one_of_another_project(world):
    path = '/v1/protections/protection-theirs?all_projects=true'
    body = {'protection': {'delegation': {'kind': 'trust'}}}
    response = world.request('PATCH', path, body, 'admin@mine')
    assert response.status_int == 400
    body = {'protection': {'delegation': {'kind': 'assignment'}}}
    world.cloud.world.keystone.assigned.add(worlds.THEIRS)
    response = world.request('PATCH', path, body, 'admin@mine')
    assert response.json['protection']['delegation'] == {'kind': 'assignment'}
    body['protection']['delegation'] = {**ASSIGNED, 'project_id': worlds.MINE}
    response = world.request('PATCH', path, body, 'admin@mine')
    assert response.status_int == 400


def test_a_right_that_nothing_came_of_goes_again(world):
    wanted = handed_over(world)
    body = new(world, wanted, business_id='shop')
    assert world.request('POST', '/v1/protections', body).status_int == 409
    assert wanted['id'] not in everything(world)


def test_a_right_that_cannot_be_noted_goes_again(world, monkeypatch):
    """Not one is left in Keystone that no row knows of."""
    before = dict(world.cloud.world.trusts)

    def fail(*_):
        raise errors.SnapfaultError('the disk is full')

    # stands for a database that fails between two statements
    monkeypatch.setattr(world.vault, 'keep', fail)
    response = world.request('POST', '/v1/protections', new(world))
    assert response.status_int == 500
    assert world.cloud.world.trusts == before


def test_a_key_is_rotated(world):
    wanted = handed_over(world)
    made = world.request('POST', '/v1/protections', new(world, wanted))
    right_id = row_of(world, made).right_id
    newer = seal.new_key()
    both = vault.Vault(world.database, seal.Seal([newer, worlds.KEY]))
    assert both.open(right_id).secret == SECRET
    assert both.reseal() == (1, [])
    alone = vault.Vault(world.database, seal.Seal([newer]))
    assert alone.open(right_id).secret == SECRET
    with pytest.raises(
        errors.DelegationDead, match=r'\[delegation\] encryption_keys'
    ):
        world.vault.open(right_id)
    assert world.vault.reseal() == (0, [right_id])


def test_a_secret_opens_in_its_own_row_only(world):
    """Who can write to the database cannot lend one row another's."""
    first, second = (
        row_of(
            world,
            world.request(
                'POST',
                '/v1/protections',
                new(world, handed_over(world), business_id=name),
            ),
        ).right_id
        for name in ('one', 'two')
    )
    closed = sealed.by_right(world.database)
    sealed.replace(world.database, first, closed[first], closed[second])
    with pytest.raises(errors.DelegationDead, match='another row'):
        world.vault.open(first)
    assert world.vault.open(second).secret == SECRET


def test_the_end_of_a_credential_is_kept(world):
    made = world.cloud.add_credential(
        worlds.MINE, SECRET, clock.now() + datetime.timedelta(days=3)
    )
    body = new(world, handed_over(world, id=made.id))
    response = world.request('POST', '/v1/protections', body)
    (right,) = (
        each
        for each in delegations.due(
            world.database, clock.now() + datetime.timedelta(days=1), 99
        )
        if each.delegation.right_id == row_of(world, response).right_id
    )
    assert (right.credential_id, right.expires_at) == (
        made.id,
        made.expires_at,
    )
    assert SECRET not in json.dumps(str(right))
