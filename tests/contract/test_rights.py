"""Every kind of right: what it does, how it dies, and what is said then."""

import dataclasses
import datetime
import re

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model

KIND = model.DelegationKind
TRUST, ASSIGNMENT = KIND.TRUST, KIND.ASSIGNMENT
CREDENTIAL = KIND.APPLICATION_CREDENTIAL
ANEW = 'openstack protection set PROTECTION --delegation'
GONE = 'is deleted: delete the protection'
#: Each way to die, what must be done, and whether it lives when it is done.
DEATHS = [
    (TRUST, 'role removed', 'openstack role add', True),
    (TRUST, 'user disabled', 'openstack user set --enable', True),
    (TRUST, 'user deleted', ANEW, False),
    (TRUST, 'deleted', ANEW, False),
    (TRUST, 'project disabled', 'openstack project set --enable', True),
    (TRUST, 'project deleted', GONE, False),
    (ASSIGNMENT, 'role removed', 'openstack role add', True),
    (ASSIGNMENT, 'project disabled', 'openstack project set --enable', True),
    (ASSIGNMENT, 'project deleted', GONE, False),
    (CREDENTIAL, 'role removed', 'openstack role add', True),
    (CREDENTIAL, 'user disabled', 'openstack user set --enable', True),
    (CREDENTIAL, 'user deleted', ANEW, False),
    (CREDENTIAL, 'deleted', ANEW, False),
    (CREDENTIAL, 'project disabled', 'openstack project set --enable', True),
    (CREDENTIAL, 'project deleted', GONE, False),
]


def is_dead(project):
    try:
        project.check()
    except errors.DelegationDead:
        return True
    return False


@pytest.mark.parametrize(('kind', 'how', 'remedy', 'comes_back'), DEATHS)
def test_how_it_dies(world, kind, how, remedy, comes_back):
    right = world.lend(kind)
    project = world.cloud.project(right.delegation)
    project.check()
    with world.dead(right, how):
        with pytest.raises(errors.DelegationDead):
            project.check()
        with pytest.raises(errors.DelegationDead):
            project.list_snapshots()
        assert remedy in world.cloud.why_dead(right, clock.now())
    if comes_back:
        assert world.eventually(lambda: not is_dead(project))
    else:
        assert is_dead(project)


@pytest.mark.parametrize('kind', list(KIND))
def test_revoke_what_a_deleted_project_gave(world, kind):
    """Its protections can be deleted, which is all that is left to do."""
    right = world.lend(kind)
    with world.dead(right, 'project deleted'):
        world.cloud.revoke(right.delegation)
        assert is_dead(world.cloud.project(right.delegation))
        assert world.count_trusts() == 0


def test_the_end_of_a_credential(world):
    right = world.lend(CREDENTIAL, ends_in=3)
    project = world.cloud.project(right.delegation)
    assert world.eventually(lambda: is_dead(project))
    assert 'expired' in world.cloud.why_dead(right, clock.now())


@pytest.mark.parametrize('kind', [TRUST, CREDENTIAL])
def test_a_new_password_kills_nothing(world, kind):
    right = world.lend(kind)
    world.change_password()
    world.cloud.project(right.delegation).check()


@pytest.mark.parametrize('kind', list(KIND))
def test_what_is_not_ours_stays(world, kind):
    """Only a trust was made for us alone."""
    right = world.lend(kind)
    world.cloud.revoke(right.delegation)
    project = world.cloud.project(right.delegation)
    assert is_dead(project) is (kind is TRUST)


