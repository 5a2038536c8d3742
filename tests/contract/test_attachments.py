"""Volumes attached to and detached from servers."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world


def wanted(server_id, volume_id, device='', tag=None, delete=False):
    return resource.Attachment(server_id, volume_id, device, tag, delete)


def status_is(project, volume_id, status):
    return lambda: project.get_volume(volume_id).status == status


def test_list(world, project):
    server_id = world.make_server(volumes=2)
    found = project.list_attachments(server_id)
    assert [each.server_id for each in found] == [server_id] * 2
    devices = [each.device for each in found]
    assert devices == sorted(devices)
    assert [each[:-1] for each in devices] == [devices[0][:-1]] * 2
    assert [each[-1] for each in devices] == ['b', 'c']
    assert {(each.tag, each.delete_on_termination) for each in found} == {
        (None, False)
    }


def test_list_of_no_server(project):
    with pytest.raises(errors.NotFound):
        project.list_attachments(fake_world.MISSING)


def test_list_of_foreign_server(world, server_id):
    with pytest.raises(errors.NotFound):
        world.stranger.list_attachments(server_id)


def test_exchange(world, project, server_id, volume_id):
    """What a recovery does: the new one comes where the old one was."""
    old = project.list_attachments(server_id)[0]
    new_id = world.make_volume()
    project.stop_server(server_id)
    world.eventually(lambda: not project.get_server(server_id).task_state)
    project.detach_volume(server_id, volume_id)
    world.eventually(status_is(project, volume_id, 'available'))
    assert project.list_attachments(server_id) == []
    assert project.get_volume(volume_id).attached_to == ()
    project.attach_volume(
        server_id,
        dataclasses.replace(
            old, volume_id=new_id, tag='data', delete_on_termination=True
        ),
    )
    world.eventually(status_is(project, new_id, 'in-use'))
    assert project.list_attachments(server_id) == [
        resource.Attachment(server_id, new_id, old.device, 'data', True)
    ]


def test_detach_what_is_not_attached(world, project, server_id):
    for volume_id in (fake_world.MISSING, world.make_volume()):
        with pytest.raises(errors.NotFound):
            project.detach_volume(server_id, volume_id)


def test_detach_twice_at_once(world, project, server_id, volume_id):
    with world.slow('detach_volume'):
        project.detach_volume(server_id, volume_id)
        assert project.get_volume(volume_id).status == 'detaching'
        with pytest.raises(errors.CloudConflict):
            project.detach_volume(server_id, volume_id)
        assert len(project.list_attachments(server_id)) == 1
    world.eventually(status_is(project, volume_id, 'available'))


def test_detach_of_two_volumes_at_once(world, project):
    server_id = world.make_server(volumes=2)
    attached = project.list_attachments(server_id)
    for each in attached:
        project.detach_volume(server_id, each.volume_id)
    for each in attached:
        world.eventually(status_is(project, each.volume_id, 'available'))


def test_detach_that_the_guest_refuses(world, project, server_id, volume_id):
    with world.broken('detach_volume'):
        project.detach_volume(server_id, volume_id)
        world.eventually(status_is(project, volume_id, 'in-use'))
    assert len(project.list_attachments(server_id)) == 1
    assert project.get_server(server_id).status == 'ACTIVE'


def test_compute_down(world, project, server_id, volume_id):
    with (
        world.compute_down(),
        pytest.raises(errors.CloudConflict),
    ):
        project.detach_volume(server_id, volume_id)
    assert project.get_volume(volume_id).status == 'in-use'


def test_attach_at_a_device_in_use(world, project, server_id):
    device = project.list_attachments(server_id)[0].device
    new_id = world.make_volume()
    # Nova looks at the letter alone
    for each in (device, f'/dev/vd{device[-1]}'):
        with pytest.raises(errors.CloudConflict):
            project.attach_volume(server_id, wanted(server_id, new_id, each))
    world.eventually(status_is(project, new_id, 'available'))


@pytest.mark.parametrize('status', ['error', 'reserved'])
def test_attach_a_volume_that_is_not_available(
    world, project, server_id, status
):
    new_id = world.make_volume()
    world.put_volume(new_id, status)
    with pytest.raises(errors.CloudConflict):
        project.attach_volume(server_id, wanted(server_id, new_id))


def test_attach_again(project, server_id, volume_id):
    with pytest.raises(errors.CloudConflict):
        project.attach_volume(server_id, wanted(server_id, volume_id))


def test_attach_no_volume(project, server_id):
    with pytest.raises(errors.NotFound):
        project.attach_volume(server_id, wanted(server_id, fake_world.MISSING))


def test_attach_to_server_in_error(world, project, server_id):
    new_id = world.make_volume()
    world.put_in_error(server_id)
    with pytest.raises(errors.CloudConflict):
        project.attach_volume(server_id, wanted(server_id, new_id))


def test_attach_that_fails_later(world, project, server_id):
    new_id = world.make_volume()
    with world.broken('attach_volume'):
        project.attach_volume(server_id, wanted(server_id, new_id))
        world.eventually(
            lambda: (
                len(project.list_attachments(server_id)) == 1
                and project.get_volume(new_id).status == 'available'
            )
        )
    assert project.get_server(server_id).status == 'ACTIVE'


@pytest.mark.parametrize('is_stopped', [False, True])
def test_only_an_admin_frees_a_volume_in_error(
    world, project, server_id, volume_id, is_stopped
):
    """It keeps its place: nothing else is attached there meanwhile."""
    place = project.list_attachments(server_id)[0]
    if is_stopped:
        project.stop_server(server_id)
        world.eventually(lambda: not project.get_server(server_id).task_state)
    world.put_volume(volume_id, 'error')
    with pytest.raises(errors.CloudConflict):
        project.detach_volume(server_id, volume_id)
    with pytest.raises(errors.CloudConflict):
        project.attach_volume(
            server_id, wanted(server_id, world.make_volume(), place.device)
        )
    world.cloud.repair_volume(volume_id)
    project.detach_volume(server_id, volume_id)
    world.eventually(status_is(project, volume_id, 'available'))
