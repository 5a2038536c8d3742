"""Services that refuse, hang, or lose their answer."""

import pytest

from snapfault import errors
from snapfault import resource
from snapfault import rules

MEMORY = rules.Metric('memory.usage')


@pytest.fixture
def reads(world, server_id):
    """Give one read of each service."""
    return {
        'nova': lambda to: to.get_server(server_id),
        'cinder': lambda to: to.list_volumes(),
        'glance': lambda to: to.get_image(world.image_id),
        'keystone': lambda to: to.check(),
    }


@pytest.mark.parametrize('service', ['nova', 'cinder', 'glance', 'keystone'])
def test_down(world, project, reads, service):
    with (
        world.down(service),
        pytest.raises(errors.CloudUnavailable),
    ):
        reads[service](project)
    reads[service](project)


@pytest.mark.parametrize('service', ['nova', 'cinder', 'glance', 'keystone'])
def test_hanging(world, reads, service):
    with (
        world.hanging(service),
        pytest.raises(errors.CloudUnavailable),
    ):
        reads[service](world.impatient)


def test_down_from_the_first_call_on(world, reads):
    """Not even the service's versions are known yet."""
    fresh = world.fresh_project()
    for service in ('nova', 'cinder', 'glance'):
        with (
            world.down(service),
            pytest.raises(errors.CloudUnavailable),
        ):
            reads[service](fresh)
        reads[service](fresh)


def test_changes_are_refused_once(world, project, server_id, volume_id):
    with world.down('cinder'), pytest.raises(errors.CloudUnavailable):
        project.create_snapshot(volume_id, 'nightly', {})
    with world.down('nova'), pytest.raises(errors.CloudUnavailable):
        project.stop_server(server_id)
    assert project.list_snapshots() == []
    assert project.get_server(server_id).status == 'ACTIVE'


def test_lost_answer_is_found_by_marker(world, project, volume_id):
    marked = {resource.MARKER: 'member-1'}
    with (
        world.answer_lost('cinder', 'create_snapshot'),
        pytest.raises(errors.CloudUnavailable),
    ):
        project.create_snapshot(volume_id, 'nightly', marked)
    assert len(project.find_snapshots('member-1')) == 1


def test_lost_answer_of_a_rebuild(world, project, server_id):
    with (
        world.answer_lost('nova', 'rebuild_server'),
        pytest.raises(errors.CloudUnavailable),
    ):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
    found = project.get_server(server_id)
    assert found.metadata == {resource.RECOVERY: 'recovery-1'}


def test_host_status_while_nova_is_down(world, server_id):
    with world.down('nova'), pytest.raises(errors.CloudUnavailable):
        world.cloud.host_status(server_id)


def test_measures(world, server_id):
    other = world.make_server(volumes=0)
    world.post_measure(server_id, MEMORY.name, 42.0)
    found = world.eventually(
        lambda: world.cloud.read_measures([server_id, other], [MEMORY])
    )
    assert {each: found[each][MEMORY].value for each in found} == {
        server_id: 42.0
    }
    with world.down('gnocchi'), pytest.raises(errors.CloudUnavailable):
        world.cloud.read_measures([server_id], [MEMORY])
