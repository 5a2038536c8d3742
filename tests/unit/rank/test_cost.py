"""What ranking costs, counted: seconds would tell of the machine, too."""

import sys

from bench import rank as bench
from snapfault.rank import load
from snapfault.rank import plan

FEW, MANY = 100, 1000


def steps(work):
    """Count the lines that a call runs, and the functions that it calls."""
    count = 0

    def called(frame, event, argument):
        nonlocal count
        count += event in {'call', 'c_call'}

    def ran(frame, event, argument):
        nonlocal count
        count += event == 'line'
        return ran

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(ran)
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


def ranking(count):
    """Count the steps of ranking so many tasks by every weigher."""
    candidates, measures = bench.world(count)
    weighers = load.load()
    return steps(lambda: plan.rank(candidates, measures, weighers))


def test_ten_times_the_tasks_take_ten_times_the_steps():
    assert ranking(MANY) / ranking(FEW) <= 10.5


def test_steps_tell_what_grows_faster():
    """Each with each: a hundred times as many."""

    def each_with_each(count):
        return steps(
            lambda: [a < b for a in range(count) for b in range(count)]
        )

    assert each_with_each(MANY) / each_with_each(FEW) > 50
