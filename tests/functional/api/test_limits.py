"""Limits of what a project may have, at each door that adds to it."""

import pathlib

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault.db import policies
from snapfault.trigger import enlist
from tests.functional.api import world as worlds

ROOT = pathlib.Path(__file__).parents[3]
POLICY = {'schedules': [{'interval': 60}], 'quota': {'count': 1}}


def _policy(world, server):
    body = {'policy': {'name': 'new', **POLICY}}
    return world.request('POST', '/v1/policies', body)


def _protection(world, server):
    body = {'business_id': 'new', 'server_id': server}
    body['policy_id'] = 'policy-mine'
    return world.request('POST', '/v1/protections', {'protection': body})


def _import(world, server):
    protection = {'business_id': 'new', 'server_id': server, 'policy': 'gold'}
    table = {'version': 1, 'policies': [{'name': 'gold', **POLICY}]}
    table['protections'] = [protection]
    return world.request('PUT', '/v1/record-table', {'record_table': table})


def _pin(world, server):
    body = {'recovery_point': {'pinned': True}}
    return world.request('PATCH', '/v1/recovery-points/point-1', body)


DOORS = pytest.mark.parametrize(
    ('door', 'limit', 'used'),
    [
        (_policy, 'protection_policies', 1),
        (_protection, 'protections', 1),
        (_import, 'protections', 1),
        (_pin, 'pinned_recovery_points', 0),
    ],
)


@pytest.fixture
def server(world):
    """Give a server to protect, and have a point to pin."""
    world.point(1)
    return world.cloud.add_server(worlds.MINE).id


@DOORS
def test_who_is_over_a_limit_is_told_which(world, server, door, limit, used):
    world.cloud.limit_ours(worlds.MINE, **{limit: used})
    trusts = dict(world.cloud.world.trusts)
    response = door(world, server)
    assert response.status_int == 403
    (error,) = response.json['errors']
    assert error['code'] == 'fault-tolerance.quota-exceeded'
    for word in (limit, f'may have {used} ', f'has {used}', '1 more'):
        assert word in error['detail']
    # no right stays that nothing uses
    assert world.cloud.world.trusts == trusts
    world.cloud.limit_ours(worlds.MINE, **{limit: used + 1})
    assert door(world, server).status_int < 300


@DOORS
def test_a_limit_that_cannot_be_read_lets_nothing_in(
    world, server, door, limit, used
):
    """Else whoever keeps Keystone busy has no limits."""
    away = errors.CloudUnavailable('Keystone does not tell')
    world.cloud.fail('limits', away)
    assert door(world, server).status_int == 503
    assert (
        policies.list_page(world.database, worlds.MINE, limit=9, name='new')
        == []
    )


def test_what_adds_nothing_asks_for_no_limit(world):
    world.cloud.fail('limits', errors.CloudUnavailable('away'))
    world.point(1, pinned=True)
    for method, path, body in (
        ('PATCH', '/v1/policies/policy-mine', {'policy': {'rpo': 60}}),
        (
            'PATCH',
            '/v1/recovery-points/point-1',
            {'recovery_point': {'pinned': False}},
        ),
        ('DELETE', '/v1/protections/protection-mine', None),
    ):
        response = world.request(method, path, body, 'manager@mine')
        assert response.status_int < 300, response.text


def test_a_selector_enrols_no_more_than_the_limit(world):
    selector = {'policy': {'selector': {'metadata': {'tier': 'gold'}}}}
    asked = world.request('PATCH', '/v1/policies/policy-mine', selector)
    assert asked.status_int == 200, asked.text
    for _ in range(3):
        world.cloud.add_server(worlds.MINE).metadata['tier'] = 'gold'
    world.cloud.limit_ours(worlds.MINE, protections=2)
    enlist.enlist(world.database, world.cloud, clock.now())
    listed = world.request('GET', '/v1/protections').json['protections']
    assert len(listed) == 2
    shown = world.request('GET', '/v1/policies/policy-mine').json['policy']
    assert '2 servers' in shown['alarm']
    assert 'may have 2 protections' in shown['alarm']
    world.cloud.limit_ours(worlds.MINE, protections=-1)
    enlist.enlist(world.database, world.cloud, clock.now())
    listed = world.request('GET', '/v1/protections').json['protections']
    assert len(listed) == 4
    shown = world.request('GET', '/v1/policies/policy-mine').json['policy']
    assert shown['alarm'] == ''


def test_the_names_are_those_that_are_documented():
    told = (ROOT / 'doc/source/admin/limits.rst').read_text()
    for each in model.Limited:
        assert f'``{each.value}``' in told
