"""Previews of schedules, and pauses, at the door."""

import dataclasses
import datetime
import itertools

import pytest

from snapfault import clock
from snapfault import model
from snapfault.db import protections
from snapfault.db import task_dues
from snapfault.db import task_holds
from snapfault.db import tasks
from snapfault.trigger import plan
from tests.fake import cloud as fake
from tests.functional.db import samples

HOUR = datetime.timedelta(hours=1)
MINE = '/v1/protections/protection-mine'
POLICY = '/v1/policies/policy-mine'
NOON = {
    'begin': '12:00',
    'end': '13:30',
    'days': ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    'time_zone': 'UTC',
}


def foreseen(world, **members):
    """Give the runs that the API foresees."""
    response = world.request(
        'POST',
        '/v1/schedule-previews',
        {'schedule_preview': members},
        token='reader@mine',
    )
    assert response.status_int == 200, response.text
    assert set(response.json) == {'schedule_preview'}
    return response.json['schedule_preview']['runs']


def time(text):
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ('now', 'first_moved'),
    [
        ('2026-03-02T09:10:00+00:00', ('T12:00:00Z', ['hourly', 'noon'])),
        # in the blackout, after noon's run has been
        ('2026-03-02T12:40:00+00:00', ('T13:00:00Z', ['hourly'])),
    ],
)
def test_the_next_runs_are_shown_before_they_are_saved(
    world, monkeypatch, now, first_moved
):
    monkeypatch.setattr(clock, 'now', lambda: time(now))
    before = world.request('GET', '/v1/policies').json
    runs = foreseen(
        world,
        schedules=[
            {'label': 'hourly', 'interval': 3600},
            {'label': 'noon', 'cron': '0 12 * * *'},
        ],
        blackouts=[NOON],
        stagger=60,
        count=48,
    )
    assert len(runs) == 48
    times = [time(each['scheduled_at']) for each in runs]
    assert clock.now() < times[0] <= clock.now() + HOUR
    assert all(one < two for one, two in itertools.pairwise(times))
    moved = [each for each in runs if each['moved_by']]
    assert len(moved) in (2, 3)
    told = [(each['scheduled_at'][10:], each['labels']) for each in moved]
    assert told[0] == first_moved
    assert set(map(str, told[1:])) == {str(('T12:00:00Z', ['hourly', 'noon']))}
    for each in moved:
        assert each['moved_by'] == [NOON]
        assert each['begins_at'].endswith('T13:30:00Z')
    for each in runs:
        if not each['moved_by']:
            begins, latest = time(each['begins_at']), time(each['latest_at'])
            assert latest - begins == datetime.timedelta(seconds=59)
            assert each['labels'] == ['hourly']
    assert world.request('GET', '/v1/policies').json == before
    assert world.wakes == 0


def test_ten_runs_are_shown_of_a_plain_schedule(world):
    runs = foreseen(world, schedules=[{'interval': 3600.0}])
    assert len(runs) == 10
    assert runs[0]['labels'] == ['default']


def test_a_run_that_would_miss_its_deadline_begins_never(world):
    (run,) = foreseen(
        world,
        schedules=[{'cron': '0 12 * * *'}],
        blackouts=[NOON],
        deadline=60,
        count=1,
    )
    assert (run['begins_at'], run['latest_at']) == (None, None)


def patch(world, path, **members):
    noun = 'policy' if 'policies' in path else 'protection'
    response = world.request('PATCH', path, {noun: members})
    assert response.status_int == 200, response.text
    return response.json[noun]


def test_a_protection_is_paused_and_unpaused(world):
    paused = patch(world, MINE, paused=True)
    assert (paused['status'], paused['next_run_at']) == ('paused', None)
    assert patch(world, MINE, paused=True)['next_run_at'] is None
    # Another policy ends no pause.
    moved = patch(world, MINE, policy_id='policy-mine')
    assert (moved['status'], moved['next_run_at']) == ('paused', None)
    active = patch(world, MINE, paused=False)
    assert active['status'] == 'active'
    # The next occurrence, though the row was overdue: nothing is made up for.
    assert clock.now() < time(active['next_run_at'])


