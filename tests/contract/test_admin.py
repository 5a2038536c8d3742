"""What the service asks in its own name: hosts, evacuations, repairs."""

import dataclasses

import pytest

from snapfault import errors
from tests.contract import fake_world


def settled(world, project, server_id):
    def probe():
        found = project.get_server(server_id)
        return found if found.task_state is None else None

    return world.eventually(probe)


def volume_statuses(project, server_id):
    return [
        project.get_volume(each.volume_id).status
        for each in project.list_attachments(server_id)
    ]


def test_host(world, server_id):
    found = world.cloud.locate_server(server_id).host
    assert (found.status, found.forced_down) == ('UP', False)
    with world.compute_down():
        lost = world.cloud.locate_server(server_id).host
    assert (lost.status, lost.forced_down) == ('DOWN', True)
    assert lost.name == found.name


def test_a_server_is_shown_as_its_owner_sees_it(world, project, server_id):
    found = world.cloud.locate_server(server_id)
    assert found.project_id == world.project_id
    assert found.server.host_status == 'UP'
    told = dataclasses.replace(found.server, host_status=None)
    assert told == project.get_server(server_id)
    world.put_in_error(server_id)
    found = world.cloud.locate_server(server_id)
    told = dataclasses.replace(found.server, host_status=None)
    assert told.status == 'ERROR'
    assert told == project.get_server(server_id)


def test_what_all_projects_have(world, project, server_id):
    found = world.cloud.list_all()[world.project_id]
    told = {
        key: dataclasses.replace(each, host_status=None)
        for key, each in found.servers.items()
    }
    assert found.servers[server_id].host_status == 'UP'
    assert told == {each.id: each for each in project.list_servers()}
    assert found.volumes == {each.id: each for each in project.list_volumes()}


def test_host_of_no_server(world):
    assert world.cloud.locate_server(fake_world.MISSING) is None


@pytest.mark.parametrize('before', ['ACTIVE', 'SHUTOFF', 'ERROR'])
def test_evacuation(world, project, before):
    server_id = world.make_server_on_spare_host()
    if before == 'SHUTOFF':
        project.stop_server(server_id)
        settled(world, project, server_id)
    elif before == 'ERROR':
        world.put_in_error(server_id)
    attached = project.list_attachments(server_id)
    host = world.cloud.locate_server(server_id).host.name
    host_id = project.get_server(server_id).host_id
    with world.host_lost():
        world.cloud.evacuate_server(server_id)
        # Only one that was in ERROR stays up. The others are ACTIVE and
        # settled for a moment, too: Nova spawns, then stops them.
        after = 'ACTIVE' if before == 'ERROR' else 'SHUTOFF'
        world.eventually(lambda: project.get_server(server_id).status == after)
        found = settled(world, project, server_id)
        assert (found.status, found.fault) == (after, '')
        assert found.host_id != host_id
        now = world.cloud.locate_server(server_id).host
        assert (now.name != host, now.status) == (True, 'UP')
        assert project.list_attachments(server_id) == attached
        assert volume_statuses(project, server_id) == ['in-use']


def test_evacuation_from_a_host_that_is_up(world, project, server_id):
    with pytest.raises(errors.CloudConflict):
        world.cloud.evacuate_server(server_id)
    assert project.get_server(server_id).status == 'ACTIVE'


def test_evacuation_to_nowhere(world, project):
    server_id = world.make_server_on_spare_host()
    with world.host_lost(is_only=True):
        world.cloud.evacuate_server(server_id)
        found = settled(world, project, server_id)
    assert (found.status, bool(found.fault)) == ('ERROR', True)
    assert volume_statuses(project, server_id) == ['in-use']


def test_evacuation_that_fails_there(world, project):
    server_id = world.make_server_on_spare_host()
    with world.host_lost():
        with world.broken('evacuate_server'):
            world.cloud.evacuate_server(server_id)
            assert settled(world, project, server_id).status == 'ERROR'
        assert volume_statuses(project, server_id) == ['in-use']


def test_evacuation_of_no_server(world):
    with pytest.raises(errors.NotFound):
        world.cloud.evacuate_server(fake_world.MISSING)


def test_repair_of_what_a_broken_rebuild_left(
    world, project, server_id, volume_id
):
    with world.broken('destroy_guest'):
        project.rebuild_server(server_id, world.image_id, 'recovery-1')
        assert settled(world, project, server_id).status == 'ERROR'
    assert project.get_volume(volume_id).status == 'reserved'
    world.cloud.repair_volume(volume_id)
    assert project.get_volume(volume_id).status == 'in-use'
    project.rebuild_server(server_id, world.image_id, 'recovery-2')
    assert settled(world, project, server_id).status == 'ACTIVE'
    assert volume_statuses(project, server_id) == ['in-use']


def test_repair_of_no_volume(world):
    with pytest.raises(errors.NotFound):
        world.cloud.repair_volume(fake_world.MISSING)
