"""The order of candidates, and the breakdown that explains it."""

import dataclasses
import datetime
import math
import statistics

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import model
from snapfault import rules
from snapfault.rank import plan
from snapfault.rank import weigher
from snapfault.rank.weighers import failures
from snapfault.rank.weighers import performance
from snapfault.rank.weighers import priority
from snapfault.rank.weighers import rpo
from snapfault.rank.weighers import staleness
from snapfault.rank.weighers import write_rate
from tests import build

CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')


class Given(weigher.Weigher):
    """Weighs by a table: what the task's id is worth."""

    def __init__(self, raws, absolute=False):
        self.raws = raws
        self.absolute = absolute

    def weigh(self, candidate, measures):
        return self.raws[candidate.task.id]


def candidate(name, age=0, server=None, **policy):
    """Give a candidate, its last good point ``age`` seconds ago."""
    return model.Candidate(
        task=build.task(id=name),
        protection=build.protection(server_id=server or f'server-{name}'),
        policy=build.policy(**policy),
        last_good_at=build.NOW - datetime.timedelta(seconds=age),
        now=build.NOW,
    )


def normalised(raws, absolute=False):
    """Give what one weigher's raw values become, in their order."""
    table = {f'{at:04}': raw for at, raw in enumerate(raws)}
    ranked = plan.rank(
        [candidate(name) for name in table],
        {},
        {'given': Given(table, absolute)},
    )
    found = {each.candidate.task.id: each.parts[0] for each in ranked}
    return [found[name].normalised for name in table]


def order(ranked):
    return [each.candidate.task.id for each in ranked]


SCALES = [
    ([], []),
    ([7.0], [0.0]),
    ([7.0, 7.0, 7.0], [0.0, 0.0, 0.0]),
    ([1.0, 2.0, 5.0], [0.0, 0.25, 1.0]),
    ([-5.0, -2.0, -1.0], [0.0, 0.75, 1.0]),
    # absent: the median of those that are known
    ([None], [0.0]),
    ([None, None], [0.0, 0.0]),
    ([None, 7.0], [0.0, 0.0]),
    ([0.0, None, 1.0], [0.0, 0.5, 1.0]),
    ([0.0, 1.0, None, 2.0, 10.0], [0.0, 0.1, 0.15, 0.2, 1.0]),
    # no finite number is absent data too
    ([0.0, math.nan, 1.0, math.inf], [0.0, 0.5, 1.0, 0.5]),
    # the ends of what a float can say
    ([-1.7e308, 0.0, 1.7e308], [0.0, 0.5, 1.0]),
    ([0.0, 5e-324], [0.0, 1.0]),
]


@pytest.mark.parametrize(('raws', 'expected'), SCALES)
def test_scale(raws, expected):
    assert normalised(raws) == pytest.approx(expected)


ABSOLUTE = [
    ([0.0, 0.3, 7.0], [0.0, 0.3, 7.0]),
    ([7.0, 7.0], [7.0, 7.0]),
    # the others do not bear on what is absent
    ([None], [0.5]),
    ([None, 7.0, math.nan], [0.5, 7.0, 0.5]),
]


@pytest.mark.parametrize(('raws', 'expected'), ABSOLUTE)
def test_absolute_scale(raws, expected):
    assert normalised(raws, absolute=True) == expected


raw_values = strategies.none() | strategies.floats(
    allow_nan=False, allow_infinity=False
)


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(strategies.lists(raw_values, max_size=30))
def test_scale_keeps_order_and_bounds(raws):
    found = normalised(raws)
    assert all(0.0 <= each <= 1.0 for each in found)
    known = sorted(
        (raw, value)
        for raw, value in zip(raws, found, strict=True)
        if raw is not None
    )
    values = [value for _, value in known]
    assert values == sorted(values)


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(strategies.lists(raw_values, max_size=30))
def test_absent_data_neither_wins_nor_loses(raws):
    found = normalised(raws)
    known = [v for r, v in zip(raws, found, strict=True) if r is not None]
    absent = [v for r, v in zip(raws, found, strict=True) if r is None]
    # it moves nobody else ...
    assert known == normalised([raw for raw in raws if raw is not None])
    # ... and has as many before it as after
    for each in absent if known else ():
        assert each == statistics.median(known)
        assert sum(value > each for value in known) <= len(known) / 2
        assert sum(value < each for value in known) <= len(known) / 2


WEIGHERS = {
    'failures': failures.Failures(),
    'performance': performance.Performance(),
    'priority': priority.Priority(),
    'rpo': rpo.Rpo(),
    'staleness': staleness.Staleness(),
    'write_rate': write_rate.WriteRate(),
}
#: Those that need no others to compare with.
TWO = {name: WEIGHERS[name] for name in ('performance', 'rpo')}

