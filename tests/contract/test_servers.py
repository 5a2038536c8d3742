"""Servers: read, rebuilt, stopped, started."""

import pytest

from snapfault import errors
from snapfault import resource
from snapfault.recover import seen
from tests.contract import fake_world


def is_settled(project, server_id):
    """Give a server that Nova does nothing with any more."""
    found = project.get_server(server_id)
    return found if found.task_state is None else None


@pytest.fixture
def settled(world, project, server_id):
    """Give what waits for the server and gives it then."""
    return lambda: world.eventually(lambda: is_settled(project, server_id))


def volume_statuses(project, server_id):
    return [
        project.get_volume(each.volume_id).status
        for each in project.list_attachments(server_id)
    ]


def test_read(world, project):
    server_id = world.make_server(
        metadata={'theirs': 'kept'}, tags=['web', 'a tag']
    )
    (attached,) = project.list_attachments(server_id)
    found = project.get_server(server_id)
    assert found == resource.Server(
        id=server_id,
        name='web',
        status='ACTIVE',
        task_state=None,
        image_id=world.image_id,
        flavor_id='m1.small',
        metadata={'theirs': 'kept'},
        locked=False,
        fault='',
        fault_at=None,
        attached=(resource.Attached(attached.volume_id, False),),
        tags=('a tag', 'web'),
        addresses=(),
        host_id=found.host_id,
    )
    assert found.host_id
    assert project.list_servers() == [found]


def test_list(world, project, server_id):
    other = world.make_server(volumes=2)
    world.put_in_error(other)
    found = {each.id: each for each in project.list_servers()}
    assert found.keys() == {server_id, other}
    assert {each.status for each in found.values()} == {'ACTIVE', 'ERROR'}
    assert found[other] == project.get_server(other)
    assert {each.volume_id for each in found[other].attached} == {
        each.volume_id for each in project.list_attachments(other)
    }
    assert world.stranger.list_servers() == []


def test_read_of_no_server(project):
    with pytest.raises(errors.NotFound):
        project.get_server(fake_world.MISSING)


def test_foreign_server(world, server_id):
    stranger = world.stranger
    for call in (stranger.get_server, stranger.stop_server):
        with pytest.raises(errors.NotFound):
            call(server_id)
    with pytest.raises(errors.NotFound):
        stranger.rebuild_server(server_id, world.image_id, 'theirs')


def test_read_of_locked_server(world, project, server_id):
    with world.locked(server_id):
        assert project.get_server(server_id).locked


def test_image(world, project):
    found = project.get_image(world.image_id)
    assert (found.name, found.status) == ('cirros', 'active')
    deactivated = world.make_image('deactivated')
    assert project.get_image(deactivated).status == 'deactivated'
    for image_id in (fake_world.MISSING, world.make_image('gone')):
        with pytest.raises(errors.NotFound):
            project.get_image(image_id)


@pytest.mark.parametrize('in_error', [False, True], ids=['ACTIVE', 'ERROR'])
def test_rebuild(world, project, in_error):
    server_id = world.make_server(metadata={'theirs': 'kept'})
    attached = project.list_attachments(server_id)
    if in_error:
        world.put_in_error(server_id)
    project.rebuild_server(server_id, world.image_id, 'recovery-1')
    found = project.get_server(server_id)
    marked = {'theirs': 'kept', resource.RECOVERY: 'recovery-1'}
    assert found.metadata == marked  # at once, whatever comes of it
    found = world.eventually(lambda: is_settled(project, server_id))
    assert (found.status, found.image_id) == ('ACTIVE', world.image_id)
    assert (found.metadata, found.fault) == (marked, '')
    assert project.list_attachments(server_id) == attached
    assert volume_statuses(project, server_id) == ['in-use']


def test_rebuild_with_the_metadata_that_was_read(world, project):
    """Nova puts what it is given in the place of all that there was."""
    server_id = world.make_server(metadata={'theirs': 'kept'})
    read = {**project.get_server(server_id).metadata, 'more': 'of it'}
    project.rebuild_server(server_id, world.image_id, 'recovery-1', read)
    assert project.get_server(server_id).metadata == {
        'theirs': 'kept',
        'more': 'of it',
        resource.RECOVERY: 'recovery-1',
    }


