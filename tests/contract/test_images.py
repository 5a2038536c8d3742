"""Images of a server's root disk: made, found again, removed."""

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world

MARKED = {resource.MARKER: 'point-1', resource.POINT: 'point-1'}


def is_idle(project, server_id):
    return project.get_server(server_id).task_state is None


def settle(world, project, server_id):
    world.eventually(lambda: is_idle(project, server_id))


@pytest.fixture
def image_id(world, project, server_id):
    """Give one that is uploaded."""
    made = project.create_image(server_id, 'root of shop', MARKED)
    settle(world, project, server_id)
    return made


def test_an_image_is_marked_and_owned_at_once(world, project, server_id):
    with world.slow('create_image'):
        made = project.create_image(server_id, 'root of shop', MARKED)
        (found,) = project.find_images('point-1')
        assert found == project.get_image(made)
        assert (found.id, found.name) == (made, 'root of shop')
        assert (found.metadata, found.project_id) == (
            MARKED,
            world.project_id,
        )
        assert found.status == 'queued'
    world.eventually(lambda: project.get_image(made).status == 'active')
    settle(world, project, server_id)


def test_an_image_of_a_stopped_server(world, project, server_id):
    project.stop_server(server_id)
    settle(world, project, server_id)
    made = project.create_image(server_id, 'root of shop', MARKED)
    settle(world, project, server_id)
    assert project.get_image(made).status == 'active'
    assert project.get_server(server_id).status == 'SHUTOFF'


def test_a_server_is_busy_meanwhile(world, project, server_id):
    with world.slow('create_image'):
        project.create_image(server_id, 'root of shop', MARKED)
        for call in (project.stop_server, project.start_server):
            with pytest.raises(errors.CloudConflict):
                call(server_id)
        with pytest.raises(errors.CloudConflict):
            project.create_image(server_id, 'twice', MARKED)
    settle(world, project, server_id)


def test_images_are_found_by_marker(project, image_id):
    assert [each.id for each in project.find_images('point-1')] == [image_id]
    assert project.find_images('point-2') == []


def test_a_public_image_bears_no_mark(world, project):
    assert project.get_image(world.image_id).metadata == {}


def test_foreign_image(world, project, image_id):
    assert world.stranger.find_images('point-1') == []
    with pytest.raises(errors.NotFound):
        world.stranger.delete_image(image_id)
    assert project.get_image(image_id).status == 'active'


def test_an_image_that_is_not_ours_to_delete(world, project):
    with pytest.raises(errors.CloudRefused):
        project.delete_image(world.image_id)


def test_delete(project, image_id):
    project.delete_image(image_id)
    assert project.find_images('point-1') == []
    with pytest.raises(errors.NotFound):
        project.get_image(image_id)
    with pytest.raises(errors.NotFound):
        project.delete_image(image_id)


def test_delete_while_it_is_made(world, project, server_id):
    with world.slow('create_image'):
        made = project.create_image(server_id, 'root of shop', MARKED)
        project.delete_image(made)
    settle(world, project, server_id)
    assert project.find_images('point-1') == []
    assert project.get_server(server_id).status == 'ACTIVE'


def test_an_image_that_fails_vanishes(world, project, server_id):
    with world.broken('create_image'):
        project.create_image(server_id, 'root of shop', MARKED)
        settle(world, project, server_id)
    assert project.find_images('point-1') == []
    assert project.get_server(server_id).status == 'ACTIVE'


def test_an_image_of_a_server_in_error(world, project, server_id):
    world.put_in_error(server_id)
    with pytest.raises(errors.CloudConflict):
        project.create_image(server_id, 'root of shop', MARKED)
    assert project.find_images('point-1') == []


def test_an_image_of_no_server(project):
    with pytest.raises(errors.NotFound):
        project.create_image(fake_world.MISSING, 'root of shop', MARKED)
