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


@pytest.mark.parametrize('method', failing.MAKES)
@pytest.mark.parametrize('which', [0, 1])
def test_what_was_made_twice_goes_but_for_one(method, which):
    """The first ask was not answered, and lands after the second."""
    stage = scenarios.BY_NAME['full'].build()
    before = set(stage.cloud.world.snapshots)
    lost = stage.cloud.volumes_of(stage.servers['shop'])[which]
    of_point = {
        each.volume_id: each.snapshot_id for each in stage.good()[0].members
    }
    match = {'create_snapshot': lost.id, 'create_volume': of_point[lost.id]}
    stage.cloud.land_later(method, failing.AWAY, match[method])
    asked = stage.cloud.count(method)
    scenario.work(stage)
    (ended,) = stage.recoveries()
    assert ended.status is model.RecoveryStatus.DONE
    assert stage.cloud.count(method) == asked + 3
    assert _strays(stage) == []
    assert before <= set(stage.cloud.world.snapshots)  # those of the point
    safe = [
        each.volume_id
        for each in stage.cloud.world.snapshots.values()
        if each.id not in before
    ]
    assert len(safe) == len(set(safe)) == 2
