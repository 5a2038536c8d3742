"""The service of openstacksdk against the real API, on the fake cloud."""

import openstack
from openstack import exceptions
from openstack import resource
import pytest
from wsgi_intercept import interceptor

from snapfault import clock
from snapfault import model
from snapfault.cycle import leave
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.sdk import proxy
from tests import build
from tests.functional import stage as stages
from tests.functional.osc import standin
from tests.functional.osc import test_service

POLICY = {
    'name': 'hourly',
    'schedules': [{'label': 'hourly', 'interval': 3600}],
    'quota': {'count': 2},
    'recovery': {'margin': 0},
}
#: What the API takes and does not give: a status says it there.
ONLY_SENT = {'protection': {'paused'}}


@pytest.fixture
def stage(tmp_path):
    """Give a snapfault with a server that nothing protects."""
    made = stages.Stage(tmp_path)
    made.now = clock.now()
    made.server = made.cloud.add_server(build.PROJECT, volumes=2)
    yield made
    made.database.close()


@pytest.fixture
def asked():
    """Give the (method, path, version) of all that the API is asked."""
    return []


@pytest.fixture
def fault(stage, asked):
    """Give the service as a program has it, logged in as a member."""
    cloud = standin.Cloud()
    application = test_service.application(stage)

    def noted(environ, start_response):
        version = environ.get('HTTP_OPENSTACK_API_VERSION')
        path = environ['PATH_INFO']
        asked.append((environ['REQUEST_METHOD'], path, version))
        return application(environ, start_response)

    cloud.service = noted
    with interceptor.RequestsInterceptor(
        lambda: cloud, host=standin.HOST, port=80
    ):
        connection = openstack.connection.Connection(
            auth_type='v3password',
            auth={
                'auth_url': f'http://{standin.HOST}/identity/v3',
                'username': 'u',
                'password': 'p',
                'project_name': 'p',
                'user_domain_id': 'default',
                'project_domain_id': 'default',
            },
            region_name='here',
            vendor_hook='snapfault.sdk.service:register',
        )
        yield connection.fault_tolerance


@pytest.fixture
def shop(fault, stage):
    """Give a protection that has one good point."""
    policy = fault.create_policy(**POLICY)
    shop = fault.create_protection(
        business_id='shop', server_id=stage.server.id, policy_id=policy.id
    )
    task = fault.create_task(protection_id=shop.id)
    fault.wait_for_status(task, 'done', ['failed'], interval=0, wait=20)
    return shop


def recovered(fault):
    """Have the shop recovered to the point it has."""
    [point] = fault.recovery_points(status='good')
    recovery = fault.create_recovery(
        business_id='shop', recovery_point_id=point.id
    )
    return fault.wait_for_status(
        recovery, 'done', ['failed'], interval=0, wait=20
    )


def test_a_service_is_protected_recovered_and_put_back(fault, shop):
    [point] = fault.recovery_points(business_id='shop', status='good')
    assert len(point.members) == 2
    plan = fault.get_recovery_plan(
        business_id='shop', recovery_point_id=point.id
    )
    assert plan['possible'], plan['reason']
    recovery = recovered(fault)
    assert recovery.recovery_point_id == point.id
    assert 'shop' in fault.get_recovery_report(recovery)['text']
    undo = fault.undo_recovery(recovery)
    assert (undo.kind, undo.origin_id) == ('undo', recovery.id)
    fault.wait_for_status(undo, 'done', ['failed'], interval=0, wait=20)
    assert {each.id for each in fault.recoveries()} == {recovery.id, undo.id}


def test_a_policy_is_changed_by_what_is_named(fault):
    policy = fault.create_policy(**POLICY)
    changed = fault.update_policy(policy, rpo=7200)
    assert (changed.rpo, changed.quota) == (7200, policy.quota)
    assert fault.find_policy('hourly').rpo == 7200
    assert fault.find_policy(policy.id).name == 'hourly'
    fault.delete_policy(policy)
    assert fault.find_policy('hourly') is None
    with pytest.raises(exceptions.NotFoundException, match='hourly'):
        fault.find_policy('hourly', ignore_missing=False)


