"""Groups of volumes: looked at, taken at one moment, removed as one."""

import pytest

from snapfault import errors
from snapfault import resource
from tests.contract import fake_world


@pytest.fixture
def volume_ids(world, project):
    """Give two volumes of one server, in use."""
    server_id = world.make_server(volumes=2)
    return [each.volume_id for each in project.list_attachments(server_id)]


@pytest.fixture
def group_id(world, volume_ids):
    """Give a group of both whose type promises one moment."""
    return world.make_group(volume_ids)


def members_of(project, group_snapshot_id):
    """List the members of a group snapshot, by volume."""
    found = {
        each.volume_id: each
        for each in project.list_snapshots()
        if each.group_snapshot_id == group_snapshot_id
    }
    return [found[key] for key in sorted(found)]


def statuses_of(project, group_snapshot_id):
    return {each.status for each in members_of(project, group_snapshot_id)}


@pytest.fixture
def whole(world, project, group_id):
    """Give the id of a group snapshot that is available."""
    made = project.create_group_snapshot(group_id, 'nightly', 'point-1')
    world.eventually(lambda: statuses_of(project, made) == {'available'})
    return made


@pytest.mark.parametrize('consistent', [True, False])
def test_group(world, project, volume_ids, consistent):
    group_id = world.make_group(volume_ids, consistent)
    found = project.get_group(group_id)
    assert (found.id, found.name, found.status) == (
        group_id,
        'group',
        'available',
    )
    assert world.cloud.is_consistent(found.group_type_id) is consistent
    listed = {each.id: each.group_id for each in project.list_volumes()}
    assert listed == dict.fromkeys(volume_ids, group_id)


def test_no_group(world, project, group_id):
    for asked, wanted in (
        (project, fake_world.MISSING),
        (world.stranger, group_id),
    ):
        with pytest.raises(errors.NotFound):
            asked.get_group(wanted)
        with pytest.raises(errors.NotFound):
            asked.create_group_snapshot(wanted, 'nightly', '')
    assert world.cloud.is_consistent(fake_world.MISSING) is None


def test_volume_in_no_group(project, volume_id):
    assert project.get_volume(volume_id).group_id is None


def test_members_bear_the_marks_of_the_whole_at_once(
    world, project, volume_ids, group_id
):
    with world.slow('create_group_snapshot'):
        made = project.create_group_snapshot(group_id, 'nightly', 'point-1')
        members = members_of(project, made)
    assert [each.volume_id for each in members] == sorted(volume_ids)
    for each in members:
        assert (each.name, each.description) == ('nightly', 'point-1')
        assert (each.status, each.size, each.metadata) == ('creating', 1, {})
    spread = members[0].created_at - members[1].created_at
    assert abs(spread.total_seconds()) < 1
    world.eventually(lambda: statuses_of(project, made) == {'available'})


def test_a_single_snapshot_is_of_no_group(project, volume_id):
    made = project.create_snapshot(volume_id, 'nightly', {})
    assert (made.group_snapshot_id, made.description) == (None, '')


def test_create_of_an_empty_group(world, project):
    with pytest.raises(errors.CloudConflict):
        project.create_group_snapshot(world.make_group([]), 'nightly', '')


def test_create_with_a_broken_volume(world, project, volume_ids, group_id):
    world.put_volume(volume_ids[0], 'error')
    with pytest.raises(errors.CloudConflict):
        project.create_group_snapshot(group_id, 'nightly', '')
    assert project.list_snapshots() == []


@pytest.mark.parametrize('limit', ['snapshots', 'gigabytes'])
def test_quota_of_all_members(world, project, group_id, limit):
    world.limit(**{limit: 3 if limit == 'gigabytes' else 1})
    with pytest.raises(errors.QuotaExceeded):
        project.create_group_snapshot(group_id, 'nightly', '')
    assert project.list_snapshots() == []


def test_length_of_description(project, group_id):
    project.create_group_snapshot(group_id, 'nightly', 'd' * 255)
    with pytest.raises(errors.CloudRefused):
        project.create_group_snapshot(group_id, 'nightly', 'd' * 256)


def test_create_that_fails_later(world, project, group_id):
    with world.broken('create_group_snapshot'):
        made = project.create_group_snapshot(group_id, 'nightly', '')
        world.eventually(lambda: statuses_of(project, made) == {'error'})
    project.delete_group_snapshot(made)
    world.eventually(lambda: statuses_of(project, made) == set())


def test_a_member_is_marked_while_it_is_created(world, project, group_id):
    with world.slow('create_group_snapshot'):
        made = project.create_group_snapshot(group_id, 'nightly', '')
        member, _ = members_of(project, made)
        assert member.status == 'creating'
        project.mark_snapshot(member.id, {resource.MARKER: 'member-1'})
        project.mark_snapshot(member.id, {resource.POINT: 'point-1'})
    world.eventually(lambda: statuses_of(project, made) == {'available'})
    (found,) = project.find_snapshots('member-1')
    assert found.id == member.id
    assert found.metadata == {
        resource.MARKER: 'member-1',
        resource.POINT: 'point-1',
    }


def test_mark_of_no_snapshot(world, project, whole):
    with pytest.raises(errors.NotFound):
        project.mark_snapshot(fake_world.MISSING, {})
    member = members_of(project, whole)[0]
    with pytest.raises(errors.NotFound):
        world.stranger.mark_snapshot(member.id, {})


def test_a_member_is_not_deleted_alone(project, whole):
    for each in members_of(project, whole):
        with pytest.raises(errors.CloudConflict):
            project.delete_snapshot(each.id)
    assert statuses_of(project, whole) == {'available'}


def test_delete(world, project, whole):
    project.delete_group_snapshot(whole)
    world.eventually(lambda: statuses_of(project, whole) == set())

    def is_gone():
        try:
            project.delete_group_snapshot(whole)
        except errors.NotFound:
            return True
        except errors.CloudConflict:  # the members go before the whole
            return False

    world.eventually(is_gone)


def test_delete_of_foreign_group_snapshot(world, project, whole):
    with pytest.raises(errors.NotFound):
        world.stranger.delete_group_snapshot(whole)
    assert statuses_of(project, whole) == {'available'}


def test_delete_while_creating(world, project, group_id):
    with world.slow('create_group_snapshot'):
        made = project.create_group_snapshot(group_id, 'nightly', '')
        with pytest.raises(errors.CloudConflict):
            project.delete_group_snapshot(made)
    world.eventually(lambda: statuses_of(project, made) == {'available'})


def test_delete_while_backend_is_busy(world, project, whole):
    with world.broken('delete_group_snapshot'):
        project.delete_group_snapshot(whole)
        world.eventually(lambda: statuses_of(project, whole) == {'error'})
    project.delete_group_snapshot(whole)  # may be asked again
    world.eventually(lambda: statuses_of(project, whole) == set())


def test_a_volume_is_made_of_a_member(world, project, whole):
    member = members_of(project, whole)[0]
    made = project.create_volume(member.id, 1, 'restored', {})
    world.eventually(lambda: project.get_volume(made.id).status == 'available')
