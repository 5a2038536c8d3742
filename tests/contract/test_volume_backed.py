"""Servers that boot from a volume."""

import pytest

from snapfault import errors
from snapfault import resource


@pytest.fixture
def server_id(world):
    """Give an ACTIVE server that boots from a volume and has another."""
    return world.make_server_of_volume(volumes=1)


@pytest.fixture
def root_id(project, server_id):
    return project.list_attachments(server_id)[0].volume_id


def settled(world, project, server_id):
    def probe():
        found = project.get_server(server_id)
        return found if found.task_state is None else None

    return world.eventually(probe)


def statuses(project, server_id):
    return [
        project.get_volume(each.volume_id).status
        for each in project.list_attachments(server_id)
    ]


def test_read(world, project, server_id, root_id):
    assert project.get_server(server_id).image_id is None
    devices = [each.device for each in project.list_attachments(server_id)]
    assert [each[-1] for each in devices] == ['a', 'b']
    root, data = (
        project.get_volume(each.volume_id)
        for each in project.list_attachments(server_id)
    )
    assert (root.bootable, root.image_id) == (True, world.image_id)
    assert (data.bootable, data.image_id) == (False, None)
    assert (root.encrypted, data.encrypted) == (False, False)


def test_a_clone_of_the_root_volume_is_bootable(world, project, root_id):
    made = project.create_snapshot(root_id, 'nightly', {})
    world.eventually(
        lambda: project.get_snapshot(made.id).status == 'available'
    )
    clone = project.create_volume(made.id, 1, 'restored', {})
    world.eventually(
        lambda: project.get_volume(clone.id).status == 'available'
    )
    found = project.get_volume(clone.id)
    assert (found.bootable, found.image_id) == (True, world.image_id)


def test_rebuild_writes_the_root_volume_anew(
    world, project, server_id, root_id
):
    before = project.list_attachments(server_id)
    project.rebuild_server(server_id, world.image_id, 'recovery-1')
    found = settled(world, project, server_id)
    assert (found.status, found.image_id) == ('ACTIVE', None)
    assert project.list_attachments(server_id) == before
    assert statuses(project, server_id) == ['in-use', 'in-use']
    assert project.get_volume(root_id).image_id == world.image_id


def test_rebuild_from_another_image(world, project, server_id, root_id):
    image_id = world.make_image()
    project.rebuild_server(server_id, image_id, 'recovery-1')
    assert settled(world, project, server_id).status == 'ACTIVE'
    assert project.get_volume(root_id).image_id == image_id


def test_rebuild_that_cannot_write_the_root(
    world, project, server_id, root_id
):
    with world.broken('reimage'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        found = settled(world, project, server_id)
    assert (found.status, bool(found.fault)) == ('ERROR', True)
    assert statuses(project, server_id) == ['error', 'reserved']
    with pytest.raises(errors.CloudRefused):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
    for each in project.list_attachments(server_id):
        world.cloud.repair_volume(each.volume_id)
    project.rebuild_server(server_id, world.image_id, 'recovery-2')
    assert settled(world, project, server_id).status == 'ACTIVE'
    assert statuses(project, server_id) == ['in-use', 'in-use']


def test_a_snapshot_of_a_root_in_error_takes_a_repair(
    world, project, server_id, root_id
):
    with world.broken('reimage'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        settled(world, project, server_id)
    with pytest.raises(errors.CloudConflict):
        project.create_snapshot(root_id, 'safety', {})
    world.cloud.repair_volume(root_id)
    made = project.create_snapshot(root_id, 'safety', {})
    world.eventually(
        lambda: project.get_snapshot(made.id).status == 'available'
    )


def test_a_hard_reboot_mends_no_broken_root(
    world, project, server_id, root_id
):
    with world.broken('reimage'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        settled(world, project, server_id)
    project.reboot_server(server_id)
    settled(world, project, server_id)
    assert statuses(project, server_id) == ['error', 'reserved']


def test_a_nova_that_keeps_the_root_is_asked_for_no_rebuild(
    world, project, server_id, root_id
):
    """It would say 202, and do nothing to the root."""
    assert project.reimages_roots() is True
    before = project.get_server(server_id)
    with world.old_nova() as old:
        assert old.reimages_roots() is False
        for metadata in (None, {'theirs': 'kept'}):
            with pytest.raises(errors.CloudRefused):
                old.rebuild_server(
                    server_id, world.image_id, 'recovery-1', metadata
                )
    assert project.get_server(server_id) == before
    assert statuses(project, server_id) == ['in-use', 'in-use']


def test_a_nova_that_keeps_a_root_volume_rebuilds_what_boots_from_an_image(
    world, project
):
    server_id = world.make_server()
    with world.old_nova() as old:
        old.rebuild_server(server_id, world.image_id, 'recovery-1')
    found = settled(world, project, server_id)
    assert found.status == 'ACTIVE'
    assert found.metadata == {resource.RECOVERY: 'recovery-1'}


def test_detach_of_the_root(world, project, server_id, root_id):
    with pytest.raises(errors.CloudRefused):
        project.detach_volume(server_id, root_id)
    assert statuses(project, server_id) == ['in-use', 'in-use']
