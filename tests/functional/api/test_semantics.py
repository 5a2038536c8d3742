"""What a request does beside its answer."""

import concurrent.futures
import datetime
import logging

from oslo_db import exception
import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault.api import app
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import tasks
from tests.functional.api import world as worlds

HOUR = datetime.timedelta(hours=1)
#: A member may neither unpin a point nor delete one.
MANAGER = 'manager@mine'


def new(world, business_id='mail'):
    """Describe a protection of a server that nobody protects."""
    return {
        'protection': {
            'business_id': business_id,
            'server_id': world.cloud.add_server(worlds.MINE).id,
            'policy_id': 'policy-mine',
        }
    }


def next_run(world):
    return protections.get(world.database, None, 'protection-mine').next_run_at


def test_a_schedule_moves_the_next_runs(world):
    overdue = next_run(world)
    assert overdue < clock.now()
    body = {'policy': {'description': 'the schedule stays'}}
    world.request('PATCH', '/v1/policies/policy-mine', body)
    assert next_run(world) == overdue
    body = {'policy': {'schedules': [{'interval': 7200}]}}
    world.request('PATCH', '/v1/policies/policy-mine', body)
    assert clock.now() < next_run(world) <= clock.now() + 2 * HOUR
    theirs = protections.get(world.database, None, 'protection-theirs')
    assert theirs.next_run_at == overdue
    assert world.wakes == 0


def test_protecting_makes_one_trust(world):
    before = set(world.cloud.world.trusts)
    response = world.request('POST', '/v1/protections', new(world))
    assert response.status_int == 201
    (made,) = set(world.cloud.world.trusts) - before
    row = protections.get(
        world.database, worlds.MINE, response.json['protection']['id']
    )
    assert row.right_id == made
    assert made not in response.text


def test_a_trust_without_a_row_goes_again(world):
    before = dict(world.cloud.world.trusts)
    response = world.request('POST', '/v1/protections', new(world, 'shop'))
    assert response.status_int == 409
    assert world.cloud.world.trusts == before


def test_ending_a_protection_revokes_its_trust(world):
    trust_id = world.rights[worlds.MINE].right_id
    path = '/v1/protections/protection-mine'
    assert world.request('DELETE', path).status_int == 204
    assert trust_id not in world.cloud.world.trusts


def test_a_trust_that_stays_is_named_in_the_log(world, caplog):
    world.cloud.fail('revoke', errors.CloudUnavailable('keystone is down'))
    path = '/v1/protections/protection-mine'
    assert world.request('DELETE', path).status_int == 204
    assert world.rights[worlds.MINE].right_id in caplog.text


def test_a_protection_at_work_keeps_its_right(world):
    now = clock.now()
    protection = protections.get(world.database, None, 'protection-mine')
    task = tasks.create_now(world.database, protection, now)
    task_claims.claim(world.database, task, 'worker-1', now, now + HOUR)
    path = f'/v1/protections/{protection.id}'
    for _ in range(2):
        assert world.request('DELETE', path).status_int == 202
        assert protection.right_id in world.cloud.world.trusts
    held = tasks.list_page(world.database, None, limit=1)[0]
    task_claims.finish(
        world.database, held, model.TaskStatus.DONE, '', clock.now()
    )
    assert world.request('DELETE', path).status_int == 204
    assert protection.right_id not in world.cloud.world.trusts


@pytest.mark.parametrize(
    ('error', 'status', 'code'),
    [
        (errors.InvalidInput('it boots from a volume'), 400, 'invalid-input'),
        (errors.CloudRefused('no trust for you'), 403, 'cloud-refused'),
        (errors.QuotaExceeded('no room'), 403, 'quota-exceeded'),
        (errors.CloudConflict('it is locked'), 409, 'cloud-conflict'),
        (errors.DelegationDead('no token'), 409, 'delegation-dead'),
        (errors.CloudUnavailable('nova is down'), 503, 'cloud-unavailable'),
    ],
)
def test_what_the_cloud_says_no_to(world, error, status, code):
    world.cloud.fail('enrol', error)
    response = world.request('POST', '/v1/protections', new(world))
    (said,) = response.json['errors']
    assert (response.status_int, said['status']) == (status, status)
    assert said['code'] == f'fault-tolerance.{code}'
    assert said['detail'] == str(error)
    assert said['request_id'] == response.headers['X-OpenStack-Request-ID']


@pytest.mark.parametrize(
    'error',
    [
        ValueError('the password is sesame'),
        errors.SnapfaultError('row 1: the password is sesame'),
        errors.ResourceFailed('the password is sesame'),
    ],
)
def test_the_unexpected_is_logged_once_and_not_told(world, caplog, error):
    world.cloud.fail('enrol', error)
    with caplog.at_level(logging.WARNING):
        response = world.request('POST', '/v1/protections', new(world))
    assert response.status_int == 500
    assert 'sesame' not in response.text
    assert response.headers['OpenStack-API-Version'] == 'fault-tolerance 1.0'
    (record,) = [each for each in caplog.records if each.exc_info]
    assert record.exc_info[1] is error


def test_a_database_that_is_away(world):
    world.cloud.fail('enrol', exception.DBConnectionError('sesame'))
    response = world.request('POST', '/v1/protections', new(world))
    assert response.status_int == 503
    assert 'sesame' not in response.text


def test_a_body_without_end(world):
    response = world.request(
        'POST', '/v1/policies', b'x' * (app.LARGEST_BODY + 1)
    )
    assert response.status_int == 413
    assert response.json['errors'][0]['status'] == 413


