#!/usr/bin/env python3
"""Rank 10 000 and 100 000 waiting tasks by all weighers, measures in hand.

Prints CPU seconds, peak memory and growth, with what we hold ourselves to:
100 000 tasks in 2 s of CPU and 300 MB, at most 11 times the 10 000. Each
count runs in a process of its own, so that the peak is its own. The memory
is that of the whole process, the tasks themselves included. CPU seconds are
the mean of a few rankings, each as a worker does it. What Python's cycle
collector takes of them is told apart: it walks the tasks, which a server
holds anyway, and does so the sooner the more of them there are.
"""

import datetime
import gc
import pathlib
import random
import resource
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


def measure(count):
    """Rank ``count`` tasks; print CPU times and memory for the parent."""
    candidates, measures = world(count)
    ranker = run.Ranker(
        lambda servers, metrics: measures,
        load.load(),
        run.Settings({'write_rate': 1.0}, patience=600.0),
    )
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    collections = Collections()
    gc.callbacks.append(collections)
    begun = time.process_time()
    for _ in range(REPEATS):
        ranked = ranker.rank(candidates)
        assert len(ranked) == count
        del ranked
    seconds = (time.process_time() - begun) / REPEATS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, collections.seconds / REPEATS, before // 1024, peak // 1024)


def main():
    """Measure each count in a process of its own, and compare."""
    if sys.argv[1:]:
        measure(int(sys.argv[1]))
        return
    total, own = [], []
    print('   tasks    CPU s  of it gc s  inputs MiB  peak MiB')
    for count in COUNTS:
        done = subprocess.run(
            [sys.executable, __file__, str(count)],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds, gc_seconds, inputs, peak = map(float, done.stdout.split())
        total.append(seconds)
        own.append(seconds - gc_seconds)
        print(
            f'{count:>8} {seconds:>8.3f} {gc_seconds:>11.3f}'
            f' {inputs:>11.0f} {peak:>9.0f}'
        )
    print(
        f'growth {total[1] / total[0]:.1f}x,'
        f' without gc {own[1] / own[0]:.1f}x; held to: 2 s, 300 MB, 11x'
    )


if __name__ == '__main__':
    main()
