"""Hard reboots, servers made to be thrown away, and their consoles."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world

MARKED = {resource.MARKER: 'drill-1/server'}


@pytest.fixture
def wanted(world):
    return resource.NewServer(
        name='drill of shop',
        image_id=world.image_id,
        flavor_id='m1.small',
        network_id=None,
        metadata=MARKED,
    )


def settled(world, project, server_id):
    def probe():
        found = project.get_server(server_id)
        # between two tasks of its making it has none
        is_made = found.task_state is None and found.status != 'BUILD'
        return found if is_made else None

    return world.eventually(probe)


def is_gone(project, server_id):
    return all(each.id != server_id for each in project.list_servers())


@pytest.mark.parametrize('before', ['ACTIVE', 'SHUTOFF', 'ERROR'])
def test_hard_reboot(world, project, server_id, volume_id, before):
    if before == 'SHUTOFF':
        project.stop_server(server_id)
        settled(world, project, server_id)
    elif before == 'ERROR':
        world.put_in_error(server_id)
    project.reboot_server(server_id)
    found = settled(world, project, server_id)
    assert (found.status, found.fault) == ('ACTIVE', '')
    assert project.get_volume(volume_id).status == 'in-use'


@pytest.mark.parametrize('is_running', [True, False])
def test_hard_reboot_that_fails(
    world, project, server_id, volume_id, is_running
):
    """As long as the guest runs, Nova calls it ACTIVE all the same."""
    if not is_running:
        project.stop_server(server_id)
        settled(world, project, server_id)
    world.put_in_error(server_id)
    with world.broken('reboot_server'):
        project.reboot_server(server_id)
        found = settled(world, project, server_id)
    assert found.status == ('ACTIVE' if is_running else 'ERROR')
    assert project.get_volume(volume_id).status == 'in-use'


def test_hard_reboot_during_a_rebuild(world, project, server_id):
    with world.slow('rebuild_server'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        with pytest.raises(errors.CloudConflict):
            project.reboot_server(server_id)
    settled(world, project, server_id)


def test_create(world, project, wanted):
    made = project.create_server(wanted)
    assert made.metadata == MARKED  # found again, whatever comes of it
    assert [each.metadata for each in project.list_servers()] == [MARKED]
    found = settled(world, project, made.id)
    assert (found.status, found.name) == ('ACTIVE', 'drill of shop')
    assert (found.image_id, found.flavor_id) == (world.image_id, 'm1.small')
    assert (found.addresses, found.attached) == ((), ())


def test_create_that_boots_from_a_volume(world, project, wanted):
    wanted = dataclasses.replace(wanted, root_size=2)
    made = project.create_server(wanted)
    found = settled(world, project, made.id)
    assert (found.status, found.image_id) == ('ACTIVE', None)
    (root,) = project.list_attachments(made.id)
    assert (root.device[-1], root.delete_on_termination) == ('a', True)
    volume = project.get_volume(root.volume_id)
    assert (volume.size, volume.bootable) == (2, True)
    assert volume.image_id == world.image_id
    project.delete_server(made.id)
    world.eventually(lambda: project.list_volumes() == [])


def test_delete_while_it_is_made_leaves_no_root(world, project, wanted):
    made = project.create_server(dataclasses.replace(wanted, root_size=2))
    project.delete_server(made.id)
    world.eventually(lambda: is_gone(project, made.id))
    # whatever Nova was at, it makes no volume any more
    wanted = dataclasses.replace(wanted, root_size=None)
    settled(world, project, project.create_server(wanted).id)
    world.eventually(lambda: project.list_volumes() == [])


def test_what_is_attached_by_hand_stays_when_its_server_goes(
    world, project, wanted
):
    """Nova removes the root that it has made, and no other volume."""
    wanted = dataclasses.replace(wanted, root_size=2)
    made = project.create_server(wanted)
    settled(world, project, made.id)
    (root,) = project.list_attachments(made.id)
    volume_id = world.make_volume()
    by_hand = resource.Attachment(made.id, volume_id, '', None, False)
    project.attach_volume(made.id, by_hand)
    world.eventually(lambda: project.get_volume(volume_id).status == 'in-use')
    assert [
        (each.volume_id, each.device[-1], each.delete_on_termination)
        for each in project.list_attachments(made.id)
    ] == [(root.volume_id, 'a', True), (volume_id, 'b', False)]
    project.delete_server(made.id)
    world.eventually(lambda: is_gone(project, made.id))
    world.eventually(lambda: len(project.list_volumes()) == 1)
    found = world.eventually(
        lambda: (
            (each := project.get_volume(volume_id)).status == 'available'
            and each
        )
    )
    assert found.attached_to == ()


def test_create_in_a_network(world, project, wanted):
    wanted = dataclasses.replace(wanted, network_id=world.make_network())
    made = project.create_server(wanted)
    found = settled(world, project, made.id)
    assert len(found.addresses) == 1


@pytest.mark.parametrize(
    'wrong',
    [
        {'image_id': fake_world.MISSING},
        {'flavor_id': 'no such flavor'},
        {'network_id': fake_world.MISSING},
    ],
    ids=str,
)
def test_create_refused(project, wanted, wrong):
    with pytest.raises(errors.CloudRefused):
        project.create_server(dataclasses.replace(wanted, **wrong))
    assert project.list_servers() == []


@pytest.mark.parametrize('limits', [{'instances': 0}, {'cores': 0}], ids=str)
def test_create_beyond_the_quota(world, project, wanted, limits):
    world.limit_compute(**limits)
    with pytest.raises(errors.QuotaExceeded):
        project.create_server(wanted)
    assert project.list_servers() == []


def test_create_that_fails_later(world, project, wanted):
    with world.broken('create_server'):
        made = project.create_server(wanted)
        found = settled(world, project, made.id)
    assert (found.status, bool(found.fault)) == ('ERROR', True)
    project.delete_server(made.id)
    world.eventually(lambda: is_gone(project, made.id))


def test_delete(world, project, server_id, volume_id):
    project.delete_server(server_id)
    world.eventually(lambda: is_gone(project, server_id))
    with pytest.raises(errors.NotFound):
        project.delete_server(server_id)
    world.eventually(lambda: project.get_volume(volume_id))
    assert project.get_volume(volume_id).status == 'available'


def test_delete_that_fails(world, project, server_id):
    with world.broken('delete_server'):
        project.delete_server(server_id)
        found = settled(world, project, server_id)
    assert found.status == 'ERROR'
    project.delete_server(server_id)
    world.eventually(lambda: is_gone(project, server_id))


def test_delete_of_a_locked_server(world, project, server_id):
    with world.locked(server_id), pytest.raises(errors.CloudConflict):
        project.delete_server(server_id)


def test_delete_of_a_foreign_server(world, project, server_id):
    with pytest.raises(errors.NotFound):
        world.stranger.delete_server(server_id)
    assert not is_gone(project, server_id)


def test_console(project, server_id):
    whole = project.get_console(server_id, 100)
    assert whole
    assert whole.endswith(project.get_console(server_id, 1))


def test_console_of_no_server(project):
    with pytest.raises(errors.NotFound):
        project.get_console(fake_world.MISSING, 10)
