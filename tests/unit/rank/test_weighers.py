"""Each weigher alone: what is sooner, what is absent."""

import datetime
import math

import pytest

from snapfault import model
from snapfault import rules
from snapfault.rank import plan
from snapfault.rank.weighers import failures
from snapfault.rank.weighers import performance
from snapfault.rank.weighers import priority
from snapfault.rank.weighers import rpo
from snapfault.rank.weighers import staleness
from snapfault.rank.weighers import write_rate
from tests import build

CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')
PERFORMANCE = performance.Performance()
RPO = rpo.Rpo()
PRIORITY = priority.Priority()
STALENESS = staleness.Staleness()
FAILURES = failures.Failures()
WRITE_RATE = write_rate.WriteRate()


def candidate(age=None, made=0, failed=0, waited=0, **policy):
    """Give a candidate; ``age``, ``made``, ``waited`` are seconds ago."""
    return model.Candidate(
        task=build.task(scheduled_at=ago(waited)),
        protection=build.protection(created_at=ago(made)),
        policy=build.policy(**policy),
        last_good_at=None if age is None else ago(age),
        now=build.NOW,
        failures=failed,
    )


def ago(seconds):
    return build.NOW - datetime.timedelta(seconds=seconds)


def over(*bounds):
    return tuple(rules.Threshold(*each) for each in bounds)


def measured(values):
    return {m: model.Measure(v, build.NOW) for m, v in values.items()}


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


BOUNDS = [
    # over, under, margin, value, relation
    (80.0, None, 0.0, 40.0, 0.5),
    (80.0, None, 10.0, 35.0, 0.5),
    (80.0, None, 10.0, 70.0, 1.0),
    (80.0, None, 10.0, 0.0, 0.0),
    (None, 100.0, 0.0, 200.0, 0.5),
    (None, 100.0, 0.0, 100.0, 1.0),
    (None, 100.0, 0.0, 50.0, 2.0),
    (None, 100.0, 10.0, 110.0, 1.0),
    (None, 100.0, 300.0, 800.0, 0.5),
    # nothing is left of what is wanted, or nearly
    (None, 100.0, 0.0, 0.0, 100.0),
    (None, 100.0, 0.0, 5e-324, 100.0),
    (None, 100.0, 0.0, 1.0, 100.0),
    # beyond a hundredfold all is the same
    (80.0, None, 0.0, 1e300, 100.0),
    (80.0, None, 79.9999999, 80.0, 100.0),
    # what no policy may hold, and no source may give
    (80.0, None, 80.0, 40.0, None),
    (80.0, None, 81.0, 40.0, None),
    (80.0, None, -1.0, 40.0, None),
    (80.0, None, math.nan, 40.0, None),
    (80.0, None, math.inf, 40.0, None),
    (math.nan, None, 0.0, 40.0, None),
    (math.inf, None, 0.0, 40.0, None),
    (0.0, None, 0.0, 40.0, None),
    (-1.0, None, 0.0, 40.0, None),
    (None, 0.0, 0.0, 40.0, None),
    (None, -1.0, 0.0, 40.0, None),
    (None, math.nan, 0.0, 40.0, None),
    (None, math.inf, 0.0, 40.0, None),
    (None, 100.0, -1.0, 40.0, None),
    (None, 100.0, math.nan, 40.0, None),
    (80.0, 100.0, 0.0, 40.0, None),
    (None, None, 0.0, 40.0, None),
    (80.0, None, 0.0, -1.0, None),
    (80.0, None, 0.0, math.nan, None),
    (None, 100.0, 0.0, -1.0, None),
    (None, 100.0, 0.0, math.nan, None),
]


@pytest.mark.parametrize(('over_', 'under', 'margin', 'value', 'raw'), BOUNDS)
def test_relation(over_, under, margin, value, raw):
    bound = rules.Threshold(CPU, over_, under, margin)
    one = candidate(thresholds=(bound,))
    found = PERFORMANCE.weigh(one, measured({CPU: value}))
    assert found == pytest.approx(raw)


def test_less_is_sooner_under_a_bound():
    bound = rules.Threshold(MEMORY, under=100.0, margin=5.0)
    one = candidate(thresholds=(bound,))
    raws = [
        PERFORMANCE.weigh(one, measured({MEMORY: free}))
        for free in (1e6, 200.0, 105.0, 100.0, 50.0, 2.0)
    ]
    assert raws == sorted(raws)
    assert len(set(raws)) == len(raws)


MIXED = [
    # CPU over 80, memory under 100 that is free; the larger relation
    (40.0, 1000.0, 0.5),
    (8.0, 125.0, 0.8),
    (160.0, 125.0, 2.0),
    (160.0, 20.0, 5.0),
    (None, 125.0, 0.8),
    (8.0, None, 0.1),
    (None, None, None),
]


