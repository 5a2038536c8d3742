"""Services of one project, and what is asked of them."""

import contextlib
import dataclasses

import sqlalchemy as sa

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import trouble
from snapfault.db import api
from snapfault.db import drills
from snapfault.db import kept
from snapfault.db import makings
from snapfault.db import migration
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import tasks
from snapfault.recover import put_back
from tests import build
from tests.contract import real_site

VOLUMES = 2  #: of a service, beside the one that it may boot from
#: What can be under way, and what it is called.
WORKS = {
    'runs': (tables.Task, model.TaskStatus),
    'recoveries': (tables.Recovery, model.RecoveryStatus),
    'drills': (tables.Drill, model.DrillStatus),
}
#: The same, but with recoveries by how they began and what they are for.
KINDS = ('runs', 'recoveries', 'automatic recoveries', 'undos', 'drills')


def kind(what, row):
    """Give the kind of a row of one of the works."""
    if what != 'recoveries':
        return what
    if row.kind == model.RecoveryKind.UNDO:
        return 'undos'
    return 'automatic recoveries' if row.automatic else what


class Estate:
    """Services on a minicloud, and the rows that describe them."""

    def __init__(
        self, state, folder, url, services, of_volumes=0, automatic=False
    ):
        """Make the services; nobody looks after them yet.

        :param state: the minicloud's folder
        :param url: of an empty database
        :param of_volumes: how many of the services boot from a volume
        :param automatic: whether a fault that lasts a second is recovered
            from by itself
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
                recovery=rules.RecoveryRules(
                    automatic=automatic, margin=0, confirm=1
                ),
                **self._of_project,
            ),
        )
        #: How many automatic recoveries there will be, of services that were
        #: broken for the watch to find.
        self._awaited = {}
        self.roots = {}  #: the volumes that services boot from
        self.services = [
            self._protect(number, of_volume=number < of_volumes)
            for number in range(services)
        ]
        self.world.project.check()

    def _protect(self, number, of_volume):
        if of_volume:
            server_id = self.world.make_server_of_volume(volumes=VOLUMES)
            root, *_ = self.world.project.list_attachments(server_id)
            self.roots[server_id] = root.volume_id
        else:
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

    def break_alone(self, each):
        """Break the server, for the watch to find."""
        self._awaited[each.id] = self._automatic(each.id) + 1
        self.world.put_in_error(each.server_id)

    def ask_for_recovery(self, each, **changes):
        """Ask for a recovery, unless one ends this very moment."""
        now = clock.now()
        asked = trouble.new_recovery(
            each,
            cause='asked for by a person',
            onset_at=now,
            evidence={},
            now=now,
        )
        with contextlib.suppress(errors.Conflict):
            recoveries.create(
                self.database, dataclasses.replace(asked, **changes)
            )

    def can_undo(self, each):
        """Say whether the last recovery of a service can be undone."""
        return self._undoable(each) is not None

    def ask_for_undo(self, each):
        """Ask for the volumes from before the last recovery."""
        self.ask_for_recovery(
            each,
            kind=model.RecoveryKind.UNDO,
            origin_id=self._undoable(each).id,
        )

    def _undoable(self, each):
        """Give the last recovery, unless there is nothing to undo of it."""
        for last in recoveries.list_page(
            self.database, None, limit=1, business_id=each.business_id
        ):
            held = kept.of_recoveries(self.database, [last.id])[last.id]
            refused = put_back.undo_refusal(last, held)
            if last.kind is model.RecoveryKind.RESTORE and not refused:
                return last
        return None

    # what is found

    def open(self, table):
        """List the rows of what is not at its end."""
        statuses = ('waiting', 'running')
        with self.database.reader() as session:
            query = sa.select(table).where(table.status.in_(statuses))
            return session.scalars(query).unique().all()

    def busy(self):
        """Give the protections that something is under way for.

        Or will be: what is broken is found before long.
        """
        awaited = {
            one
            for one, count in self._awaited.items()
            if self._automatic(one) < count
        }
        return awaited | {
            each.protection_id
            for table, _ in WORKS.values()
            for each in self.open(table)
        }

    def _automatic(self, protection_id):
        """Count the recoveries of a service that began by themselves."""
        with self.database.reader() as session:
            return session.scalar(
                sa.select(sa.func.count())
                .select_from(tables.Recovery)
                .where(
                    tables.Recovery.protection_id == protection_id,
                    tables.Recovery.automatic,
                )
            )

    def is_calm(self):
        """Say whether all is at its end, and nothing is to be removed."""
        with self.database.reader() as session:
            removing = session.scalar(
                sa.select(sa.func.count()).where(
                    tables.Point.status.in_(makings.UNFINISHED)
                )
            )
        return not self.busy() and not removing
