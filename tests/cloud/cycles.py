"""A worker's pipeline in the test's own process, on real services."""

import collections
import concurrent.futures
import contextlib
import re

from snapfault import clock
from snapfault import model
from snapfault import pipeline
from snapfault import rules
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.db import api
from snapfault.db import migration
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.rank import load
from snapfault.rank import run as rank
from tests import build
from tests.contract import real_site
from tests.functional import stage as stages

ID = re.compile('[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}')


class Cycles:
    """A worker's pipeline on real services, and a count of its requests."""

    def __init__(self, site, world, folder, pools):
        self.asked = collections.Counter()
        self.world = world
        transport = site.sessions.own.session.session
        transport.hooks['response'].append(self._count)
        self.database = api.Database(f'sqlite:///{folder}/snapfault.db')
        migration.upgrade(self.database)
        settings = stages.SETTINGS
        self.context = contexts.Context(
            database=self.database,
            cloud=site.cloud,
            ranker=rank.Ranker(
                site.cloud.read_measures, load.load(), rank.Settings()
            ),
            snapshot=settings,
            trouble=trouble.Tools(
                self.database,
                site.cloud,
                settings.attempts,
                settings.retry_delay,
                stages.LIMITS,
            ),
            worker='worker-1',
            lease=60 * stages.LEASE,
            limit=1000,
            begin=pools[0],
            calls=pools[1],
            memory=contexts.remember(site.cloud),
        )

    def _count(self, response, **_):
        path = ID.sub('ID', response.request.path_url.partition('?')[0])
        self.asked[response.request.method, path] += 1

    def protect(self, server_ids):
        """Protect these; the newest point alone is kept."""
        changes = {'project_id': self.world.project_id}
        policies.create(
            self.database, build.policy(quota=rules.Quota(1), **changes)
        )
        self.owners = [
            protections.create(
                self.database,
                build.protection(
                    id=f'protection-{number}',
                    business_id=f'service-{number}',
                    server_id=server_id,
                    image_id=self.world.image_id,
                    right_id=self.world.delegation.right_id,
                    next_run_at=None,
                    **changes,
                ),
            )
            for number, server_id in enumerate(server_ids)
        ]

    def cycle(self, until, limit, ends=model.TaskStatus.DONE):
        """Run all once; give the requests when nothing is left to do."""
        before = collections.Counter(self.asked)
        made = [
            tasks.create_now(self.database, owner, clock.now()).id
            for owner in self.owners
        ]

        def is_over():
            pipeline.tick(self.context, clock.now())
            return not self.context.memory.paces and all(
                tasks.get(self.database, None, each).status is ends
                for each in made
            )

        until(is_over, limit, 'a cycle')
        return self.asked - before


@contextlib.contextmanager
def made(state, folder, services, volumes):
    """Give a pipeline that is the only one at work in its project."""
    site = real_site.Site(state, folder)
    world = site.world()
    world.patience = 300  # many at once, on a small machine
    pool = concurrent.futures.ThreadPoolExecutor
    with pool(4) as begin, pool(16) as calls:
        found = Cycles(site, world, folder, (begin, calls))
        servers = begin.map(
            lambda _: world.make_server(volumes=volumes), range(services)
        )
        found.protect(list(servers))
        yield found
    world.close()
    found.database.close()