def test_a_paused_policy_plans_nothing(world):
    assert patch(world, POLICY, paused=True)['paused'] is True
    assert world.request('GET', MINE).json['protection']['next_run_at'] is None
    assert patch(world, MINE, paused=False)['next_run_at'] is None
    assert patch(world, POLICY, paused=False)['paused'] is False
    planned = world.request('GET', MINE).json['protection']['next_run_at']
    assert clock.now() < time(planned)


@pytest.mark.parametrize('paused', [True, False])
@pytest.mark.parametrize('change', ['enrolled', 'entrusted'])
def test_a_policy_changes_while_a_right_is_made(
    world, monkeypatch, change, paused
):
    patch(world, POLICY, paused=not paused)
    enrol = fake.FakeEnroller.enrol

    def slow(*args):
        patch(world, POLICY, paused=paused)
        return enrol(*args)

    # what a person does at this very point cannot be had otherwise
    monkeypatch.setattr(fake.FakeEnroller, 'enrol', slow)
    if change == 'entrusted':
        shown = patch(world, MINE, delegation={'kind': 'trust'})
    else:
        server = world.cloud.add_server('mine')
        body = {
            'business_id': 'mail',
            'server_id': server.id,
            'policy_id': 'policy-mine',
        }
        made = world.request('POST', '/v1/protections', {'protection': body})
        assert made.status_int == 201, made.text
        shown = made.json['protection']
    assert (shown['next_run_at'] is None) is paused
    kept = protections.get(world.database, None, shown['id'])
    assert (kept.next_run_at is None) is paused


def test_a_policy_leaves_a_paused_protection_alone(world):
    patch(world, MINE, paused=True)
    patch(world, POLICY, schedules=[{'interval': 7200}])
    shown = world.request('GET', MINE).json['protection']
    assert (shown['status'], shown['next_run_at']) == ('paused', None)


def test_a_protection_without_a_server_is_not_paused(world):
    orphan = protections.get(world.database, None, 'protection-mine')
    protections.update(
        world.database,
        dataclasses.replace(
            orphan, status=model.ProtectionStatus.ORPHANED, next_run_at=None
        ),
    )
    for paused in (True, False):
        body = {'protection': {'paused': paused}}
        response = world.request('PATCH', MINE, body)
        assert response.status_int == 409
        assert 'server' in response.json['errors'][0]['detail']
    moved = patch(world, MINE, policy_id='policy-mine')
    assert (moved['status'], moved['next_run_at']) == ('orphaned', None)


def test_a_stagger_is_each_protections_own(world):
    """The next tick gives the share; until then there is a look at once."""
    before = clock.now()
    patch(world, POLICY, stagger=1800)
    looked = protections.get(world.database, None, 'protection-mine')
    assert before <= looked.next_run_at <= clock.now()
    moved = patch(world, MINE, policy_id='policy-mine')
    share = plan.stagger('protection-mine', 1800)
    on_the_hour = time(moved['next_run_at']) - share
    assert (on_the_hour.minute, on_the_hour.second) == (0, 0)


@pytest.mark.parametrize(
    ('path', 'members'),
    [
        (POLICY, {'blackouts': []}),
        (POLICY, {'paused': False}),
        (MINE, {'paused': False}),
    ],
)
def test_what_ends_a_hold_lets_what_waits_begin(world, path, members):
    owner = protections.get(world.database, None, 'protection-mine')
    now = clock.now()
    due = samples.Due(owner.id, owner.next_run_at, now, now + HOUR)
    (task,) = task_dues.schedule(world.database, [due], now)
    hold = plan.Hold(now + HOUR, 'a blackout')
    task_holds.defer(world.database, {task.id: hold})
    patch(world, path, **members)
    found = tasks.get(world.database, None, task.id)
    assert found.not_before <= clock.now()
    assert found.reason == ''


def test_a_run_now_hurries_what_waits(world):
    owner = protections.get(world.database, None, 'protection-mine')
    now = clock.now()
    due = samples.Due(owner.id, owner.next_run_at, now, now + HOUR)
    (task,) = task_dues.schedule(world.database, [due], now)
    body = {'task': {'protection_id': owner.id}}
    response = world.request('POST', '/v1/tasks', body)
    assert response.status_int == 202
    assert response.json['task']['id'] == task.id
    assert response.json['task']['labels'] == ['default']
    assert world.wakes == 1
    assert world.request('POST', '/v1/tasks', body).status_int == 409