candidates = strategies.lists(
    strategies.builds(
        lambda age, load, written, failed, **policy: (
            (age, failed),
            (load, written),
            policy,
        ),
        age=strategies.integers(0, 10**6),
        load=strategies.none() | strategies.floats(0, 1000),
        written=strategies.none() | strategies.floats(0, 1e9),
        failed=strategies.integers(0, 20),
        posture=strategies.sampled_from(rules.Posture),
        priority=strategies.integers(-100, 100),
        unknown=strategies.none() | strategies.floats(0, 1),
        rpo=strategies.none() | strategies.integers(1, 10**5),
        multipliers=strategies.dictionaries(
            strategies.sampled_from(sorted(WEIGHERS)),
            strategies.floats(-5, 5) | strategies.floats(-1e12, 1e12),
        ),
    ),
    max_size=20,
)


def world(drawn):
    """Make candidates and the measures of their servers."""
    bound = (rules.Threshold(CPU, 80.0, margin=5.0),)
    made = [
        dataclasses.replace(
            candidate(f'{at:02}', age=age, thresholds=bound, **policy),
            failures=failed,
        )
        for at, ((age, failed), _, policy) in enumerate(drawn)
    ]
    measures = {
        f'server-{at:02}': {
            metric: model.Measure(value, build.NOW)
            for metric, value in zip(
                (CPU, write_rate.WRITTEN), values, strict=True
            )
            if value is not None
        }
        for at, (_, values, _) in enumerate(drawn)
    }
    return made, measures


def told(ranked):
    """Give all that a ranking tells."""
    return [
        (each.candidate, each.weight, each.parts, each.measures)
        for each in ranked
    ]


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(candidates, strategies.randoms(use_true_random=False))
def test_order_depends_on_the_values_only(drawn, chance):
    made, measures = world(drawn)
    expected = told(plan.rank(made, measures, WEIGHERS))
    names = [*WEIGHERS]
    chance.shuffle(made)
    chance.shuffle(names)
    shuffled = {name: WEIGHERS[name] for name in names}
    measures = dict(chance.sample([*measures.items()], len(measures)))
    assert told(plan.rank(made, measures, shuffled)) == expected
    assert len(expected) == len(made)


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(candidates)
def test_breakdown_sums_to_the_weight(drawn):
    made, measures = world(drawn)
    for each in plan.rank(made, measures, WEIGHERS):
        assert [part.weigher for part in each.parts] == sorted(WEIGHERS)
        total = 0.0
        for part in each.parts:
            total += part.weight
        assert each.weight == total
        for part in each.parts:
            assert part.weight == part.normalised * part.multiplier
        server_id = each.candidate.protection.server_id
        assert each.measures == measures.get(server_id, {})


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(candidates)
def test_the_heaviest_first(drawn):
    made, measures = world(drawn)
    found = [
        (
            -each.weight,
            each.candidate.task.scheduled_at,
            each.candidate.task.id,
        )
        for each in plan.rank(made, measures, WEIGHERS)
    ]
    assert found == sorted(found)
    assert all(math.isfinite(weight) for weight, _, _ in found)


EXTREMES = [1.7e308, -1.7e308, 1e101, 5.0]


def test_no_weight_is_beyond_the_order_of_floats():
    """Two infinities of either sign would sum up to no number."""
    table = {name: raw for name, raw in zip('abcd', EXTREMES, strict=True)}
    weighers = {
        'one': Given(table, absolute=True),
        'two': Given({k: -v for k, v in table.items()}, absolute=True),
    }
    rules_ = {'multipliers': {'one': 1e12, 'two': 1e12}}
    made = [candidate(name, **rules_) for name in table]
    for several in (made, made[::-1]):
        ranked = plan.rank(several, {}, weighers)
        assert order(ranked) == ['a', 'b', 'c', 'd']
        assert {each.weight for each in ranked} == {0.0}


UNKNOWN = [
    # raws, whether absolute, the policy's word, what the absent one becomes
    ([1.0, None, 2.0], False, None, 0.5),
    ([1.0, None, 2.0], False, 0.0, 0.0),
    ([1.0, None, 2.0], False, 1.0, 1.0),
    ([1.0, None, 2.0], False, 0.25, 0.25),
    ([1.0, math.nan, 2.0], False, 0.25, 0.25),
    ([1.0, None, 1.0], False, 0.25, 0.25),
    ([None, None, None], False, 0.25, 0.25),
    ([1.0, None, 2.0], True, None, 0.5),
    ([1.0, None, 2.0], True, 0.0, 0.0),
]


@pytest.mark.parametrize(('raws', 'absolute', 'unknown', 'value'), UNKNOWN)
def test_what_absent_data_weighs(raws, absolute, unknown, value):
    made = [
        candidate(name, unknown=unknown if name == 'b' else None)
        for name in 'abc'
    ]
    given = Given(dict(zip('abc', raws, strict=True)), absolute)
    ranked = plan.rank(made, {}, {'given': given})
    (part,) = next(
        each.parts for each in ranked if each.candidate.task.id == 'b'
    )
    assert (part.raw, part.normalised) == (None, value)
    assert part.weight == value


