"""The fault matrix: each call of each step fails in each way.

A sample here; ``make proof`` fails every call in every way.
"""

import random

import pytest

from snapfault import errors
from snapfault import model
from tests.functional.matrix import failing
from tests.functional.matrix import scenario
from tests.functional.matrix import scenarios
from tests.functional.matrix import strays

SAMPLE = 4  #: faults of each scenario


@pytest.mark.parametrize(
    'each', scenarios.SCENARIOS, ids=lambda each: each.name
)
def test_whatever_fails_there_is_a_decided_end(each):
    count, wrong = failing.sample(each, SAMPLE, random.Random(4))
    assert wrong == []
    assert count == SAMPLE


def _strays(stage):
    return strays.strays(stage.cloud.project(stage.right), stage.database)


def test_a_copy_that_cannot_be_looked_for_is_noted_all_the_same():
    """The right goes before the volumes are exchanged."""
    stage = scenarios.BY_NAME['full'].build()
    refused = errors.CloudRefused('400')
    stage.cloud.fail('stop_server', refused)

    def once_copied(stage):
        if len(stage.cloud.world.volumes) == 4:
            stage.cloud.fail('list_volumes', refused, times=None)

    scenario.work(stage, meanwhile=once_copied)
    assert stage.recoveries()[0].status is model.RecoveryStatus.FAILED
    stage.cloud.heal()
    assert _strays(stage) == []


def test_what_is_being_detached_is_kept_and_not_returned():
    stage = scenarios.BY_NAME['full'].build()
    stage.cloud.hang_next('detach_volume')
    scenario.work(stage)
    assert stage.recoveries()[0].status is model.RecoveryStatus.FAILED
    stage.cloud.heal()
    stage.cloud.settle()
    assert _strays(stage) == []