def test_a_run_now_wakes(world):
    body = {'task': {'protection_id': 'protection-mine'}}
    response = world.request('POST', '/v1/tasks', body)
    assert response.status_int == 202
    (task,) = tasks.waiting(world.database, clock.now(), 10)
    assert response.json['task']['id'] == task.id
    assert response.headers['Location'].endswith(f'/v1/tasks/{task.id}')
    assert world.wakes == 1
    assert world.request('POST', '/v1/tasks', body).status_int == 409
    assert world.wakes == 1


def test_a_recovery_is_asked_for_and_wakes(world):
    world.point(1)
    before = clock.now()
    body = {'recovery': {'business_id': 'shop'}}
    response = world.request('POST', '/v1/recoveries', body)
    assert response.status_int == 202
    (waiting,) = recoveries.claimable(world.database, clock.now(), 10)
    assert waiting.id == response.json['recovery']['id']
    assert before <= waiting.onset_at <= clock.now()
    assert (waiting.point_id, waiting.evidence) == (None, {})
    assert world.wakes == 1


def test_deleting_a_point_wakes(world):
    world.point(1)
    world.point(2)
    path = '/v1/recovery-points/point-1'
    assert world.request('DELETE', path, token=MANAGER).status_int == 202
    assert world.wakes == 1
    assert world.request('DELETE', path, token=MANAGER).status_int == 409
    assert world.wakes == 1


def test_a_point_that_a_recovery_reads_stays(world):
    world.point(1)
    world.point(2)
    body = {
        'recovery': {'business_id': 'shop', 'recovery_point_id': 'point-1'}
    }
    world.request('POST', '/v1/recoveries', body)
    response = world.request(
        'DELETE', '/v1/recovery-points/point-1', token=MANAGER
    )
    assert response.status_int == 409


def test_a_pinned_point_stays_until_it_is_unpinned(world):
    world.point(1)
    world.point(2)
    path = '/v1/recovery-points/point-1'
    for pinned, status in ((True, 409), (False, 202)):
        body = {'recovery_point': {'pinned': pinned}}
        shown = world.request('PATCH', path, body, MANAGER).json[
            'recovery_point'
        ]
        assert shown['pinned'] is pinned
        assert world.request('GET', path).json['recovery_point'] == shown
        response = world.request('DELETE', path, token=MANAGER)
        assert response.status_int == status
    assert points.get(world.database, None, 'point-1').status == 'deleting'


def test_a_pinned_point_says_what_to_do(world):
    world.point(1, pinned=True)
    world.point(2)
    response = world.request(
        'DELETE', '/v1/recovery-points/point-1', token=MANAGER
    )
    detail = response.json['errors'][0]['detail']
    assert 'openstack recovery point set --unpin point-1' in detail


def test_only_a_good_point_is_pinned(world):
    world.point(1, model.PointStatus.LOST)
    body = {'recovery_point': {'pinned': True}}
    path = '/v1/recovery-points/point-1'
    response = world.request('PATCH', path, body)
    assert response.status_int == 409
    assert 'only a good one' in response.text


def kept_by(world, query=''):
    """Give the rule of each point that is listed, by its id."""
    listed = world.request('GET', f'/v1/recovery-points{query}')
    assert listed.status_int == 200, listed.text
    return {
        each['id']: each['kept_by'] for each in listed.json['recovery_points']
    }


def test_each_good_point_says_by_what_it_is_kept(world):
    """The policy keeps two."""
    for number in (1, 2, 3):
        world.point(number, pinned=number == 1)
    world.point(4)
    world.point(5, model.PointStatus.FAILED)
    world.point(6, business_id='nobody')
    told = {
        'point-6': None,
        'point-5': None,
        'point-4': 'newest good point',
        'point-3': 'among the 2 newest',
        'point-2': 'beyond the 2 newest',
        'point-1': 'pinned',
    }
    assert kept_by(world) == told
    # of a page, too, by the whole history
    assert kept_by(world, '?limit=3&marker=point-4') == {
        name: told[name] for name in ('point-3', 'point-2', 'point-1')
    }
    shown = world.request('GET', '/v1/recovery-points/point-2')
    assert shown.json['recovery_point']['kept_by'] == told['point-2']


def test_what_nobody_protects_any_more_is_kept_by_no_rule(world):
    world.point(1)
    world.request('DELETE', '/v1/protections/protection-mine')
    assert kept_by(world) == {'point-1': None}


def test_without_a_right_in_the_project_a_point_stays(world):
    """It would be deleting for ever."""
    world.point(1)
    world.point(2)
    world.request('DELETE', '/v1/protections/protection-mine')
    response = world.request(
        'DELETE', '/v1/recovery-points/point-1', token=MANAGER
    )
    assert response.status_int == 409
    assert 'protect a server first' in response.text


def test_of_the_last_two_points_one_stays(world):
    """Invariant 1, though both are deleted at once."""
    for number in range(1, 9):
        world.point(number)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda number: (
                    world.request(
                        'DELETE',
                        f'/v1/recovery-points/point-{number}',
                        token=MANAGER,
                    ).status_int
                ),
                range(1, 9),
            )
        )
    assert sorted(answers) == [202] * 7 + [409]
    history = points.history(world.database, worlds.MINE, 'shop')
    assert [each.status for each in history].count(model.PointStatus.GOOD) == 1


def test_a_limit_beyond_the_most_is_the_most(world):
    response = world.request('GET', '/v1/policies?limit=999999999')
    assert response.status_int == 200


def test_one_bad_row_does_not_hide_the_others(world):
    world.policy(id='policy-2', name='broken')
    with world.database.writer() as session:
        session.connection().exec_driver_sql(
            "update policies set rules = 'x' where id = 'policy-2'"
        )
    listed = world.request('GET', '/v1/policies').json['policies']
    assert [each['id'] for each in listed] == ['policy-mine']
    shown = world.request('GET', '/v1/policies/policy-2')
    assert shown.status_int == 500
    assert 'policy-2' not in shown.text
