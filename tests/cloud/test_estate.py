"""What ordeals and outages are judged by can tell that something is wrong."""

import collections

import pytest

from snapfault.db import points
from tests.cloud import estate as estates
from tests.cloud import judgement
from tests.cloud import workers
from tests.demo import service


@pytest.fixture
def estate(state, tmp_path, until):
    """Give one service with a good point, which was recovered once."""
    url = f'sqlite:///{tmp_path}/snapfault.db'
    made = estates.Estate(state, tmp_path, url, 1)
    minicloud = service.read_minicloud(state)
    with workers.Workers(tmp_path, minicloud, 1):
        for ask in (made.ask_for_run, made.break_first):
            ask(made.services[0])
            until(made.is_calm, 120)
    yield made
    made.close()


def _judged(estate):
    return judgement.judge(estate, collections.Counter())


def test_a_second_rebuild_and_a_snapshot_that_vanished(estate, until):
    assert _judged(estate) == []
    (each,) = estate.services
    project, world = estate.world.project, estate.world
    server = project.get_server(each.server_id)
    project.rebuild_server(
        each.server_id, world.image_id, 'once more', server.metadata
    )
    until(lambda: project.get_server(each.server_id).status == 'ACTIVE')
    assert any('rebuilt 2 times for 1 steps' in x for x in _judged(estate))

    *_, point = points.history(
        estate.database, each.project_id, each.business_id
    )
    victim = point.members[0].snapshot_id
    project.delete_snapshot(victim)
    until(lambda: victim not in {s.id for s in project.list_snapshots()})
    lacks = f'{point.id} lacks {{{victim!r}}}'
    assert any(lacks in x for x in _judged(estate))
