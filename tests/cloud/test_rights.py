"""Each kind of right, from the request that gives it to its end."""

import uuid

import pytest

from tests.cloud import tenant


def _assigned(alpha, admin):
    """Have the admin give the service's user a role in the project."""
    user = admin.identity.find_user('snapfault')
    role = admin.identity.find_role('member')
    admin.identity.assign_project_role_to_user(
        alpha.project_id, user.id, role.id
    )
    return {'kind': 'assignment', 'project_id': alpha.project_id}


def _handed_over(alpha, admin):
    """Have the tenant make an application credential."""
    made = alpha.cloud.identity.create_application_credential(
        alpha.cloud.current_user_id, uuid.uuid4().hex
    )
    return {
        'kind': 'application-credential',
        'id': made.id,
        'secret': made.secret,
    }


@pytest.mark.parametrize(
    ('give', 'by_admin'), [(_assigned, True), (_handed_over, False)]
)
def test_a_point_and_a_recovery(alpha, admin, until, give, by_admin):
    server, attached = alpha.server(volumes=1)
    policy = alpha.policy()
    body = {
        'business_id': f'by-{give.__name__}',
        'server_id': server.id,
        'policy_id': policy['id'],
        'delegation': give(alpha, admin),
    }
    asks = tenant.Tenant(admin) if by_admin else alpha
    made = asks.ask('POST', '/v1/protections', {'protection': body})
    made = made['protection']
    assert made['project_id'] == alpha.project_id
    assert made['delegation'] == {'kind': body['delegation']['kind']}
    business = tenant.Business(
        alpha,
        made['business_id'],
        server.id,
        server.image.id,
        attached,
        policy['id'],
        made['id'],
    )
    task_id = business.run()
    until(lambda: business.task(task_id)['status'] in ('done', 'failed'))
    assert [each['status'] for each in business.points()] == ['good']
    assert len(business.snapshots()) == 1  # the tenant's own, in its project
    business.recover()
    until(
        lambda: (
            business.recoveries()[0]['status'] not in ('waiting', 'running')
        )
    )
    (recovery,) = business.recoveries()
    assert recovery['status'] == 'done', recovery
    assert set(business.attached().values()).isdisjoint(attached.values())
    path = f'/v1/protections/{business.protection_id}'
    assert alpha.ask('DELETE', path) is None
