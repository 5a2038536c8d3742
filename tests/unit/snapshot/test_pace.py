"""When a project's snapshots are looked at again."""

import datetime

import pytest

from snapfault.snapshot import pace
from tests import build

SECOND = datetime.timedelta(seconds=1)
BOUNDS = pace.Bounds(SECOND, 10 * SECOND)


def _waits(*seen):
    last, now, waits = None, build.NOW, []
    for each in seen:
        last = pace.after(last, each, now, BOUNDS)
        waits.append(last.wait.total_seconds())
        now = last.due_at
    return waits


@pytest.mark.parametrize(
    ('seen', 'waits'),
    [
        ('a', [1]),
        ('aaaa', [1, 1.5, 2.25, 3.375]),
        ('aaab', [1, 1.5, 2.25, 1]),
        ('aba', [1, 1, 1]),
        ('abb', [1, 1, 1.5]),
    ],
)
def test_waits_grow_while_nothing_changes(seen, waits):
    assert _waits(*seen) == waits


def test_waits_are_bounded():
    assert max(_waits(*'a' * 50)) == 10


def test_bounds_the_wrong_way_round_never_wait_less_than_the_least():
    odd = pace.Bounds(5 * SECOND, SECOND)
    last = pace.after(None, 'a', build.NOW, odd)
    assert pace.after(last, 'a', build.NOW, odd).wait == 5 * SECOND


def test_due():
    last = pace.after(None, 'a', build.NOW, BOUNDS)
    assert pace.is_due(None, build.NOW)
    assert not pace.is_due(last, build.NOW)
    assert pace.is_due(last, build.NOW + SECOND)


def test_a_clock_that_was_set_back_makes_it_due():
    last = pace.after(None, 'a', build.NOW, BOUNDS)
    assert pace.is_due(last, build.NOW - SECOND)
    assert pace.is_due(last, build.NOW - 7200 * SECOND)
