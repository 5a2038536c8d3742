"""What a cycle of backups asks of real services.

The number of services is SNAPFAULT_SERVICES, three unless it is set; the
promise of 2.5 calls a volume is for 100 of two volumes each.
"""

import collections
import concurrent.futures
import os
import re

import pytest

from snapfault import clock
from snapfault import context as contexts
from snapfault import model
from snapfault import pipeline
from snapfault import rules
from snapfault import trouble
from snapfault.db import api
from snapfault.db import migration
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.rank import load
from tests import build
from tests.contract import real_site
from tests.functional import stage as stages

SERVICES = int(os.environ.get('SNAPFAULT_SERVICES', '3'))
VOLUMES = 2
ID = re.compile('[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}')


class Cycles:
    """A worker's pipeline on real services, and a count of its requests."""

    def __init__(self, site, world, folder, pools):
        self.asked = collections.Counter()
        self._world = world
        transport = site.sessions.own.session.session
        transport.hooks['response'].append(self._count)
        self.database = api.Database(f'sqlite:///{folder}/snapfault.db')
        migration.upgrade(self.database)
        settings = stages.SETTINGS
        self.context = contexts.Context(
            database=self.database,
            cloud=site.cloud,
            weighers=load.load(),
            snapshot=settings,
            trouble=trouble.Tools(
                self.database,
                site.cloud,
                settings.attempts,
                settings.retry_delay,
            ),
            worker='worker-1',
            lease=10 * stages.LEASE,
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
        changes = {'project_id': self._world.project_id}
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
                    image_id=self._world.image_id,
                    trust_id=self._world.delegation.trust_id,
                    next_run_at=None,
                    **changes,
                ),
            )
            for number, server_id in enumerate(server_ids)
        ]

    def cycle(self, until):
        """Run all once; give the requests when nothing is left to do."""
        before = collections.Counter(self.asked)
        made = [
            tasks.create_now(self.database, owner, clock.now()).id
            for owner in self.owners
        ]

        def is_over():
            pipeline.tick(self.context, clock.now())
            return not self.context.memory.paces and all(
                tasks.get(self.database, None, each).status
                is model.TaskStatus.DONE
                for each in made
            )

        until(is_over, 600, 'a cycle')
        return self.asked - before


@pytest.fixture
def cycles(state, tmp_path):
    """Give a pipeline that is the only one at work in its project."""
    site = real_site.Site(state, tmp_path)
    world = site.world()
    pool = concurrent.futures.ThreadPoolExecutor
    with pool(4) as begin, pool(16) as calls:
        made = Cycles(site, world, tmp_path, (begin, calls))
        servers = begin.map(
            lambda _: world.make_server(volumes=VOLUMES), range(SERVICES)
        )
        made.protect(list(servers))
        yield made
    world.close()
    made.database.close()


def test_calls_of_a_cycle(cycles, until):
    """The first is without removals, the next ones take as many as make."""
    members = SERVICES * VOLUMES
    first = cycles.cycle(until)
    assert _ends(first, 'POST', '/snapshots') == members
    for number in (2, 3):
        calls = cycles.cycle(until)
        made = _ends(calls, 'POST', '/snapshots')
        removed = _ends(calls, 'DELETE', '/snapshots/ID')
        assert (made, removed) == (members, members)
        rest = calls.total() - made - removed
        print(f'cycle {number}: {calls.total() / members:.2f} calls a volume')
        print(*sorted(calls.items()), sep='\n')
        asked = _ends(calls, 'GET', '/os-volume_attachments')
        assert rest - asked <= 30  # lists, however many services there are
        if members >= 200:
            assert calls.total() <= 2.5 * members


def _ends(calls, method, path):
    return sum(
        count
        for (of, at), count in calls.items()
        if of == method and at.endswith(path)
    )
