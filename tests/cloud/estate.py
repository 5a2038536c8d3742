"""Services of one project, and what is asked of them."""

import contextlib

import sqlalchemy as sa

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import trouble
from snapfault.db import api
from snapfault.db import drills
from snapfault.db import makings
from snapfault.db import migration
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import tasks
from tests import build
from tests.contract import real_site

VOLUMES = 2  #: of a service
#: What can be under way, and what it is called.
WORKS = {
    'runs': (tables.Task, model.TaskStatus),
    'recoveries': (tables.Recovery, model.RecoveryStatus),
    'drills': (tables.Drill, model.DrillStatus),
}


class Estate:
    """Services on a minicloud, and the rows that describe them."""

    def __init__(self, state, folder, url, services):
        """Make the services; nobody looks after them yet.

        :param state: the minicloud's folder
        :param url: of an empty database
        """
        self.world = real_site.Site(state, folder).world()
        self.world.patience = 300
        self.world.limit(volumes=-1, snapshots=-1, gigabytes=-1)
        self.database = api.Database(url)
        migration.upgrade(self.database)
        self._of_project = {'project_id': self.world.project_id}
        policies.create(
            self.database,
            build.policy(
                quota=rules.Quota(2),
                schedules=(rules.Schedule(cron='0 0 1 1 *'),),
                recovery=rules.RecoveryRules(margin=0),
                **self._of_project,
            ),
        )
        self.services = [self._protect(number) for number in range(services)]
        self.world.project.check()

    def _protect(self, number):
        server_id = self.world.make_server(volumes=VOLUMES)
        return protections.create(
            self.database,
            build.protection(
                id=f'protection-{number}',
                business_id=f'service-{number}',
                server_id=server_id,
                image_id=self.world.image_id,
                right_id=self.world.delegation.right_id,
                next_run_at=None,
                **self._of_project,
            ),
        )

    def close(self):
        """Take the servers away."""
        self.world.close()
        self.database.close()

    # what is asked

    def ask_for_drill(self, each):
        """Ask for a drill, unless something ends this very moment."""
        asked = drills.new(each, drills.ASKED, clock.now())
        with contextlib.suppress(errors.Conflict):
            drills.create(self.database, asked)

    def ask_for_run(self, each):
        """Ask for a run now."""
        tasks.create_now(self.database, each, clock.now())

    def break_first(self, each):
        """Break the server, then ask for its recovery."""
        self.world.put_in_error(each.server_id)
        self.ask_for_recovery(each)

    def ask_for_recovery(self, each):
        """Ask for a recovery, unless one ends this very moment."""
        now = clock.now()
        with contextlib.suppress(errors.Conflict):
            recoveries.create(
                self.database,
                trouble.new_recovery(
                    each,
                    cause='asked for by a person',
                    onset_at=now,
                    evidence={},
                    now=now,
                ),
            )

    # what is found

    def open(self, table):
        """List the rows of what is not at its end."""
        statuses = ('waiting', 'running')
        with self.database.reader() as session:
            query = sa.select(table).where(table.status.in_(statuses))
            return session.scalars(query).unique().all()

    def busy(self):
        """Give the protections that something is under way for."""
        return {
            each.protection_id
            for table, _ in WORKS.values()
            for each in self.open(table)
        }

    def is_calm(self):
        """Say whether all is at its end, and nothing is to be removed."""
        with self.database.reader() as session:
            removing = session.scalar(
                sa.select(sa.func.count()).where(
                    tables.Point.status.in_(makings.UNFINISHED)
                )
            )
        return not self.busy() and not removing
