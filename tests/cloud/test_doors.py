"""Bad input at each door, with real services behind it."""

import pytest

from tests.cloud import tenant


@pytest.fixture(scope='module')
def policy(alpha):
    """Give a policy to protect under."""
    return alpha.policy()


def _refused(alpha, status, says, server_id, policy_id):
    with pytest.raises(tenant.Refused) as caught:
        alpha.protect(server_id, policy_id)
    assert caught.value.status == status
    assert says in caught.value.detail


def test_an_unknown_server_cannot_be_protected(alpha, policy):
    nobody = '00000000-0000-4000-8000-000000000000'
    _refused(alpha, 400, nobody, nobody, policy['id'])


def test_a_server_of_another_project_cannot_be_protected(alpha, beta, policy):
    server, _ = beta.server(volumes=1)
    _refused(alpha, 400, server.id, server.id, policy['id'])


def test_a_server_without_volumes_cannot_be_protected(alpha, policy):
    server, _ = alpha.server(volumes=0)
    _refused(alpha, 400, 'volume', server.id, policy['id'])


def test_a_server_of_a_blank_volume_cannot_be_protected(alpha, policy):
    server, _ = alpha.server(
        volumes=0,
        image_id='',
        block_device_mapping_v2=[
            {
                'boot_index': 0,
                'source_type': 'blank',
                'destination_type': 'volume',
                'volume_size': 1,
            }
        ],
    )
    _refused(alpha, 400, 'made from no image', server.id, policy['id'])


def test_a_server_whose_image_is_gone_cannot_be_protected(alpha, policy):
    image = alpha.cloud.image.create_image(
        'short-lived',
        disk_format='raw',
        container_format='bare',
        data=b'\0' * 1024,
    )
    server, _ = alpha.server(volumes=1, image_id=image.id)
    alpha.cloud.image.delete_image(image.id)
    _refused(alpha, 400, 'image', server.id, policy['id'])


def test_another_project_sees_nothing(alpha, beta):
    business = alpha.business(volumes=1)
    for path in (
        f'/v1/policies/{business.policy_id}',
        f'/v1/protections/{business.protection_id}',
    ):
        with pytest.raises(tenant.Refused) as caught:
            beta.ask('GET', path)
        assert caught.value.status == 404
    listed = beta.ask('GET', '/v1/protections')['protections']
    assert business.protection_id not in {each['id'] for each in listed}


def test_nobody_is_answered_without_a_token(alpha):
    answer = alpha.cloud.session.request(
        '/v1/policies',
        'GET',
        endpoint_filter={'service_type': 'fault-tolerance'},
        authenticated=False,
        raise_exc=False,
    )
    assert answer.status_code == 401