def test_rebuild_of_stopped_server(world, project, server_id, settled):
    project.stop_server(server_id)
    settled()
    project.rebuild_server(server_id, world.image_id, 'recovery-1')

    def is_off():
        # For a moment it is ACTIVE and settled: Nova spawns it, then stops.
        return project.get_server(server_id).status == 'SHUTOFF'

    assert world.eventually(is_off)
    assert settled().status == 'SHUTOFF'


def test_rebuild_twice_at_once(world, project, server_id, settled):
    with world.slow('rebuild_server'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        assert project.get_server(server_id).status == 'REBUILD'
        with pytest.raises(errors.CloudConflict):
            project.rebuild_server(server_id, world.image_id, 'recovery-2')
    found = settled()
    assert found.metadata[resource.RECOVERY] == 'recovery-1'


@pytest.mark.parametrize('image', ['missing', 'gone', 'deactivated'])
def test_rebuild_from_unusable_image(world, project, server_id, image):
    image_id = (
        fake_world.MISSING if image == 'missing' else world.make_image(image)
    )
    with pytest.raises(errors.CloudRefused):
        project.rebuild_server(server_id, image_id, 'recovery-1')
    found = project.get_server(server_id)
    assert (found.status, found.metadata) == ('ACTIVE', {})


def test_rebuild_with_broken_volume(world, project, server_id, volume_id):
    world.put_volume(volume_id, 'error')
    with pytest.raises(errors.CloudRefused):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
    assert project.get_server(server_id).status == 'ACTIVE'
    world.put_volume(volume_id, 'in-use')


def test_rebuild_that_fails_to_spawn(world, project, server_id, settled):
    with world.broken('rebuild_server'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        found = settled()
    assert (found.status, bool(found.fault)) == ('ERROR', True)
    assert found.fault_at.utcoffset().total_seconds() == 0
    assert volume_statuses(project, server_id) == ['in-use']
    project.rebuild_server(server_id, world.image_id, 'recovery-1')
    assert settled().status == 'ACTIVE'


def test_rebuild_that_fails_to_destroy(world, project, server_id, settled):
    with world.broken('destroy_guest'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        assert settled().status == 'ERROR'
    assert volume_statuses(project, server_id) == ['reserved']
    with pytest.raises(errors.CloudRefused):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')


def test_locked_server(world, project, server_id, volume_id):
    with world.locked(server_id):
        for call in (
            lambda: project.rebuild_server(server_id, world.image_id, 'r'),
            lambda: project.stop_server(server_id),
            lambda: project.detach_volume(server_id, volume_id),
        ):
            with pytest.raises(errors.CloudConflict):
                call()
        project.create_snapshot(volume_id, 'still works', {})


def test_stop_and_start(project, server_id, settled):
    with pytest.raises(errors.CloudConflict):
        project.start_server(server_id)
    project.stop_server(server_id)
    assert settled().status == 'SHUTOFF'
    with pytest.raises(errors.CloudConflict):
        project.stop_server(server_id)
    project.start_server(server_id)
    assert settled().status == 'ACTIVE'


def test_server_in_error(world, project, server_id, volume_id, settled):
    world.put_in_error(server_id)
    with pytest.raises(errors.CloudConflict):
        project.start_server(server_id)
    with pytest.raises(errors.CloudConflict):
        project.detach_volume(server_id, volume_id)
    project.create_snapshot(volume_id, 'still works', {})
    project.stop_server(server_id)
    assert settled().status == 'SHUTOFF'


def test_hosts_are_known_by_the_marks_of_their_servers(
    world, project, server_id
):
    server = project.get_server(server_id)
    listed = {
        seen.hidden(world.project_id, each.name): each
        for each in world.cloud.list_hosts()
    }
    found = listed[server.host_id]
    assert (found.status, found.forced_down) == ('UP', False)
    assert found == world.cloud.locate_server(server_id).host
    with world.compute_down():
        listed = world.cloud.list_hosts()
        assert world.cloud.locate_server(server_id).host in listed
        down = next(each for each in listed if each.name == found.name)
        assert (down.status, down.forced_down) == ('DOWN', True)


def test_host_status(world, server_id):
    assert world.cloud.host_status(server_id) == 'UP'
    with world.compute_down():
        assert world.cloud.host_status(server_id) == 'DOWN'
    assert world.cloud.host_status(fake_world.MISSING) is None
