"""A whole snapfault on the in-memory cloud, with time in the test's hand."""

import concurrent.futures
import dataclasses
import datetime

from snapfault import errors
from snapfault import model
from snapfault import pipeline
from snapfault import trouble
from snapfault.cycle import context as contexts
from snapfault.cycle import watch
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.rank import load
from snapfault.rank import run as rank
from snapfault.recover import budget
from snapfault.recover import run as recover
from snapfault.recover import tools as recover_tools
from snapfault.snapshot import admit
from snapfault.snapshot import pace
from snapfault.snapshot import run as snapshot
from tests import build
from tests.fake import cloud as fake
from tests.functional import databases

LEASE = datetime.timedelta(seconds=60)
SETTINGS = snapshot.Settings(
    creating_timeout=datetime.timedelta(minutes=10),
    stop_timeout=datetime.timedelta(minutes=2),
    attempts=3,
    retry_delay=datetime.timedelta(seconds=10),
    pace=pace.Bounds(
        datetime.timedelta(seconds=0.5), datetime.timedelta(seconds=15)
    ),
    under_way=admit.Bounds(overall=400, project=200, volume_type=200),
    refusals=2,
    reconcile=datetime.timedelta(0),
)
LIMITS = budget.Limits(
    open=8,
    open_per_host=2,
    open_per_project=4,
    per_hour=20,
    storm_servers=10,
    storm_window=datetime.timedelta(minutes=5),
)
SPOILT = 'spoilt'  #: what the volumes hold once a fault has struck
STEP_TIMEOUT = datetime.timedelta(minutes=10)


