#!/usr/bin/env python3
"""A worker's whole cycle among 100 000 protections, of which few are due.

Ticks a worker a second at a time, on SQLite in a file and a cloud in memory
that answers at once, and tells statements, CPU seconds and memory of a tick:
of one in which nothing is due, and of those in which ten services are, each
with two volumes, from the trigger to the pruning. The CPU is all of this
process: the cloud in memory takes its share, and so does SQLite. Memory is
told after each fifth of the ticks and must not grow with them; the services
that are due come round every minute, so that from the third minute on each
run prunes.

    bench/tick.py [protections] [ticks]
"""

import datetime
import gc
import os
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import sqlalchemy as sa

from snapfault import model
from snapfault import rules
from snapfault.db import base
from snapfault.db import policies
from snapfault.db import tables
from tests import build
from tests.functional import stage as stages

MINUTE = 60
BUSY = 600  #: services that are due once a minute, spread over it
GROWTH = 1.1  #: times the memory after the first fifth
DAY = datetime.timedelta(days=1)


def furnish(folder, count):
    """Give a service of so many protections, few of them ever busy."""
    stage = stages.Stage(
        folder, schedules=(rules.Schedule(interval=MINUTE),), stagger=MINUTE
    )
    for number in range(BUSY):
        stage.protect(f'busy-{number}', volumes=2)
    idle = policies.create(
        stage.database, build.policy(id='idle', name='idle')
    )
    rows = [
        base.values(
            build.protection(
                id=f'protection-{at}',
                business_id=f'idle-{at}',
                server_id=f'server-{at}',
                policy_id=idle.id,
                next_run_at=stage.now + (1 + at % 9) * DAY,
            ),
            model.Protection,
        )
        for at in range(count - BUSY)
    ]
    with stage.database.writer() as session:
        session.execute(sa.insert(tables.Protection), rows)
    return stage


def begin(stage):
    """Have the busy ones fall due, each in its second of a minute."""
    with stage.database.writer() as session:
        session.execute(
            sa.update(tables.Protection)
            .where(tables.Protection.business_id.like('busy-%'))
            .values(next_run_at=stage.now)
        )


class Meter:
    """Counts what one tick takes."""

    def __init__(self, stage):
        self._stage = stage
        self._asked = 0
        sa.event.listen(
            stage.database.engine, 'before_cursor_execute', self._count
        )

    def _count(self, *event):
        self._asked += 1

    def tick(self):
        """Go round once; gives statements and CPU seconds."""
        self._asked = 0
        begun = time.process_time()
        self._stage.tick()
        self._stage.cloud.calls.clear()
        return self._asked, time.process_time() - begun


def rss():
    """Give the memory that is resident now, in MB."""
    gc.collect()
    pages = int(pathlib.Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def show(name, ticks):
    """Print what one tick of these takes."""
    asked, cpu = zip(*ticks, strict=True)
    print(
        f'{name:<14} {len(ticks):>5} {statistics.mean(asked):>10.1f}'
        f' {max(asked):>6} {statistics.mean(cpu) * 1000:>8.1f}'
        f' {max(cpu) * 1000:>8.1f} {rss():>7.0f}',
        flush=True,
    )


def main():
    """Measure idle ticks, then busy ones by the fifth."""
    count = int(sys.argv[1]) if sys.argv[1:] else 100_000
    ticks = int(sys.argv[2]) if sys.argv[2:] else 600
    with tempfile.TemporaryDirectory() as folder:
        stage = furnish(folder, count)
        meter = Meter(stage)
        print(f'{count} protections, {BUSY} of them due once a minute')
        print(
            'ticks of        count statements   most   CPU ms     most  RSS MB'
        )
        show('nothing due', [meter.tick() for _ in range(60)])
        begin(stage)
        memory = []
        for fifth in range(5):
            done = [meter.tick() for _ in range(ticks // 5)]
            show(f'fifth {fifth + 1}', done)
            memory.append(rss())
        runs = _runs(stage)
    print(f'{runs} runs were done')
    print(
        f'memory of the last fifth {memory[-1] / memory[0]:.2f}x that of the'
        f' first; held to {GROWTH}x'
    )


def _runs(stage):
    """Count the tasks that came to their end."""
    with stage.database.reader() as session:
        return session.scalar(
            sa.select(sa.func.count())
            .select_from(tables.Task)
            .where(tables.Task.status == model.TaskStatus.DONE)
        )


if __name__ == '__main__':
    main()
