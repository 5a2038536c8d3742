"""Volumes: read, listed, made from snapshots."""

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world

MARKED = {resource.MARKER: 'recovery-1/volume-1'}


@pytest.fixture
def snapshot_id(world, project):
    """Give an available snapshot of 2 GiB."""
    volume_id = world.make_volume(size=2)
    made = project.create_snapshot(volume_id, 'nightly', {})
    world.eventually(lambda: project.list_snapshots()[0].status == 'available')
    return made.id


def test_read(project, server_id, volume_id):
    found = project.get_volume(volume_id)
    assert (found.status, found.size) == ('in-use', 1)
    assert found.attached_to == (server_id,)
    assert (found.multiattach, found.snapshot_id) == (False, None)
    assert found.metadata == {}
    assert project.list_volumes() == [found]


def test_the_list_tells_where_a_volume_is_attached(project, server_id):
    """So that the attachments of each server need not be asked for."""
    (volume,) = project.list_volumes()
    (attached,) = project.list_attachments(server_id)
    (place,) = volume.places
    assert (place.server_id, place.device) == (server_id, attached.device)
    assert place.attached_at.utcoffset().total_seconds() == 0


def test_a_volume_attached_again_is_attached_later(
    world, project, server_id, volume_id
):
    before = project.get_volume(volume_id).places[0]
    project.detach_volume(server_id, volume_id)
    world.eventually(
        lambda: project.get_volume(volume_id).status == 'available'
    )
    assert project.get_volume(volume_id).places == ()
    project.attach_volume(
        server_id,
        resource.Attachment(server_id, volume_id, '', None, False),
    )
    world.eventually(lambda: project.get_volume(volume_id).places)
    assert project.get_volume(volume_id).places[0].attached_at > (
        before.attached_at
    )


def test_read_of_no_volume(project):
    with pytest.raises(errors.NotFound):
        project.get_volume(fake_world.MISSING)


def test_foreign_volume(world, volume_id):
    stranger = world.stranger
    with pytest.raises(errors.NotFound):
        stranger.get_volume(volume_id)
    assert stranger.list_volumes() == []


def test_create(world, project, snapshot_id):
    made = project.create_volume(snapshot_id, 2, 'restored', MARKED)
    assert (made.status, made.size, made.name) == ('creating', 2, 'restored')
    assert (made.snapshot_id, made.metadata) == (snapshot_id, MARKED)
    assert made.volume_type == 'fake'
    world.eventually(lambda: project.get_volume(made.id).status == 'available')
    found = project.find_volumes('recovery-1/volume-1')
    assert [each.id for each in found] == [made.id]
    assert project.find_volumes('recovery-1/volume-2') == []


def test_find_gives_the_oldest_first(project, snapshot_id):
    made = [
        project.create_volume(snapshot_id, 2, name, MARKED).id
        for name in ('b', 'a')
    ]
    found = project.find_volumes('recovery-1/volume-1')
    assert [each.id for each in found] == made


def test_create_that_fails_later(world, project, snapshot_id):
    with world.broken('create_volume'):
        made = project.create_volume(snapshot_id, 2, 'restored', MARKED)
        world.eventually(lambda: project.get_volume(made.id).status == 'error')
    project.delete_volume(made.id)
    world.eventually(lambda: is_gone(project, made.id))


def test_a_volume_lost_on_its_way_to_a_backend_may_be_removed(
    world, project, snapshot_id
):
    with world.broken('pass_on_volume'):
        made = project.create_volume(snapshot_id, 2, 'restored', MARKED)
    found = project.get_volume(made.id)
    assert (found.status, world.is_placed(made.id)) == ('creating', False)
    project.delete_volume(made.id)
    with pytest.raises(errors.NotFound):
        project.get_volume(made.id)
    assert project.find_volumes('recovery-1/volume-1') == []


def test_a_volume_that_a_backend_makes_may_not(world, project, snapshot_id):
    with world.slow('create_volume'):
        made = project.create_volume(snapshot_id, 2, 'restored', MARKED)
        world.eventually(lambda: world.is_placed(made.id))
        with pytest.raises(errors.CloudConflict):
            project.delete_volume(made.id)
    world.eventually(lambda: project.get_volume(made.id).status == 'available')


