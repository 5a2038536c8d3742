"""Recoveries that somebody meddles with; ``make proof`` has every moment."""

import random

import pytest

from tests.functional.matrix import deeds
from tests.functional.matrix import races

#: Of each deed.
MOMENTS = {races.by_person: 2, races.by_itself: 1}


@pytest.mark.parametrize(
    'begin', races.BEGINNINGS, ids=lambda begin: begin.__name__
)
@pytest.mark.parametrize('deed', deeds.DEEDS, ids=lambda deed: deed.name)
def test_whatever_is_done_meanwhile_it_ends_clearly(begin, deed, pytestconfig):
    seed = pytestconfig.getoption('--hypothesis-seed')
    chance = random.Random(f'{seed} {begin.__name__} {deed.name}')
    moments = range(1, len(races.calls(begin)) + 1)
    for number in chance.sample(moments, MOMENTS[begin]):
        assert races.race(begin, deed, number) == []


def test_a_service_that_lets_a_second_worker_in_is_found_out(monkeypatch):
    """The judgement can fail: here the claim forgets whose it is."""
    deed = deeds.Deed('nothing', lambda stage: 'it let a second one in')
    assert races.race(races.by_person, deed, 5) == [
        'by_person: nothing after call 5: it let a second one in'
    ]


def test_data_that_is_gone_is_found_out():
    """The judgement can fail: here somebody takes what was damaged."""

    def take(stage):
        stage.cloud.world.snapshots.pop(
            next(iter(stage.cloud.world.snapshots))
        )

    last = len(races.calls(races.by_person))
    wrong = races.race(races.by_person, deeds.Deed('taken', take), last)
    assert any(each.endswith(' is gone') for each in wrong), wrong


def test_a_server_that_is_rebuilt_though_it_was_well_is_found_out():
    """The judgement can fail: here nobody mends what is to be let be."""
    deed = deeds.Deed('nothing', lambda stage: None, mends=True)
    wrong = races.race(races.by_itself, deed, 3)
    assert any(each.endswith('well, and is rebuilt') for each in wrong), wrong
    assert any(each.endswith('it is done') for each in wrong), wrong
