"""The worlds that the gabbi files run in: one a file."""

import dataclasses
import os
import tempfile

from gabbi import fixture

from snapfault import model
from snapfault.api import webhook
from snapfault.db import drills
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import webhooks
from tests import build
from tests.functional import databases
from tests.functional.api import world as worlds

CURRENT = {}
#: What was answered: method, path of the document, status.
SEEN = set()


def application():
    """Give the application of the file that runs now, for wsgi-intercept."""
    return lambda environ, start: CURRENT['world'].application(environ, start)


class Empty(fixture.GabbiFixture):
    """A service that nobody has used yet; a server in each project."""

    def start_fixture(self):
        """Make it."""
        self._folder = tempfile.TemporaryDirectory()
        url = databases.fresh(self._folder.name)
        world = CURRENT['world'] = worlds.World(url)
        for project_id in (worlds.MINE, worlds.THEIRS):
            server = world.cloud.add_server(project_id)
            os.environ[f'{project_id.upper()}_SERVER'] = server.id
            spare = world.cloud.add_server(project_id)
            os.environ[f'{project_id.upper()}_SPARE'] = spare.id

    def stop_fixture(self):
        """Leave nothing."""
        world = CURRENT.pop('world')
        SEEN.update(world.application.seen)
        world.database.close()
        self._folder.cleanup()


class Used(Empty):
    """A service in use: tasks, points of every status, recoveries, a drill."""

    def start_fixture(self):
        """Make it, and fill its tables."""
        super().start_fixture()
        world = CURRENT['world']
        world.fill()
        for number, status in enumerate(model.PointStatus, start=1):
            world.point(number, status)
        world.point(
            11,
            project_id=worlds.THEIRS,
            protection_id='protection-theirs',
        )
        world.point(
            21,
            business_id='mail',
            level_reason='group was asked for: volume v is in no group',
            skew=0.5,
            root_image_id='image-2',
        )
        for project_id in (worlds.MINE, worlds.THEIRS):
            self._add_work(world, project_id)
        protection = build.protection(
            id='protection-theirs', project_id=worlds.THEIRS
        )
        drills.create(
            world.database,
            dataclasses.replace(
                drills.new(protection, drills.ASKED, build.NOW),
                id='drill-theirs',
            ),
        )

    def _add_work(self, world, project_id):
        protection = build.protection(
            id=f'protection-{project_id}', project_id=project_id
        )
        task = tasks.create_now(world.database, protection, build.NOW)
        recovery = recoveries.create(
            world.database,
            build.recovery(
                id=f'recovery-{project_id}',
                project_id=project_id,
                protection_id=protection.id,
                server_id=f'gone-{project_id}',
                status=model.RecoveryStatus.WAITING,
                evidence={'fault': 'guest lost'},
                claimed_by=None,
                lease_until=None,
            ),
        )
        os.environ[f'{project_id.upper()}_TASK'] = task.id
        os.environ[f'{project_id.upper()}_RECOVERY'] = recovery.id


class Working(Empty):
    """A protection whose task runs; a recovery and a drill of it wait."""

    def start_fixture(self):
        """Make it."""
        super().start_fixture()
        world = CURRENT['world']
        world.policy()
        owner = world.protection()
        os.environ['MINE_PROTECTED'] = owner.server_id
        os.environ['MINE_WEBHOOK'] = f'/v1/webhooks/{owner.id}/secret'
        webhooks.set_hash(world.database, owner, webhook.hash_of('secret'))
        task = tasks.create_now(world.database, owner, build.NOW)
        until = build.NOW + build.HOUR
        task_claims.claim(world.database, task, 'worker', build.NOW, until)
        recoveries.create(
            world.database,
            build.recovery(
                id='recovery-waiting',
                project_id=worlds.MINE,
                protection_id=owner.id,
                server_id=owner.server_id,
                status=model.RecoveryStatus.WAITING,
                claimed_by=None,
                lease_until=None,
            ),
        )
        drill = drills.new(owner, drills.ASKED, build.NOW)
        drills.create(world.database, drill)


class Recovered(Used):
    """Beside that: a recovery held for a person, and one that is done."""

    def start_fixture(self):
        """Make it, with the volume that the done one has replaced."""
        super().start_fixture()
        world = CURRENT['world']
        for name, status in (
            ('held', model.RecoveryStatus.HELD),
            ('done', model.RecoveryStatus.DONE),
        ):
            recoveries.create(
                world.database,
                build.recovery(
                    id=f'recovery-{name}',
                    project_id=worlds.MINE,
                    protection_id='protection-mine',
                    server_id=f'server-{name}',
                    status=status,
                    claimed_by=None,
                    lease_until=None,
                ),
            )
        with world.database.writer() as session:
            session.add(
                tables.Kept(
                    id='kept-1',
                    project_id=worlds.MINE,
                    protection_id='protection-mine',
                    recovery_id='recovery-done',
                    kind=model.KeptKind.VOLUME,
                    resource_id='volume-1',
                    device='/dev/vdb',
                    tag=None,
                    delete_on_termination=False,
                    status=model.KeptStatus.KEPT,
                    keep_until=build.NOW,
                    reason='',
                    attempts=0,
                    not_before=None,
                    created_at=build.NOW,
                )
            )
