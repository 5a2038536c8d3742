"""Kill workers at random moments, over all that they can be at."""

import collections
import contextlib
import dataclasses
import time

import sqlalchemy as sa

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import trouble
from snapfault.db import api
from snapfault.db import drills
from snapfault.db import migration
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import tasks
from tests import build
from tests.cloud import workers
from tests.contract import real_site
from tests.demo import service
from tests.functional.matrix import strays

WORKERS = 3
VOLUMES = 2  #: of a service
#: Seconds: the longest wait before a kill, which is one after which most
#: recoveries are at an end; and until all must be.
LONGEST = 6.0
PATIENCE = 300
#: What can be under way, and what it is called.
WORKS = {
    'runs': (tables.Task, model.TaskStatus),
    'recoveries': (tables.Recovery, model.RecoveryStatus),
    'drills': (tables.Drill, model.DrillStatus),
}


@dataclasses.dataclass
class Tally:
    """What was done, and what went wrong."""

    kills: collections.Counter
    steps: collections.Counter  #: of recoveries, begun and not done
    ended: collections.Counter
    wrong: list

    def __str__(self):
        return '; '.join(
            f'{what} {_told(counted)}'
            for what, counted in (
                ('killed in', self.kills),
                ('within the steps', self.steps),
                ('ended:', self.ended),
            )
        )


