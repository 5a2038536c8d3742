"""Recoveries that somebody meddles with; ``make proof`` has every moment."""

import random

import pytest

from tests.functional.matrix import deeds
from tests.functional.matrix import races

MOMENTS = 3  #: of each deed


@pytest.fixture(scope='module')
def calls():
    """Count the calls of a recovery that nobody meddles with."""
    return races.calls()


@pytest.mark.parametrize('deed', deeds.DEEDS, ids=lambda deed: deed.name)
def test_whatever_is_done_meanwhile_it_ends_clearly(deed, calls, pytestconfig):
    seed = pytestconfig.getoption('--hypothesis-seed')
    chance = random.Random(f'{seed} {deed.name}')
    for number in chance.sample(range(1, calls + 1), MOMENTS):
        assert races.race(deed, number) == []


def test_a_service_that_lets_a_second_worker_in_is_found_out(monkeypatch):
    """The judgement can fail: here the claim forgets whose it is."""
    deed = deeds.Deed('nothing', lambda stage: 'it let a second one in')
    assert races.race(deed, 5) == [
        'nothing after call 5: it let a second one in'
    ]


def test_data_that_is_gone_is_found_out(calls):
    """The judgement can fail: here somebody takes what was damaged."""

    def take(stage):
        stage.cloud.world.snapshots.pop(
            next(iter(stage.cloud.world.snapshots))
        )

    wrong = races.race(deeds.Deed('taken', take), calls)
    assert any(each.endswith(' is gone') for each in wrong), wrong
