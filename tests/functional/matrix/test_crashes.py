"""The crash matrix. Invariant 4.

A sample here; ``make proof`` dies at every moment there is.
"""

import random

import pytest

from tests.functional.matrix import crashes
from tests.functional.matrix import scenario
from tests.functional.matrix import scenarios

EVERY = pytest.mark.parametrize(
    'each', scenarios.SCENARIOS, ids=lambda each: each.name
)
SAMPLE = 8  #: moments of each scenario


@EVERY
def test_invariant_4_whoever_dies_at_any_moment_it_ends_the_same(each):
    count, wrong = crashes.sample(each, SAMPLE, random.Random(4))
    assert wrong == []
    assert count == SAMPLE


def test_every_call_and_every_commit_has_two_moments():
    each = scenarios.BY_NAME['full']
    stage = each.build()
    asked, written = stage.cloud.count(), []
    real = stage.database.writer
    stage.database.writer = lambda: written.append(1) or real()
    scenario.work(stage)
    asked = stage.cloud.count() - asked
    found = crashes.undisturbed(each).moments
    assert len(found) == 2 * (asked + len(written))


def test_one_that_ends_otherwise_is_told():
    each = scenarios.BY_NAME['full']
    before = crashes.undisturbed(each)
    other = {**before.outcome, 'good points': {'shop': 7}}
    count, wrong = crashes.die(
        each, crashes.Undisturbed(other, before.moments), {0, 5}, ()
    )
    assert count == len(wrong) == 2
    assert "good points: {'shop': 1}, not {'shop': 7}" in wrong[0]
