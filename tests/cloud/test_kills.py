"""Real SIGKILLs of real workers; ``make proof ONLY=sigkill`` has many."""

import random

import pytest

from tests.cloud import ordeal

KILLS = 3
SERVICES = 2


@pytest.mark.timeout(600)
def test_invariant_4_killed_at_random_moments_all_ends_well(state, tmp_path):
    trial = ordeal.Ordeal(state, tmp_path, SERVICES, random.Random(4))
    tally = trial.go(KILLS, lambda done, note: None)
    assert tally.wrong == []
    assert tally.kills.total() == KILLS
