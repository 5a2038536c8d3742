"""Drills at the door: when they fall due, and what is in their way."""

import datetime

import pytest

from snapfault import clock
from snapfault.db import drills
from snapfault.trigger import run as trigger

DAY = datetime.timedelta(days=1)
MINE = '/v1/protections/protection-mine'
POLICY = '/v1/policies/policy-mine'
DAILY = {'drills': {'schedule': {'label': 'drills', 'interval': 86400}}}


def next_drill(world):
    """Give when the next drill of the service is due; None: never."""
    shown = world.request('GET', MINE).json['protection']['next_drill_at']
    return shown and datetime.datetime.fromisoformat(shown)


def change(world, path, noun, **members):
    """Change members of a policy or a protection."""
    response = world.request('PATCH', path, {noun: members})
    assert response.status_int == 200, response.text


@pytest.fixture
def rehearsed(world):
    """Give a service whose policy has it rehearsed daily, from now on."""
    assert next_drill(world) is None
    change(world, POLICY, 'policy', recovery=DAILY)
    return world


def test_a_changed_policy_sets_the_next_drill_and_fires_none(rehearsed):
    now = clock.now()
    assert now < next_drill(rehearsed) <= now + DAY
    trigger.rehearse(rehearsed.database, now)
    assert rehearsed.request('GET', '/v1/drills').json == {'drills': []}
    trigger.rehearse(rehearsed.database, now + DAY)
    (due,) = rehearsed.request('GET', '/v1/drills').json['drills']
    assert due['cause'].endswith('by its policy')
    assert due['business_id'] == 'shop'


def test_the_name_of_a_policy_changes_no_drill(rehearsed):
    before = next_drill(rehearsed)
    change(rehearsed, POLICY, 'policy', name='silver', rpo=60)
    assert next_drill(rehearsed) == before


@pytest.mark.parametrize(
    ('path', 'noun'), [(POLICY, 'policy'), (MINE, 'protection')]
)
def test_what_is_paused_is_not_rehearsed(rehearsed, path, noun):
    change(rehearsed, path, noun, paused=True)
    assert next_drill(rehearsed) is None
    change(rehearsed, path, noun, paused=False)
    assert next_drill(rehearsed) > clock.now()


def test_no_schedule_no_drill(rehearsed):
    change(rehearsed, POLICY, 'policy', recovery={'drills': {}})
    assert next_drill(rehearsed) is None


def test_what_is_newly_protected_is_rehearsed_later(rehearsed):
    server = rehearsed.cloud.add_server('mine')
    body = {
        'business_id': 'mail',
        'server_id': server.id,
        'policy_id': 'policy-mine',
    }
    made = rehearsed.request('POST', '/v1/protections', {'protection': body})
    shown = made.json['protection']['next_drill_at']
    assert datetime.datetime.fromisoformat(shown) > clock.now()


@pytest.mark.parametrize('cron', ['x', '0 0 31 2 *'])
def test_a_schedule_that_has_no_meaning_is_refused(world, cron):
    recovery = {'drills': {'schedule': {'label': 'd', 'cron': cron}}}
    response = world.request(
        'PATCH', POLICY, {'policy': {'recovery': recovery}}
    )
    assert response.status_int == 400
    assert 'cron' in response.json['errors'][0]['detail']


def test_a_drill_is_asked_for_and_wakes(world):
    body = {'drill': {'business_id': 'shop'}}
    response = world.request('POST', '/v1/drills', body)
    assert response.status_int == 202
    (waiting,) = drills.list_page(world.database, 'mine', limit=9)
    assert waiting.id == response.json['drill']['id']
    assert world.wakes == 1


def test_no_drill_is_asked_for_beside_a_recovery(world):
    world.request(
        'POST', '/v1/recoveries', {'recovery': {'business_id': 'shop'}}
    )
    response = world.request(
        'POST', '/v1/drills', {'drill': {'business_id': 'shop'}}
    )
    assert response.status_int == 409
    assert 'a recovery of shop is open' in response.json['errors'][0]['detail']