@pytest.mark.parametrize(
    ('size', 'snapshot', 'expected'),
    [
        (1, None, errors.CloudRefused),
        (2, fake_world.MISSING, errors.NotFound),
    ],
)
def test_create_refused(project, snapshot_id, size, snapshot, expected):
    with pytest.raises(expected):
        project.create_volume(snapshot or snapshot_id, size, 'x', MARKED)
    assert project.find_volumes('recovery-1/volume-1') == []


def test_create_from_unfinished_snapshot(world, project):
    volume_id = world.make_volume()
    with world.slow('create_snapshot'):
        made = project.create_snapshot(volume_id, 'nightly', {})
        with pytest.raises(errors.CloudConflict):
            project.create_volume(made.id, 1, 'restored', MARKED)


@pytest.mark.parametrize(
    'limits', [{'volumes': 1}, {'gigabytes': 4}], ids=['volumes', 'gigabytes']
)
def test_quota(world, project, snapshot_id, limits):
    world.limit(**limits)
    with pytest.raises(errors.QuotaExceeded):
        project.create_volume(snapshot_id, 2, 'restored', MARKED)
    assert project.find_volumes('recovery-1/volume-1') == []


def test_create_from_foreign_snapshot(world, snapshot_id):
    with pytest.raises(errors.NotFound):
        world.stranger.create_volume(snapshot_id, 2, 'theirs', {})


def is_gone(project, volume_id):
    return all(each.id != volume_id for each in project.list_volumes())


def test_delete(world, project):
    volume_id = world.make_volume()
    project.delete_volume(volume_id)
    world.eventually(lambda: is_gone(project, volume_id))
    with pytest.raises(errors.NotFound):
        project.delete_volume(volume_id)


def test_delete_of_one_in_error(world, project):
    volume_id = world.make_volume()
    world.put_volume(volume_id, 'error')
    project.delete_volume(volume_id)
    world.eventually(lambda: is_gone(project, volume_id))


def test_delete_of_one_in_use(project, volume_id):
    with pytest.raises(errors.CloudConflict):
        project.delete_volume(volume_id)
    assert project.get_volume(volume_id).status == 'in-use'


def test_delete_of_one_with_snapshots(project, snapshot_id):
    """Not its snapshots with it: they are recovery points."""
    volume_id = project.get_snapshot(snapshot_id).volume_id
    with pytest.raises(errors.CloudConflict):
        project.delete_volume(volume_id)
    assert project.get_snapshot(snapshot_id).status == 'available'


def test_delete_of_one_whose_clone_lives(world, project, snapshot_id):
    origin = project.get_snapshot(snapshot_id).volume_id
    made = project.create_volume(snapshot_id, 2, 'restored', MARKED)
    world.eventually(lambda: project.get_volume(made.id).status == 'available')
    project.delete_snapshot(snapshot_id)
    world.eventually(lambda: project.list_snapshots() == [])
    project.delete_volume(origin)
    world.eventually(lambda: is_gone(project, origin))
    assert project.get_volume(made.id).status == 'available'


def test_delete_that_fails(world, project):
    volume_id = world.make_volume()
    with world.broken('delete_volume'):
        project.delete_volume(volume_id)
        world.eventually(
            lambda: project.get_volume(volume_id).status == 'error_deleting'
        )
    with pytest.raises(errors.CloudConflict):  # that takes an admin
        project.delete_volume(volume_id)


def test_delete_of_a_foreign_volume(world, project):
    volume_id = world.make_volume()
    with pytest.raises(errors.NotFound):
        world.stranger.delete_volume(volume_id)
    assert project.get_volume(volume_id).status == 'available'


def test_mark(world, project):
    volume_id = world.make_volume()
    project.mark_volume(volume_id, {'theirs': 'kept'})
    project.mark_volume(volume_id, MARKED)
    found = project.get_volume(volume_id).metadata
    assert found == {'theirs': 'kept', **MARKED}
    assert [each.id for each in project.find_volumes('recovery-1/volume-1')]


def test_mark_of_one_in_use(project, volume_id):
    project.mark_volume(volume_id, MARKED)
    assert project.get_volume(volume_id).metadata == MARKED


def test_mark_of_no_volume(project):
    with pytest.raises(errors.NotFound):
        project.mark_volume(fake_world.MISSING, MARKED)


def test_no_key_no_trouble(project, volume_id):
    assert not project.get_volume(volume_id).encrypted
    assert project.key_trouble(volume_id) == ''


def test_the_key_of_no_volume(project):
    with pytest.raises(errors.NotFound):
        project.key_trouble(fake_world.MISSING)