class Ordeal:
    """Services of one project, and the workers that look after them."""

    def __init__(self, state, folder, services, chance):
        """Make the services, each with a good point."""
        self._chance = chance
        self._folder = folder
        self._minicloud = service.read_minicloud(state)
        self._world = real_site.Site(state, folder).world()
        self._world.patience = 300
        self._world.limit(volumes=-1, snapshots=-1, gigabytes=-1)
        self._database = api.Database(f'sqlite:///{folder}/snapfault.db')
        migration.upgrade(self._database)
        changes = {'project_id': self._world.project_id}
        policies.create(
            self._database,
            build.policy(
                quota=rules.Quota(2),
                schedules=(rules.Schedule(cron='0 0 1 1 *'),),
                recovery=rules.RecoveryRules(margin=0),
                **changes,
            ),
        )
        self._services = [
            self._protect(number, changes) for number in range(services)
        ]
        self._tally = Tally(
            *(collections.Counter() for _ in range(3)), wrong=[]
        )

    def _protect(self, number, changes):
        server_id = self._world.make_server(volumes=VOLUMES)
        return protections.create(
            self._database,
            build.protection(
                id=f'protection-{number}',
                business_id=f'service-{number}',
                server_id=server_id,
                image_id=self._world.image_id,
                right_id=self._world.delegation.right_id,
                next_run_at=None,
                **changes,
            ),
        )

    def go(self, kills, progress):
        """Kill so many workers that were at work; then look at it all.

        :returns: what was done, and what went wrong
        """
        self._world.project.check()
        with workers.Workers(
            self._folder, self._minicloud, WORKERS
        ) as at_work:
            self._ask_all(self._ask_for_run)
            self._wait_for_the_end(at_work)
            while self._tally.kills.total() < kills:
                self._ask_all(self._ask_for_anything)
                time.sleep(self._chance.uniform(0, LONGEST))
                self._kill_one(at_work)
                at_work.fill_up()
                progress(self._tally.kills.total(), _told(self._tally.kills))
            self._wait_for_the_end(at_work)
        self._judge()
        self._world.close()
        self._database.close()
        return self._tally

    # what is asked

    def _ask_all(self, ask):
        """Ask something of each service that has nothing under way."""
        busy = {
            each.protection_id
            for table, _ in WORKS.values()
            for each in self._open(table)
        }
        for each in self._services:
            if each.id not in busy:
                ask(each)

    def _ask_for_anything(self, each):
        ask = self._chance.choice(
            [
                self._ask_for_run,
                self._ask_for_recovery,
                self._break_first,
                self._ask_for_drill,
            ]
        )
        ask(each)

    def _ask_for_drill(self, each):
        asked = drills.new(each, drills.ASKED, clock.now())
        with contextlib.suppress(errors.Conflict):  # it ends this very moment
            drills.create(self._database, asked)

    def _ask_for_run(self, each):
        tasks.create_now(self._database, each, clock.now())

    def _break_first(self, each):
        self._world.put_in_error(each.server_id)
        self._ask_for_recovery(each)

    def _ask_for_recovery(self, each):
        now = clock.now()
        try:
            recoveries.create(
                self._database,
                trouble.new_recovery(
                    each,
                    cause='asked for by a person',
                    onset_at=now,
                    evidence={},
                    now=now,
                ),
            )
        except errors.Conflict:
            return  # it ends this very moment

    # what is killed

    def _open(self, table):
        """List the rows of what is not at its end."""
        statuses = ('waiting', 'running')
        with self._database.reader() as session:
            query = sa.select(table).where(table.status.in_(statuses))
            return session.scalars(query).unique().all()

    def _kill_one(self, at_work):
        """Kill one of those that hold something."""
        holders = collections.defaultdict(list)
        for what, (table, _) in WORKS.items():
            for each in self._open(table):
                if each.status == 'running' and each.claimed_by:
                    pid = int(each.claimed_by.split(':')[1])
                    holders[pid].append((what, each))
        if not holders:
            return
        victim = self._chance.choice(sorted(holders))
        begun = self._begun(holders[victim])
        if at_work.kill(victim):
            self._tally.kills[' and '.join(sorted({w for w, _ in begun}))] += 1
            for _, names in begun:
                self._tally.steps.update(names)

    def _begun(self, held):
        """Give what is held, and the steps of it that are under way."""
        with self._database.reader() as session:
            return [
                (
                    what,
                    session.scalars(
                        sa.select(tables.Step.name).where(
                            tables.Step.recovery_id == each.id,
                            tables.Step.status == model.StepStatus.STARTED,
                        )
                    ).all(),
                )
                for what, each in held
            ]

    def _wait_for_the_end(self, at_work):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            at_work.fill_up()
            works = [self._open(table) for table, _ in WORKS.values()]
            if not any(works) and not self._removing():
                return
            time.sleep(0.3)
        self._tally.wrong.append(f'not at an end after {PATIENCE} s')

    def _removing(self):
        with self._database.reader() as session:
            return session.scalar(
                sa.select(sa.func.count()).where(
                    tables.Point.status.in_(points.UNFINISHED)
                )
            )

    # what is found

    def _judge(self):
        wrong = self._tally.wrong
        wrong += strays.strays(self._world.project, self._database)
        for what, (table, statuses) in WORKS.items():
            with self._database.reader() as session:
                rows = session.scalars(sa.select(table)).unique().all()
            self._tally.ended[what] = len(rows)
            wrong += [
                f'{what}: {each.id} is {each.status}: {each.reason}'
                for each in rows
                if each.status != statuses.DONE
            ]
        for each in self._services:
            wrong += self._judge_service(each)

    def _judge_service(self, each):
        """See that the service stands, on the volumes of one point."""
        project = self._world.project
        server = project.get_server(each.server_id)
        attached = project.list_attachments(each.server_id)
        found = []
        if (server.status, len(attached)) != ('ACTIVE', VOLUMES):
            found.append(
                f'{each.business_id} is {server.status} with {len(attached)}'
                ' volumes'
            )
        if not points.history(
            self._database, each.project_id, each.business_id
        ):
            found.append(f'{each.business_id} has no point any more')
        used = {
            project.get_volume(one.volume_id).snapshot_id for one in attached
        }
        if len(used) == 1 and None not in used:
            found.append(f'{each.business_id} has one snapshot twice')
        return found


def _told(counted):
    return ', '.join(f'{what} {n}' for what, n in counted.most_common())