@pytest.mark.parametrize('kind', list(KIND))
def test_a_snapshot_and_a_restore(world, server_id, volume_id, kind):
    """All that a run and a recovery ask for, in the project's own name."""
    project = world.cloud.project(world.lend(kind).delegation)
    made = project.create_snapshot(volume_id, 'by a right', {})
    world.eventually(
        lambda: project.get_snapshot(made.id).status == 'available'
    )
    # it is the project's, whoever asked for it
    assert made.id in [each.id for each in world.project.list_snapshots()]
    new = project.create_volume(made.id, 1, 'restored', {})
    world.eventually(lambda: project.get_volume(new.id).status == 'available')
    (old,) = project.list_attachments(server_id)
    project.rebuild_server(server_id, world.image_id, 'marker')
    world.eventually(lambda: project.get_server(server_id).task_state is None)
    project.stop_server(server_id)
    world.eventually(lambda: project.get_server(server_id).status == 'SHUTOFF')
    project.detach_volume(server_id, volume_id)
    world.eventually(
        lambda: project.get_volume(volume_id).status == 'available'
    )
    project.attach_volume(
        server_id, dataclasses.replace(old, volume_id=new.id)
    )
    world.eventually(lambda: project.get_volume(new.id).status == 'in-use')
    project.start_server(server_id)
    world.eventually(lambda: project.get_server(server_id).status == 'ACTIVE')


def test_enrol_by_an_assignment(world, server_id):
    """Without the role it says how to give it, and that is all it takes."""
    offer = model.Offer(ASSIGNMENT)
    enrol = world.enroller.enrol
    with pytest.raises(errors.DelegationDead, match='role add') as caught:
        enrol(world.powerless, world.project_id, server_id, offer)
    (command,) = re.findall('`(.*?)`', str(caught.value))
    world.obey(command)
    found = enrol(world.powerless, world.project_id, server_id, offer)
    assert (found.server_id, found.image_id) == (server_id, world.image_id)
    assert found.delegation == world.lend(ASSIGNMENT).delegation
    assert found.credential is None


def test_enrol_by_an_assignment_what_is_not_there(world, server_id):
    world.lend(ASSIGNMENT)
    offer = model.Offer(ASSIGNMENT)
    missing = '00000000-0000-4000-8000-00000000dead'
    with pytest.raises(errors.InvalidInput, match='no server'):
        world.enroller.enrol(world.caller, world.project_id, missing, offer)
    with pytest.raises(errors.DelegationDead):
        world.enroller.enrol(world.caller, 'f' * 32, server_id, offer)


def test_enrol_by_a_credential(world, server_id):
    """The caller needs no right to make a trust."""
    before = world.count_trusts()
    offered = world.make_credential()
    found = world.enroller.enrol(
        world.powerless,
        world.project_id,
        server_id,
        model.Offer(CREDENTIAL, offered),
    )
    assert found.delegation.kind is CREDENTIAL
    assert found.delegation.right_id != offered.id
    assert (found.credential.id, found.credential.secret) == (
        offered.id,
        offered.secret,
    )
    assert found.credential.user_id
    assert found.credential.expires_at is None
    assert world.count_trusts() == before


@pytest.mark.parametrize(
    'offer',
    [
        lambda world: world.make_credential(roles=['reader']),
        lambda world: model.Credential(world.make_credential().id, 'guessed'),
        lambda world: model.Credential('f' * 32, 'guessed'),
    ],
    ids=['too weak', 'wrong secret', 'unknown'],
)
def test_enrol_by_a_credential_that_does_not_do(world, server_id, offer):
    offered = offer(world)
    with pytest.raises(errors.InvalidInput) as caught:
        world.enroller.enrol(
            world.caller,
            world.project_id,
            server_id,
            model.Offer(CREDENTIAL, offered),
        )
    assert offered.secret not in str(caught.value)


def test_enrol_by_a_credential_of_another_project(world, server_id):
    elsewhere = world.another_project()
    with pytest.raises(errors.InvalidInput):
        world.enroller.enrol(
            world.caller,
            elsewhere,
            server_id,
            model.Offer(CREDENTIAL, world.make_credential()),
        )


def test_an_end_is_read_of_keystone(world, server_id):
    right = world.lend(CREDENTIAL)
    assert right.expires_at is None
    soon = clock.now() + datetime.timedelta(days=1)
    offered = world.make_credential(ends=soon)
    found = world.enroller.enrol(
        world.caller,
        world.project_id,
        server_id,
        model.Offer(CREDENTIAL, offered),
    )
    assert abs(found.credential.expires_at - soon).total_seconds() < 1
