"""What ordeals and outages are judged by can tell that something is wrong."""

import collections
import dataclasses

import pytest

from snapfault.db import points
from tests.cloud import estate as estates
from tests.cloud import judgement
from tests.cloud import ordeal
from tests.cloud import workers
from tests.demo import service


@pytest.fixture
def asked(state, tmp_path, until):
    """Give what makes one service, of which one thing is asked at a time."""
    made = []

    def asked(*names, **changes):
        url = f'sqlite:///{tmp_path}/snapfault.db'
        made.append(estates.Estate(state, tmp_path, url, 1, **changes))
        (estate,) = made
        minicloud = service.read_minicloud(state)
        with workers.Workers(tmp_path, minicloud, 1):
            for name in names:
                getattr(estate, name)(estate.services[0])
                until(estate.is_calm, 120, name)
        return estate

    yield asked
    for each in made:
        each.close()


def _judged(estate):
    return judgement.judge(estate, collections.Counter())


def test_a_second_rebuild_and_a_snapshot_that_vanished(asked, until):
    estate = asked('ask_for_run', 'break_first')
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


def _exchange(estate, until):
    """Attach a volume that an undo took off in the place of another."""
    (each,) = estate.services
    project = estate.world.project
    (spare, *_) = (
        one for one in project.list_volumes() if not one.attached_to
    )
    *_, place = project.list_attachments(each.server_id)
    project.detach_volume(each.server_id, place.volume_id)
    until(lambda: not project.get_volume(place.volume_id).attached_to)
    taken = dataclasses.replace(place, volume_id=spare.id)
    project.attach_volume(each.server_id, taken)
    until(lambda: project.get_volume(spare.id).status == 'in-use')


def test_an_undo_that_puts_back_one_volume_of_two(asked, until):
    names = ('ask_for_run', 'break_alone', 'ask_for_undo')
    estate = asked(*names, of_volumes=1, automatic=True)
    ended = collections.Counter()
    assert judgement.judge(estate, ended) == []
    assert ended == {'runs': 1, 'automatic recoveries': 1, 'undos': 1}
    _exchange(estate, until)
    wrong = _judged(estate)
    assert any('has data of two moments' in each for each in wrong), wrong


@pytest.mark.parametrize(
    ('kills', 'wrong'),
    [
        (ordeal.THOROUGH, ['nobody was killed at undos']),
        (ordeal.THOROUGH - 1, []),
    ],
)
def test_a_kind_of_work_at_which_nobody_was_killed(kills, wrong):
    kinds = dict.fromkeys(estates.KINDS, 30) | {'undos': 0}
    tally = ordeal.Tally(
        kills=collections.Counter(runs=kills),
        kinds=collections.Counter(kinds),
        steps=collections.Counter(),
        ended=collections.Counter(),
        wrong=[],
    )
    assert tally.unstruck() == wrong
