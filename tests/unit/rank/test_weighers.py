"""Each weigher alone: what is sooner, what is absent."""

import datetime
import math

import pytest

from snapfault import model
from snapfault import rules
from snapfault.rank import plan
from snapfault.rank.weighers import performance
from snapfault.rank.weighers import rpo
from tests import build

CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')
PERFORMANCE = performance.Performance()
RPO = rpo.Rpo()


def candidate(age=None, made=0, **policy):
    """Give a candidate; ``age`` and ``made`` are seconds ago."""
    return model.Candidate(
        task=build.task(),
        protection=build.protection(created_at=ago(made)),
        policy=build.policy(**policy),
        last_good_at=None if age is None else ago(age),
        now=build.NOW,
    )


def ago(seconds):
    return build.NOW - datetime.timedelta(seconds=seconds)


def over(*bounds):
    return tuple(rules.Threshold(*each) for each in bounds)


def measured(values):
    return {m: model.Measure(v, build.NOW) for m, v in values.items()}


def weight_alone(weigher, one, measures):
    (ranked,) = plan.rank([one], {'server-1': measures}, {'weigher': weigher})
    return ranked.parts[0].normalised


PERFORMANCES = [
    # thresholds, posture, measures, raw
    ([(CPU, 80.0)], 'risk', {CPU: 40.0}, 0.5),
    ([(CPU, 80.0)], 'risk', {CPU: 80.0}, 1.0),
    ([(CPU, 80.0)], 'risk', {CPU: 160.0}, 2.0),
    ([(CPU, 80.0)], 'risk', {CPU: 0.0}, 0.0),
    ([(CPU, 80.0)], 'calm', {CPU: 40.0}, -0.5),
    ([(CPU, 80.0)], 'calm', {CPU: 160.0}, -2.0),
    ([(CPU, 80.0)], 'calm', {CPU: 0.0}, 0.0),
    # the largest relation counts, in the order of neither
    ([(CPU, 80.0), (MEMORY, 100.0)], 'risk', {CPU: 8, MEMORY: 90}, 0.9),
    ([(MEMORY, 100.0), (CPU, 80.0)], 'risk', {CPU: 8, MEMORY: 90}, 0.9),
    ([(CPU, 80.0), (MEMORY, 100.0)], 'calm', {CPU: 8, MEMORY: 90}, -0.9),
    # some absent: the rest decides
    ([(CPU, 80.0), (MEMORY, 100.0)], 'risk', {CPU: 8}, 0.1),
    # two bounds on one metric: the lower one is the further exceeded
    ([(CPU, 80.0), (CPU, 40.0)], 'risk', {CPU: 80}, 2.0),
    # absent data, in all its forms
    ([], 'risk', {CPU: 40.0}, None),
    ([(CPU, 80.0)], 'risk', {}, None),
    ([(CPU, 80.0)], 'calm', {}, None),
    ([(CPU, 80.0)], 'risk', {MEMORY: 40.0}, None),
    # what no policy may hold makes no weight either
    ([(CPU, 0.0)], 'risk', {CPU: 40.0}, None),
    ([(CPU, -1.0)], 'risk', {CPU: 40.0}, None),
    ([(CPU, math.nan)], 'risk', {CPU: 40.0}, None),
    ([(CPU, math.inf)], 'risk', {CPU: 40.0}, None),
    ([(CPU, math.nan), (MEMORY, 80.0)], 'risk', {CPU: 9, MEMORY: 8}, 0.1),
]


@pytest.mark.parametrize(
    ('thresholds', 'posture', 'values', 'raw'), PERFORMANCES
)
def test_performance(thresholds, posture, values, raw):
    one = candidate(
        thresholds=over(*thresholds), posture=rules.Posture(posture)
    )
    assert PERFORMANCE.weigh(one, measured(values)) == raw


@pytest.mark.parametrize('posture', rules.Posture)
def test_performance_more_is_sooner_under_risk_later_under_calm(posture):
    one = candidate(thresholds=over((CPU, 80.0)), posture=posture)
    raws = [
        PERFORMANCE.weigh(one, measured({CPU: load}))
        for load in (0.0, 10.0, 79.9, 80.0, 80.1, 500.0)
    ]
    assert raws == sorted(raws, reverse=posture is rules.Posture.CALM)
    assert len(set(raws)) == len(raws)


RPOS = [
    # rpo, age of the last good point, age of the protection, raw
    (100, 0, 500, 0.0),
    (100, 50, 500, 0.5),
    (100, 100, 500, 1.0),
    (100, 1000, 5000, 10.0),
    # none yet: since it was made
    (100, None, 50, 0.5),
    (100, None, 1000, 10.0),
    # the cloud's clock is ahead of ours
    (100, -50, 500, 0.0),
    # no deadline: nothing to age toward
    (None, 50, 500, None),
    (None, None, 500, None),
    (0, 50, 500, None),
]


@pytest.mark.parametrize(('seconds', 'age', 'made', 'raw'), RPOS)
def test_rpo(seconds, age, made, raw):
    one = candidate(age=age, made=made, rpo=seconds)
    assert RPO.weigh(one, {}) == raw


def test_rpo_more_is_sooner():
    raws = [
        RPO.weigh(candidate(age=age, rpo=100), {})
        for age in (0, 1, 99, 100, 101, 10**6)
    ]
    assert raws == sorted(raws)
    assert len(set(raws)) == len(raws)


def test_one_candidate():
    loaded = candidate(thresholds=over((CPU, 80.0)), age=30, rpo=100)
    measures = measured({CPU: 160.0})
    assert weight_alone(PERFORMANCE, loaded, measures) == 0.0
    # no others bear on it: that is what absolute means
    assert weight_alone(RPO, loaded, measures) == 0.3


@pytest.mark.parametrize(
    ('weigher', 'normalised'), [(PERFORMANCE, 0.0), (RPO, 0.3)]
)
def test_all_equal(weigher, normalised):
    loaded = candidate(thresholds=over((CPU, 80.0)), age=30, rpo=100)
    ranked = plan.rank(
        [loaded] * 3,
        {'server-1': measured({CPU: 160.0})},
        {'weigher': weigher},
    )
    assert [each.weight for each in ranked] == [normalised] * 3