def test_a_protection_is_paused_and_ended(fault, shop):
    assert fault.update_protection(shop, paused=True).status == 'paused'
    assert fault.find_protection('shop').id == shop.id
    [point] = fault.recovery_points()
    assert fault.update_recovery_point(point, pinned=True).pinned
    fault.delete_protection(shop)
    assert list(fault.protections()) == []


def test_a_protection_at_work_ends_later(fault, stage, shop):
    asked = fault.create_task(protection_id=shop.id)
    task = tasks.get(stage.database, None, asked.id)
    held = task_claims.claim(
        stage.database, task, 'w', clock.now(), clock.now() + build.HOUR
    )
    fault.delete_protection(shop)
    ending = fault.get_protection(shop.id)
    assert ending.ending_at is not None
    with pytest.raises(exceptions.ResourceTimeout):
        resource.wait_for_delete(fault, ending, interval=0.1, wait=0.3)
    failed = model.TaskStatus.FAILED
    task_claims.finish(stage.database, held, failed, 'why', clock.now())
    leave.look(stage.database, stage.cloud, clock.now())
    resource.wait_for_delete(fault, ending, interval=0.1, wait=9)
    assert list(fault.protections()) == []


def test_drills_readiness_and_the_plan_are_read(fault, shop):
    drill = fault.create_drill(business_id='shop')
    assert fault.get_drill(drill.id).status == 'waiting'
    [judged] = fault.readiness(business_id='shop')
    assert judged.protection_id == shop.id
    [task] = fault.get_plan()
    assert task['business_id'] == 'shop'


def test_what_cannot_be_is_refused_with_the_reason(fault, shop):
    with pytest.raises(exceptions.BadRequestException, match='rpo'):
        fault.create_policy(**POLICY | {'rpo': 'soon'})
    with pytest.raises(exceptions.NotFoundException, match='nothing-such'):
        fault.get_recovery('nothing-such')
    over = recovered(fault)
    for act in (fault.abort_recovery, fault.approve_recovery):
        with pytest.raises(exceptions.ConflictException, match=over.id):
            act(over)
    with pytest.raises(exceptions.BadRequestException, match='colour'):
        fault.retry_recovery(over, colour='red')


def test_a_list_goes_on_from_page_to_page(fault):
    names = {f'policy-{number}' for number in range(5)}
    for name in names:
        fault.create_policy(**{**POLICY, 'name': name})
    assert {each.name for each in fault.policies(limit=2)} > names
    in_order = [each.name for each in fault.policies(limit=2, sort='name')]
    assert in_order == sorted(in_order)


def test_each_request_names_its_version(fault, asked, shop):
    recovery = recovered(fault)
    fault.get_recovery_report(recovery)
    fault.get_plan()
    of_resources = [each for each in asked if each[1].startswith('/v1/')]
    versions = {version for _, path, version in of_resources if path != '/v1/'}
    assert versions == {'fault-tolerance 1.0'}


@pytest.mark.parametrize(
    'path',
    [
        'policies',
        'protections',
        'tasks',
        'recovery-points',
        'recoveries',
        'drills',
        'readiness',
    ],
)
def test_a_resource_has_what_the_api_gives(fault, shop, path):
    recovered(fault)
    fault.create_drill(business_id='shop')
    body = fault.get(f'/{path}').json()
    (key,) = body
    given = set(body[key][0])
    (kind,) = (
        each
        for each in proxy.Proxy._resource_registry.values()
        if each.base_path == f'/{path}'
    )
    known = set(kind._body_mapping().values())
    sent = ONLY_SENT.get(kind.resource_key, set())
    # these two openstacksdk has for every resource
    assert known - sent - {'id', 'name'} == given - {'id', 'name'}
