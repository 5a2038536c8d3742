#!/usr/bin/env python3
"""Rank 10 000 and 100 000 waiting tasks by all weighers, measures in hand.

Prints CPU seconds, peak memory and growth, with what we hold ourselves to:
100 000 tasks in 2 s of CPU and 300 MB, at most 11 times the 10 000. Each
count runs in a process of its own, so that the peak is its own. The memory
is that of the whole process, the tasks themselves included. CPU seconds are
the mean of a few rankings, each as a worker does it. Growth is told of the
least of them too, without what Python's cycle collector takes: that walks the
tasks, which a server holds anyway, whenever a quarter more objects have been
made, so that it falls into one ranking and not into the next.
"""

import dataclasses
import datetime
import gc
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from snapfault import model
from snapfault import rules
from snapfault.rank import load
from snapfault.rank import run
from snapfault.rank.weighers import write_rate
from tests import build

COUNTS = (10_000, 100_000)
REPEATS = 5
CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')


def world(count):
    """Make candidates under 20 policies, one server in ten unmeasured."""
    chance = random.Random(count)
    thresholds = (rules.Threshold(CPU, 80.0), rules.Threshold(MEMORY, 4096.0))
    policies = [
        build.policy(
            id=f'policy-{at}',
            thresholds=thresholds,
            posture=chance.choice(list(rules.Posture)),
            rpo=chance.choice([None, 3600, 86400]),
            priority=chance.randrange(-100, 101),
            unknown=chance.choice([None, 0.0, 1.0]),
            multipliers={'performance': chance.uniform(0.5, 2)},
        )
        for at in range(20)
    ]
    candidates = [
        model.Candidate(
            build.task(id=f'{at:032x}', scheduled_at=build.NOW),
            build.protection(server_id=f'{at:032x}'),
            chance.choice(policies),
            build.NOW - datetime.timedelta(seconds=chance.randrange(100_000)),
            build.NOW,
            failures=chance.choice([0, 0, 0, 1, 5]),
        )
        for at in range(count)
    ]
    measures = {
        f'{at:032x}': {
            CPU: model.Measure(chance.uniform(0, 100), build.NOW),
            MEMORY: model.Measure(chance.uniform(0, 8192), build.NOW),
            write_rate.WRITTEN: model.Measure(
                chance.expovariate(1e-6), build.NOW
            ),
        }
        for at in range(count)
        if at % 10
    }
    return candidates, measures


class Collections:
    """The CPU seconds that Python's cycle collector takes."""

    def __init__(self):
        self.seconds = 0.0
        self._begun = 0.0

    def __call__(self, phase, _info):
        """Note the start or the stop of one collection."""
        if phase == 'start':
            self._begun = time.process_time()
        else:
            self.seconds += time.process_time() - self._begun


def peak_memory():
    """Give the most that this process ever held, in MB.

    Not by getrusage, which on Linux counts what the parent held, too.
    """
    text = pathlib.Path('/proc/self/status').read_text()
    (line,) = (each for each in text.splitlines() if each[:6] == 'VmHWM:')
    return int(line.split()[1]) * 1024 / 1e6


def measure(count):
    """Rank ``count`` tasks; print CPU times and memory for the parent."""
    candidates, measures = world(count)
    ranker = run.Ranker(
        lambda servers, metrics: measures,
        load.load(),
        run.Settings({'write_rate': 1.0}, patience=600.0),
    )
    gc.collect()
    before = peak_memory()
    collections = Collections()
    gc.callbacks.append(collections)
    total, own = [], []
    for _ in range(REPEATS):
        begun, collected = time.process_time(), collections.seconds
        ranked = ranker.rank(candidates)
        total.append(time.process_time() - begun)
        own.append(total[-1] - (collections.seconds - collected))
        assert len(ranked) == count
        del ranked
    print(sum(total) / REPEATS, min(own), before, peak_memory())


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one ranking takes."""

    seconds: float  #: of CPU, the collector's included; the mean
    own: float  #: seconds of CPU without the collector's; the least
    inputs: float  #: MB of the process before the first ranking
    peak: float  #: MB


def measured(count):
    """Rank ``count`` tasks in a process of their own."""
    done = subprocess.run(
        [sys.executable, __file__, str(count)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Cost(*map(float, done.stdout.split()))


def main():
    """Measure each count in a process of its own, and compare."""
    if sys.argv[1:]:
        measure(int(sys.argv[1]))
        return
    print('   tasks    CPU s  least, no gc  inputs MB  peak MB')
    costs = []
    for count in COUNTS:
        costs.append(cost := measured(count))
        print(
            f'{count:>8} {cost.seconds:>8.3f} {cost.own:>13.3f}'
            f' {cost.inputs:>10.0f} {cost.peak:>8.0f}'
        )
    few, many = costs
    print(
        f'growth {many.own / few.own:.1f}x without gc,'
        f' {many.seconds / few.seconds:.1f}x with; held to: 2 s, 300 MB, 11x'
    )


if __name__ == '__main__':
    main()
