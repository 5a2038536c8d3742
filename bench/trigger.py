#!/usr/bin/env python3
"""Fire 100 000 protections, cycle after cycle, and look at what it takes.

Each cycle makes a task for every protection, then ends all of them, as the
pipeline would. Prints statements, CPU seconds and memory of the trigger
alone; the memory must not grow from cycle to cycle. A last line is a tick in
which nothing is due, which is what a worker does each second.

    bench/trigger.py [protections] [cycles]
"""

import datetime
import gc
import pathlib
import resource
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import sqlalchemy as sa

from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import base
from snapfault.db import migration
from snapfault.db import policies
from snapfault.db import tables
from snapfault.trigger import plan
from snapfault.trigger import run
from tests import build

HOUR = datetime.timedelta(hours=1)
POLICIES = 20
SCHEDULES = (
    rules.Schedule('hourly', cron='0 * * * *', time_zone='Europe/Prague'),
    rules.Schedule('daily', cron='0 2 * * *', time_zone='Europe/Prague'),
    rules.Schedule('often', interval=3600),
)


def fill(database, count):
    """Put protections under a few policies, half of them staggered."""
    made = [
        policies.create(
            database,
            build.policy(
                id=f'policy-{at}',
                name=f'policy-{at}',
                schedules=SCHEDULES,
                stagger=1800 * (at % 2),
                deadline=7200,
            ),
        )
        for at in range(POLICIES)
    ]
    rows = []
    for at in range(count):
        name, policy = f'{at:032x}', made[at % POLICIES]
        rows.append(
            base.values(
                build.protection(
                    id=name,
                    business_id=name,
                    server_id=name,
                    policy_id=policy.id,
                    next_run_at=plan.next_run(policy, name, build.NOW),
                ),
                model.Protection,
            )
        )
    with database.writer() as session:
        session.execute(sa.insert(tables.Protection), rows)


def end_all(database):
    """End all tasks, so that the next cycle makes new ones."""
    with database.writer() as session:
        session.execute(sa.delete(tables.Task))


def rss():
    """Give the memory that is resident now, in MiB."""
    pages = int(pathlib.Path('/proc/self/statm').read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main():
    """Measure a few cycles, and an idle tick."""
    count = int(sys.argv[1]) if sys.argv[1:] else 100_000
    cycles = int(sys.argv[2]) if sys.argv[2:] else 5
    with tempfile.TemporaryDirectory() as folder:
        database = api.Database(f'sqlite:///{folder}/bench.sqlite')
        migration.upgrade(database)
        fill(database, count)
        statements = []
        sa.event.listen(
            database.engine,
            'before_cursor_execute',
            lambda *event: statements.append(event[2][:6]),
        )
        now = build.NOW
        print(
            f'{"cycle":>8} {"tasks":>7} {"statements":>10} {"CPU s":>7}'
            f' {"wall s":>7} {"RSS MiB":>8}'
        )
        for cycle in [*range(1, cycles + 1), 'idle']:
            now += HOUR if cycle != 'idle' else datetime.timedelta(0)
            # The last of a stagger is due within the next hour.
            statements.clear()
            cpu, wall = time.process_time(), time.monotonic()
            made = len(run.fire(database, now))
            cpu, wall = time.process_time() - cpu, time.monotonic() - wall
            asked = len(statements)
            if cycle != 'idle':
                end_all(database)
            gc.collect()
            print(
                f'{cycle:>8} {made:>7} {asked:>10} {cpu:>7.2f} {wall:>7.2f}'
                f' {rss():>8.0f}'
            )


if __name__ == '__main__':
    main()