class Inline(concurrent.futures.Executor):
    """Runs what is submitted at once, in the caller's thread."""

    def submit(self, function, /, *args, **kwargs):
        """Run it; the future has its result or what it raised."""
        future = concurrent.futures.Future()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Stage:
    """One database, one cloud, and services protected on it."""

    def __init__(self, folder=None, **policy):
        """Make it.

        :param folder: where SQLite's file is; None: it has none
        """
        self.now = build.NOW
        self.database = databases.opened(folder)
        self.cloud = fake.FakeCloud(now=lambda: self.now)
        self.right = self.cloud.add_project(build.PROJECT)
        self.policy = policies.create(
            self.database, build.policy(**{'created_at': self.now} | policy)
        )
        self.servers = {}
        self.ranking = rank.Settings()
        self.ranker = None  #: one that lives longer than a tick
        self.settings = SETTINGS
        self.limits = LIMITS
        self.step_timeout = STEP_TIMEOUT
        self._memories = {}

    def protect(self, business_id='shop', volumes=2, volume_backed=False):
        """Make a server with volumes and protect it.

        :param volume_backed: it boots from one more
        """
        image = self.cloud.add_image()
        server = self.cloud.add_server(
            build.PROJECT,
            volumes=volumes,
            image=image,
            name=business_id,
            volume_backed=volume_backed,
        )
        self.servers[business_id] = server
        return protections.create(
            self.database,
            build.protection(
                id=f'protection-{business_id}',
                business_id=business_id,
                server_id=server.id,
                image_id=image.id,
                right_id=self.right.right_id,
                next_run_at=None,
            ),
        )

    def spoil(self, business_id='shop'):
        """Spoil what a service's volumes hold, as a fault would."""
        for volume in self.cloud.volumes_of(self.servers[business_id]):
            volume.content = SPOILT

    def context(self, cloud=None, worker='worker-1'):
        """Give what a worker is made of."""
        cloud = cloud or self.cloud
        return contexts.Context(
            database=self.database,
            cloud=cloud,
            ranker=self.ranker
            or rank.Ranker(cloud.read_measures, load.load(), self.ranking),
            snapshot=self.settings,
            trouble=trouble.Tools(
                self.database,
                cloud,
                SETTINGS.attempts,
                SETTINGS.retry_delay,
                self.limits,
            ),
            worker=worker,
            lease=LEASE,
            limit=1000,
            begin=Inline(),
            calls=Inline(),
            memory=self._memory(cloud, worker),
        )

    def forget(self):
        """Let all workers begin anew, without what they had read."""
        self._memories.clear()

    def _memory(self, cloud, worker):
        """Give what that worker remembers of that cloud."""
        key = (id(cloud), worker)
        if key not in self._memories:
            # with the cloud, so that none other ever has its id
            self._memories[key] = cloud, contexts.remember(cloud)
        return self._memories[key][1]

    def tick(self, count=1, cloud=None, worker='worker-1'):
        """Let a worker and the cloud go on, a second at a time."""
        for _ in range(count):
            task_claims.renew(self.database, worker, self.now + LEASE)
            pipeline.tick(self.context(cloud, worker), self.now)
            self.cloud.tick()
            self.wait(seconds=1)

    def watch(self, looks=1, seconds=30, cloud=None, admin_reads=False):
        """Let a worker look at all there is, so often and so far apart."""
        tools = watch.Tools(
            self.context(cloud).trouble,
            lasts=datetime.timedelta(seconds=90),
            apart=datetime.timedelta(seconds=15),
            admin_reads=admin_reads,
        )
        for _ in range(looks):
            watch.look(tools, self.now)
            self.wait(seconds=seconds)

    def wait(self, **span):
        """Let time pass in which nobody works."""
        self.now += datetime.timedelta(**span)

    def run(self, business_id='shop', ticks=6):
        """Ask for a run and give it time; gives the task as it is then."""
        self.wait(minutes=1)
        task = tasks.create_now(
            self.database, self.protection(business_id), self.now
        )
        self.tick(ticks)
        return tasks.get(self.database, None, task.id)

    def protection(self, business_id='shop'):
        """Read a protection."""
        (found,) = protections.list_page(
            self.database, build.PROJECT, limit=2, business_id=business_id
        )
        return found

    def history(self, business_id='shop', status=None):
        """List a service's points, newest first, deleted ones too."""
        return points.list_page(
            self.database,
            build.PROJECT,
            limit=100,
            business_id=business_id,
            status=status,
        )

    def good(self, business_id='shop'):
        """List a service's good points, newest first."""
        return self.history(business_id, model.PointStatus.GOOD)

    def recoveries(self):
        """List the recoveries, newest first."""
        return recoveries.list_page(self.database, None, limit=100)

    def ask_for_recovery(
        self, business_id='shop', point_id=None, onset_at=None, **changes
    ):
        """Ask for a recovery as a person does."""
        asked = trouble.new_recovery(
            self.protection(business_id),
            cause='asked for by a person',
            onset_at=onset_at or self.now,
            evidence={},
            now=self.now,
            point_id=point_id,
        )
        return recoveries.create(
            self.database, dataclasses.replace(asked, **changes)
        )

    def change_policy(self, **changes):
        """Change the rules of recovery in the policy."""
        chosen = dataclasses.replace(self.policy.recovery, **changes)
        self.policy = policies.update(
            self.database, dataclasses.replace(self.policy, recovery=chosen)
        )

    def recover(self, cloud=None, worker='worker-1', pause=None):
        """Carry out what waits, as a worker does; gives how it ended."""

        def look_later(at_most=None):
            self.cloud.tick()
            self.wait(seconds=1)
            if pause is not None:
                pause()

        (waiting,) = recoveries.claimable(self.database, self.now, 1)
        claimed = recoveries.claim(
            self.database, waiting, worker, self.now, self.now + LEASE
        )
        assert claimed is not None
        tools = recover_tools.Tools(
            self.database,
            cloud or self.cloud,
            recover_tools.Settings(self.step_timeout),
            lambda: self.now,
            look_later,
            Inline(),
        )
        return recover.run(
            tools,
            claimed,
            protections.get(self.database, None, claimed.protection_id),
            policies.get(self.database, None, self.policy.id).recovery,
        )


UNAVAILABLE = errors.CloudUnavailable('cinder answered 503')