@pytest.mark.parametrize(('busy', 'free', 'raw'), MIXED)
def test_over_and_under_together(busy, free, raw):
    bounds = (rules.Threshold(CPU, 80.0), rules.Threshold(MEMORY, under=100.0))
    values = {CPU: busy, MEMORY: free}
    measures = measured({k: v for k, v in values.items() if v is not None})
    for several in (bounds, bounds[::-1]):
        one = candidate(thresholds=several)
        assert PERFORMANCE.weigh(one, measures) == raw


PRIORITIES = [(-100, -1.0), (-1, -0.01), (0, 0.0), (50, 0.5), (100, 1.0)]


@pytest.mark.parametrize(('given', 'raw'), PRIORITIES)
def test_priority(given, raw):
    assert PRIORITY.weigh(candidate(priority=given), {}) == raw


def test_priority_of_a_policy_that_says_nothing():
    assert PRIORITY.weigh(candidate(), {}) == 0.0


DAY = 86400
AGES = [
    # age of the last good point, of the protection, raw
    (0, 500, 0.0),
    (DAY // 2, DAY, 0.5),
    (10 * DAY, 20 * DAY, 10.0),
    (None, 2 * DAY, 2.0),
    (-50, 500, 0.0),
]


@pytest.mark.parametrize(('age', 'made', 'raw'), AGES)
def test_staleness(age, made, raw):
    assert STALENESS.weigh(candidate(age=age, made=made), {}) == raw
    # whether there is a deadline or not
    assert STALENESS.weigh(candidate(age=age, made=made, rpo=60), {}) == raw


FAILED = [(0, 0.0), (1, -0.5), (3, -0.75), (10**6, -1.0), (-1, 0.0)]


@pytest.mark.parametrize(('failed', 'raw'), FAILED)
def test_failures(failed, raw):
    found = FAILURES.weigh(candidate(failed=failed), {})
    assert found == pytest.approx(raw)
    assert -1.0 < found <= 0.0


def test_failures_more_is_later():
    raws = [FAILURES.weigh(candidate(failed=each), {}) for each in range(50)]
    assert raws == sorted(raws, reverse=True)
    assert len(set(raws)) == 50


COUNTED = [
    # failed, age and waited in deadlines, what of the age counts
    (0, 10.0, 2.0, 10.0),
    (1, 0.5, 0.0, 0.5),
    (1, 10.0, 0.0, 1.0),
    (1, 10.0, 2.0, 3.0),
    (9, 10.0, 2.0, 3.0),
    (1, 10.0, 20.0, 10.0),
    # its time is still to come, as in a preview
    (1, 10.0, -5.0, 1.0),
]


@pytest.mark.parametrize(('failed', 'age', 'waited', 'counts'), COUNTED)
def test_age_of_what_fails(failed, age, waited, counts):
    def one(deadline):
        return candidate(
            age=age * deadline,
            waited=waited * deadline,
            failed=failed,
            rpo=100,
        )

    assert RPO.weigh(one(100), {}) == counts
    assert STALENESS.weigh(one(DAY), {}) == counts


RATES = [
    ('risk', 0.0, 0.0),
    ('risk', 5e6, 5e6),
    ('calm', 0.0, 0.0),
    ('calm', 5e6, -5e6),
    ('risk', None, None),
    ('calm', None, None),
]


@pytest.mark.parametrize(('posture', 'written', 'raw'), RATES)
def test_write_rate(posture, written, raw):
    measures = {} if written is None else {write_rate.WRITTEN: written}
    one = candidate(posture=rules.Posture(posture))
    found = WRITE_RATE.weigh(one, measured({CPU: 50.0, **measures}))
    assert found == raw


def test_write_rate_counts_only_when_it_is_asked_for():
    weighers = {'write_rate': WRITE_RATE}
    asked = candidate(multipliers={'write_rate': 1.0})
    assert plan.needed([candidate()], weighers) == set()
    assert plan.needed([asked], weighers) == {write_rate.WRITTEN}
    chosen = {'write_rate': 2.0}
    needed = plan.needed([candidate()], weighers, chosen)
    assert needed == {write_rate.WRITTEN}


ALL = [
    # the weigher, what one candidate alone comes to
    (PERFORMANCE, 0.0),
    (WRITE_RATE, 0.0),
    (RPO, 0.3),
    (STALENESS, 30 / DAY),
    (PRIORITY, 0.5),
    (FAILURES, -0.5),
]


@pytest.mark.parametrize(('weigher', 'normalised'), ALL)
def test_one_candidate_and_all_equal(weigher, normalised):
    loaded = candidate(
        thresholds=over((CPU, 80.0)), age=30, rpo=100, priority=50, failed=1
    )
    measures = measured({CPU: 160.0, write_rate.WRITTEN: 5e6})
    for count in (1, 3):
        ranked = plan.rank(
            [loaded] * count, {'server-1': measures}, {'weigher': weigher}
        )
        found = [each.parts[0].normalised for each in ranked]
        assert found == [normalised] * count
