"""Each change has the cloud's own id, for who collects them."""

import threading

import pytest

from snapfault import errors
from snapfault.cloud import request_ids


def test_each_change_is_named_once(world, project, server_id):
    (attached,) = project.list_attachments(server_id)
    with request_ids.collected() as ids:
        made = project.create_snapshot(attached.volume_id, 'named', {})
        project.stop_server(server_id)
    assert len(set(ids)) == 2
    assert all(each.startswith('req-') for each in ids)
    world.eventually(
        lambda: project.get_snapshot(made.id).status == 'available'
    )


def test_a_refused_change_has_one_too(project, server_id):
    with request_ids.collected() as ids, pytest.raises(errors.CloudConflict):
        project.start_server(server_id)
    assert len(ids) == 1


def test_reads_are_left_out_and_so_is_what_nobody_collects(project, server_id):
    with request_ids.collected() as ids:
        project.get_server(server_id)
        project.list_volumes()
    project.stop_server(server_id)
    assert ids == []


def test_a_thread_collects_its_own(project, server_id):
    ended = []

    def other():
        with request_ids.collected() as own:
            ended.append(own)

    with request_ids.collected() as ids:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        project.stop_server(server_id)
    assert len(ids) == 1
    assert ended == [[]]
