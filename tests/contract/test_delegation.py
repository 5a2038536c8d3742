"""The trust: alive, dead, removed; and how a server is enrolled."""

import pytest

from snapfault import errors
from snapfault import model
from tests.contract import fake_world


def test_living(project):
    project.check()


def test_role_removed(world, project, server_id, volume_id):
    with world.delegation_dead():
        with pytest.raises(errors.DelegationDead):
            project.check()
        for call in (
            lambda: project.get_server(server_id),
            lambda: project.list_snapshots(),
            lambda: project.get_image(world.image_id),
            lambda: project.create_snapshot(volume_id, 'x', {}),
            lambda: project.stop_server(server_id),
        ):
            with pytest.raises(errors.DelegationDead):
                call()
    project.check()
    assert project.get_server(server_id).status == 'ACTIVE'


def test_never_made(world):
    unknown = model.Delegation(world.project_id, 'f' * 32)
    with pytest.raises(errors.DelegationDead):
        world.cloud.project(unknown).check()


def test_revoke(world):
    world.cloud.revoke(world.delegation)
    with pytest.raises(errors.DelegationDead):
        world.cloud.project(world.delegation).check()
    world.cloud.revoke(world.delegation)
    assert world.count_trusts() == 0


def test_revoke_what_is_dead(world):
    with world.delegation_dead():
        world.cloud.revoke(world.delegation)
    assert world.count_trusts() <= 1  # the fake's comes alive again


def test_enrol(world, server_id, volume_id):
    found = world.enroller.enrol(world.caller, world.project_id, server_id)
    assert (found.server_id, found.server_name, found.image_id) == (
        server_id,
        'web',
        world.image_id,
    )
    assert found.delegation.right_id != world.delegation.right_id
    delegation = found.delegation
    enrolled = world.cloud.project(delegation)
    assert enrolled.get_server(server_id).id == server_id
    made = enrolled.create_snapshot(volume_id, 'by the trust', {})
    assert made.id in [each.id for each in world.project.list_snapshots()]


def test_enrol_a_server_that_boots_from_a_volume(world):
    server_id = world.make_server_of_volume()
    found = world.enroller.enrol(world.caller, world.project_id, server_id)
    assert (found.server_id, found.image_id) == (server_id, world.image_id)


@pytest.mark.parametrize(
    ('make', 'says'),
    [
        (lambda world: fake_world.MISSING, 'no server'),
        (lambda world: world.make_server(volumes=0), 'no volume'),
        (lambda world: world.make_server_of_blank_volume(), 'no image'),
        (lambda world: world.make_server_of_image('gone'), 'gone'),
        (
            lambda world: world.make_server_of_image('deactivated'),
            'deactivated',
        ),
    ],
    ids=['missing', 'bare', 'blank', 'gone', 'deactivated'],
)
def test_enrol_what_could_not_be_recovered(world, make, says):
    server_id = make(world)
    before = world.count_trusts()
    with pytest.raises(errors.InvalidInput, match=says):
        world.enroller.enrol(world.caller, world.project_id, server_id)
    assert world.count_trusts() == before


def test_enrol_into_another_project(world, server_id):
    with pytest.raises(errors.InvalidInput, match='no server'):
        world.enroller.enrol(world.caller, 'f' * 32, server_id)


def test_enrol_without_the_role(world, server_id):
    before = world.count_trusts()
    with pytest.raises(errors.CloudRefused):
        world.enroller.enrol(world.powerless, world.project_id, server_id)
    assert world.count_trusts() == before


def test_survey(world):
    fit = world.make_server()
    volume_backed = world.make_server_of_volume()
    unfit = {
        world.make_server(volumes=0): 'no volume',
        world.make_server_of_blank_volume(): 'no image',
        world.make_server_of_image('gone'): 'gone',
        fake_world.MISSING: 'no server',
    }
    before = world.count_trusts()
    found = world.enroller.survey(
        world.caller, world.project_id, [fit, volume_backed, *unfit]
    )
    assert found.images == dict.fromkeys((fit, volume_backed), world.image_id)
    assert found.unfit.keys() == unfit.keys()
    for server_id, says in unfit.items():
        assert says in found.unfit[server_id]
    assert world.count_trusts() == before


def test_survey_of_another_project(world, server_id):
    found = world.enroller.survey(world.caller, 'f' * 32, [server_id])
    assert found.images == {}
    assert 'no server' in found.unfit[server_id]


def test_delegate(world, server_id):
    right = world.enroller.delegate(world.caller, world.project_id)
    assert right.project_id == world.project_id
    assert right.right_id != world.delegation.right_id
    assert world.cloud.project(right).get_server(server_id).id == server_id


@pytest.mark.parametrize('roles', [['member'], ['member', 'snapshooter']])
def test_a_trust_passes_on_the_roles_of_the_option_alone(world, roles):
    """Whatever its giver holds, and to nobody but the service itself."""
    world.give_roles('snapshooter', 'manager')
    enroller = world.enroller_of(roles)
    right = enroller.delegate(world.caller, world.project_id)
    assert world.read_trust(right) == {
        'project_id': world.project_id,
        'trustee_is_ours': True,
        'impersonation': True,
        'roles': roles,
        'redelegation_count': 0,
        'expires_at': None,
    }


def test_a_trust_of_a_role_that_its_giver_lacks(world):
    world.make_role('snapshooter')
    before = world.count_trusts()
    with pytest.raises(errors.CloudRefused, match='snapshooter'):
        world.enroller_of(['member', 'snapshooter']).delegate(
            world.caller, world.project_id
        )
    assert world.count_trusts() == before


def test_delegate_without_the_role(world):
    before = world.count_trusts()
    with pytest.raises(errors.CloudRefused):
        world.enroller.delegate(world.powerless, world.project_id)
    assert world.count_trusts() == before
