"""Snapshots: made, found again, refused, broken, removed."""

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world

MARKED = {resource.MARKER: 'member-1', resource.POINT: 'point-1'}


def status_of(project, snapshot_id):
    """Give a snapshot's status; 'gone' when it is listed no more."""
    statuses = {each.id: each.status for each in project.list_snapshots()}
    return statuses.get(snapshot_id, 'gone')


@pytest.fixture
def snapshot(world, project, volume_id):
    """Give one that is available, of a volume in use."""
    made = project.create_snapshot(volume_id, 'nightly', MARKED)
    world.eventually(lambda: status_of(project, made.id) == 'available')
    return made


def test_create_answers_at_once(project, volume_id):
    made = project.create_snapshot(volume_id, 'nightly', MARKED)
    assert (made.status, made.name, made.volume_id, made.size) == (
        'creating',
        'nightly',
        volume_id,
        1,
    )
    assert made.metadata == MARKED
    assert made.created_at.utcoffset().total_seconds() == 0


def test_snapshot_of_volume_in_use_leaves_it_in_use(
    project, volume_id, snapshot
):
    assert project.get_volume(volume_id).status == 'in-use'
    assert status_of(project, snapshot.id) == 'available'


def test_find_by_marker(project, volume_id, snapshot):
    project.create_snapshot(volume_id, 'other', {resource.MARKER: 'else'})
    project.create_snapshot(volume_id, 'foreign', {})
    twin = project.create_snapshot(volume_id, 'twin', MARKED)
    found = project.find_snapshots('member-1')
    assert [each.id for each in found] == [snapshot.id, twin.id]
    assert project.find_snapshots('member-2') == []
    assert len(project.list_snapshots()) == 4


@pytest.mark.parametrize(
    ('metadata', 'expected'),
    [
        ({resource.MARKER: 'm' * 255}, None),
        ({resource.MARKER: 'm' * 256}, errors.CloudRefused),
    ],
)
def test_length_of_metadata(project, volume_id, metadata, expected):
    if expected is None:
        project.create_snapshot(volume_id, 'long', metadata)
    else:
        with pytest.raises(expected):
            project.create_snapshot(volume_id, 'long', metadata)


def test_create_of_no_volume(project):
    with pytest.raises(errors.NotFound):
        project.create_snapshot(fake_world.MISSING, 'nightly', MARKED)


def test_create_of_foreign_volume(world, volume_id):
    with pytest.raises(errors.NotFound):
        world.stranger.create_snapshot(volume_id, 'theirs', {})


def test_create_of_broken_volume(world, project):
    volume_id = world.make_volume()
    world.put_volume(volume_id, 'error')
    with pytest.raises(errors.CloudConflict):
        project.create_snapshot(volume_id, 'nightly', MARKED)


def test_create_that_fails_later(world, project, volume_id):
    with world.broken('create_snapshot'):
        made = project.create_snapshot(volume_id, 'nightly', MARKED)
        world.eventually(lambda: status_of(project, made.id) == 'error')
    project.delete_snapshot(made.id)
    world.eventually(lambda: status_of(project, made.id) == 'gone')


def test_delete(world, project, snapshot):
    project.delete_snapshot(snapshot.id)
    world.eventually(lambda: status_of(project, snapshot.id) == 'gone')
    assert project.find_snapshots('member-1') == []
    with pytest.raises(errors.NotFound):
        project.delete_snapshot(snapshot.id)


def test_delete_twice_at_once(world, project, snapshot):
    with world.slow('delete_snapshot'):
        project.delete_snapshot(snapshot.id)
        assert status_of(project, snapshot.id) == 'deleting'
        with pytest.raises(errors.CloudConflict):
            project.delete_snapshot(snapshot.id)
    world.eventually(lambda: status_of(project, snapshot.id) == 'gone')


def test_delete_while_creating(world, project, volume_id):
    with world.slow('create_snapshot'):
        made = project.create_snapshot(volume_id, 'nightly', MARKED)
        with pytest.raises(errors.CloudConflict):
            project.delete_snapshot(made.id)
    world.eventually(lambda: status_of(project, made.id) == 'available')


def test_another_beside_one_that_is_being_made(world, project, volume_id):
    with world.slow('create_snapshot'):
        first = project.create_snapshot(volume_id, 'nightly', MARKED)
        second = project.create_snapshot(volume_id, 'nightly', MARKED)
    assert first.id != second.id
    for each in (first, second):
        world.eventually(
            lambda of=each.id: status_of(project, of) == 'available'
        )


def test_delete_while_backend_is_busy(world, project, snapshot):
    with world.broken('delete_snapshot'):
        project.delete_snapshot(snapshot.id)
        world.eventually(
            lambda: status_of(project, snapshot.id) == 'available'
        )


def test_delete_of_foreign_snapshot(world, project, snapshot):
    with pytest.raises(errors.NotFound):
        world.stranger.delete_snapshot(snapshot.id)
    assert status_of(project, snapshot.id) == 'available'


def test_read(world, project, volume_id, snapshot):
    found = project.get_snapshot(snapshot.id)
    assert project.list_snapshots() == [found]
    for asked in (project, world.stranger):
        with pytest.raises(errors.NotFound):
            asked.get_snapshot(fake_world.MISSING)
    with pytest.raises(errors.NotFound):
        world.stranger.get_snapshot(snapshot.id)


def test_message_of_a_refused_delete(world, project, snapshot):
    assert project.last_message(snapshot.id) == ''
    with world.broken('delete_snapshot'):
        project.delete_snapshot(snapshot.id)
        world.eventually(
            lambda: status_of(project, snapshot.id) == 'available'
        )
    assert project.last_message(snapshot.id)


@pytest.mark.parametrize(
    'limit', ['snapshots', 'gigabytes', 'snapshots_fake', 'gigabytes_fake']
)
def test_quota(world, project, volume_id, limit):
    world.limit(**{limit: 1})
    if limit.startswith('snapshots'):
        project.create_snapshot(volume_id, 'the only', {})
    with pytest.raises(errors.QuotaExceeded):
        project.create_snapshot(volume_id, 'one more', MARKED)
    assert project.find_snapshots('member-1') == []


def test_headroom(world, project, volume_id, snapshot):
    assert project.get_headroom() == resource.Headroom(None, None, None)
    world.limit(snapshots=3, volumes=5, gigabytes=10)
    assert project.get_headroom() == resource.Headroom(
        snapshots=2, volumes=4, gigabytes=8
    )
    world.limit(snapshots_fake=2, gigabytes_fake=-1)
    assert project.get_headroom().types == {
        'fake': resource.TypeRoom(snapshots=1, gigabytes=None)
    }


def test_failed_snapshots_use_quota(world, project, volume_id):
    world.limit(snapshots=1)
    with world.broken('create_snapshot'):
        made = project.create_snapshot(volume_id, 'nightly', MARKED)
        world.eventually(lambda: status_of(project, made.id) == 'error')
    assert project.get_headroom().snapshots == 0