def test_ties_go_by_scheduled_at_then_id():
    def at(name, minutes):
        one = candidate(name)
        scheduled_at = build.NOW + datetime.timedelta(minutes=minutes)
        return dataclasses.replace(
            one, task=dataclasses.replace(one.task, scheduled_at=scheduled_at)
        )

    made = [at('d', 1), at('c', 0), at('b', 2), at('a', 1)]
    for weighers in ({}, WEIGHERS):
        assert order(plan.rank(made, {}, weighers)) == ['c', 'a', 'd', 'b']


def test_nothing_to_rank():
    assert plan.rank([], {}, WEIGHERS) == []
    (alone,) = plan.rank([candidate('a')], {}, {})
    assert (alone.weight, alone.parts) == (0.0, ())


MULTIPLIERS = [
    # the policy's, the operator's, what holds
    ({}, {}, 1.0),
    ({}, {'given': 3.0}, 3.0),
    ({'given': 2.0}, {'given': 3.0}, 2.0),
    ({'given': 0.0}, {'given': 3.0}, 0.0),
    ({'other': 2.0}, {'other': 3.0}, 1.0),
]


@pytest.mark.parametrize(('policy', 'operator', 'expected'), MULTIPLIERS)
def test_multiplier(policy, operator, expected):
    ranked = plan.rank(
        [candidate('a', multipliers=policy), candidate('b')],
        {},
        {'given': Given({'a': 2.0, 'b': 1.0})},
        operator,
    )
    (part,) = next(
        each.parts for each in ranked if each.candidate.task.id == 'a'
    )
    assert (part.normalised, part.multiplier) == (1.0, expected)
    assert part.weight == expected


def test_postures_together():
    bound = (rules.Threshold(CPU, 80.0),)
    made = [
        candidate(f'{posture} {load}', thresholds=bound, posture=posture)
        for posture in rules.Posture
        for load in (0, 60, 120)
    ]
    measures = {
        each.protection.server_id: {
            CPU: model.Measure(float(each.task.id.split()[1]), build.NOW)
        }
        for each in made
    }
    ranked = plan.rank(
        made, measures, {'performance': performance.Performance()}
    )
    assert order(ranked) == [
        'risk 120',
        'risk 60',
        'calm 0',
        'risk 0',
        'calm 60',
        'calm 120',
    ]


@pytest.mark.parametrize('posture', rules.Posture)
def test_nobody_starves(posture):
    """Loaded newcomers without end: the idle one still gets its turn."""
    bound = (rules.Threshold(CPU, 80.0),)
    shared = {'rpo': 100, 'thresholds': bound, 'posture': posture}
    shared['multipliers'] = {'performance': 3.0}
    # the load that each posture puts last
    load = {rules.Posture.RISK: 0.0, rules.Posture.CALM: 500.0}[posture]

    def place(age):
        newcomers = [candidate(f'new-{at}', **shared) for at in range(20)]
        measures = {
            each.protection.server_id: {
                CPU: model.Measure(500.0 - load, build.NOW)
            }
            for each in newcomers
        }
        measures['server-old'] = {CPU: model.Measure(load, build.NOW)}
        made = [*newcomers, candidate('old', age=age, **shared)]
        return order(plan.rank(made, measures, TWO)).index('old')

    # three RPOs, because the others' multipliers sum up to three
    assert [place(age) for age in (0, 100, 299, 301)] == [20, 20, 20, 0]


def test_needed_metrics():
    class Needy(Given):
        needs = (rules.Metric('disk.iops'), CPU)

    made = [
        candidate('a', id='1', thresholds=(rules.Threshold(CPU, 80.0),)),
        candidate('b', id='2', thresholds=(rules.Threshold(MEMORY, 9.0),)),
        candidate('c', id='2', thresholds=(rules.Threshold(MEMORY, 9.0),)),
    ]
    assert plan.needed([], {}) == set()
    assert plan.needed(made, WEIGHERS) == {CPU, MEMORY}
    assert plan.needed(made, {'needy': Needy({})}) == {
        CPU,
        MEMORY,
        rules.Metric('disk.iops'),
    }


def test_inputs_are_left_alone():
    made = [candidate(name) for name in 'cab']
    before = list(made)
    plan.rank(made, {}, {'given': Given({'a': 1, 'b': 2, 'c': 3})})
    assert made == before


def test_many_keep_one_total_order():
    raws = (None, 1.0, 2.0)
    table = {f'{at:05}': raws[at % 3] for at in range(3000)}
    made = [candidate(name) for name in table]
    ranked = plan.rank(made, {}, {'given': Given(table)})
    assert order(ranked) == sorted(
        table, key=lambda name: (-(table[name] or 1.5), name)
    )
