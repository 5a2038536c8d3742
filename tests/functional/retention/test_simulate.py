"""A service that ever had a good point has one, whatever befalls it."""

import pytest

from snapfault.snapshot import retain
from snapfault.snapshot import settle
from snapfault.snapshot import victim
from tests.functional.retention import mutate
from tests.functional.retention import simulate
from tests.functional.retention import table

STEPS = 20_000


def _seed(request):
    return int(request.config.option.hypothesis_seed)


def test_invariant_1_in_any_history(request):
    found = simulate.simulate(STEPS, _seed(request))
    assert found.violations == [], f'seed {found.seed}'
    assert found.steps == STEPS
    # what was lived through is what it is meant to be
    for name in ('good', 'pruned', 'deleted', 'conflicts', 'left_alone'):
        assert getattr(found, name) > 20, name


def test_the_same_seed_gives_the_same_histories():
    first, again, other = (
        simulate.simulate(2_000, seed) for seed in (5, 5, 6)
    )
    assert first == again != other


def test_the_end_is_told_of_as_it_comes():
    told = []
    simulate.simulate(1_000, 5, told.append)
    assert told == sorted(told)
    assert told[-1] == 1_000


@pytest.mark.parametrize(
    ('owner', 'name', 'changes', 'violation'),
    [
        (
            retain,
            'firmly',
            [('good[:1]', 'good[:0]'), ('good[:minimum]', 'good[:0]')],
            'point is chosen to go',
        ),
        (
            retain,
            'firmly',
            [('good[:minimum]', 'good[:0]')],
            'minimum point is chosen',
        ),
        (
            retain,
            'firmly',
            [('if point.pinned', 'if False')],
            'pinned point is chosen',
        ),
        (
            retain,
            'firmly',
            [('point.id in in_use', 'False')],
            'in use point is chosen',
        ),
        (
            retain,
            'good_newest_first',
            [('point.sequence', 'point.created_at')],
            'point is chosen to go',
        ),
        (
            retain,
            'good_newest_first',
            [('if p.status is model.PointStatus.GOOD', '')],
            'is chosen',
        ),
        (
            victim,
            '_by_worth',
            [('if point.id not in firm', '')],
            'point is chosen to go',
        ),
        (
            table.Table,
            '_check_goes',
            [('== [row.id]', '== []')],
            'no good point is left',
        ),
        (
            table.Table,
            '_check_goes',
            [('row.id in self.in_use', 'False')],
            'a recovery reads from',
        ),
        (
            settle,
            'making',
            [("snapshot.status != 'available'", 'False')],
            'misses a snapshot',
        ),
    ],
)
def test_a_guard_that_is_missing_is_missed(
    monkeypatch, request, owner, name, changes, violation
):
    """Each way to lose the promise is found, and soon."""
    mutate.mutate(monkeypatch, owner, name, *changes)
    found = simulate.simulate(STEPS, _seed(request), most_violations=1)
    assert found.violations
    assert violation in found.violations[0]
