"""The same on the whole service: real database, real worker, fake cloud.

Hypothesis chooses what happens, and makes what it finds as short as it can.
"""

import contextlib
import dataclasses
import datetime
import random
import shutil
import tempfile

import hypothesis
from hypothesis import stateful
from hypothesis import strategies

from snapfault import errors
from snapfault import model
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import recoveries
from snapfault.db import tasks
from tests import build
from tests.fake import crash
from tests.functional import stage as stages
from tests.functional.db import samples
from tests.functional.retention import quotas

Status = model.PointStatus
LEAVING = (Status.DELETING, Status.DELETED)
PHASES = (hypothesis.Phase.generate, hypothesis.Phase.shrink)
WORKERS = strategies.sampled_from(('worker-1', 'worker-2'))
QUOTAS = strategies.integers(0, 2**32).map(
    lambda seed: quotas.any_quota(random.Random(seed))
)


@dataclasses.dataclass
class Counts:
    """What was lived through."""

    steps: int = 0
    good: int = 0
    gone: int = 0  #: good points that went again
    lost_by_person: int = 0


class Machine(stateful.RuleBasedStateMachine):
    """One service, two workers, and all that befalls them."""

    counts = Counts()

    def __init__(self):
        """Begin with one protected service and no point."""
        super().__init__()
        self._folder = tempfile.mkdtemp(prefix='snapfault-')
        self.stage = stages.Stage(self._folder)
        self.stage.protect(volumes=2)
        self._incarnation = 0
        self._had: set[str] = set()  #: ids of points that were good
        self._here: set[str] = set()  #: ids of those that are
        self._spoilt: set[str] = set()  #: whose snapshots a person took
        self._read: str | None = None  #: what an open recovery reads from
        self._has_had_one = False

    def teardown(self):
        """Leave no file."""
        self.stage.database.close()
        shutil.rmtree(self._folder)

    # what workers do

    @stateful.rule(worker=WORKERS, ticks=strategies.integers(1, 6))
    def take(self, worker, ticks):
        """Let a run fall due, and time go by."""
        self._ask()
        self._tick(ticks, worker)

    @stateful.rule(worker=WORKERS, ticks=strategies.integers(1, 20))
    def go_on(self, worker, ticks):
        """Let a worker and the cloud go on."""
        self._tick(ticks, worker)

    @stateful.rule(
        calls=strategies.integers(0, 14), acts=strategies.booleans()
    )
    def die(self, calls, acts):
        """Have a worker die at a call, before it or after."""
        self._ask()
        self._incarnation += 1
        dying = crash.CrashAfter(self.stage.cloud, calls, acts)
        try:
            self._tick(6, f'dying-{self._incarnation}', dying)
        except crash.Crash:
            self.stage.cloud.settle()

    def _ask(self):
        self.stage.wait(seconds=7)
        with contextlib.suppress(errors.Conflict):  # one waits already
            tasks.create_now(
                self.stage.database, self.stage.protection(), self.stage.now
            )

    def _tick(self, ticks, worker, cloud=None):
        self.stage.tick(ticks, cloud=cloud, worker=worker)

    # what the cloud does

    @stateful.rule(
        fault=strategies.sampled_from(
            (
                ('create_snapshot', 'error'),
                ('create_snapshot', 'hang'),
                ('delete_snapshot', 'busy'),
                ('delete_snapshot', 'error'),
            )
        ),
        times=strategies.integers(1, 3),
    )
    def go_wrong(self, fault, times):
        """Have work that Cinder accepted end badly."""
        self.stage.cloud.break_next(fault[0], times, fate=fault[1])

    @stateful.rule(
        error=strategies.sampled_from(
            (
                errors.QuotaExceeded('over the limit'),
                errors.CloudUnavailable('503'),
                errors.CloudConflict('409'),
            )
        ),
        method=strategies.sampled_from(
            ('create_snapshot', 'delete_snapshot', 'list_snapshots')
        ),
        after=strategies.booleans(),
    )
    def refuse(self, error, method, after):
        """Have a call fail, or its answer be lost."""
        self.stage.cloud.fail(method, error, after=after)

    @stateful.rule(
        snapshots=strategies.integers(-1, 9),
        gigabytes=strategies.integers(-1, 12),
    )
    def limit(self, snapshots, gigabytes):
        """Set Cinder's limits."""
        self.stage.cloud.limit(
            build.PROJECT, snapshots=snapshots, gigabytes=gigabytes
        )

    @stateful.rule()
    def heal(self):
        """Let an admin mend what hangs and take all limits away."""
        self.stage.cloud.heal()
        self.stage.cloud.limit(build.PROJECT, snapshots=-1, gigabytes=-1)

    # what time does

    @stateful.rule(
        seconds=strategies.sampled_from((61, 700, 90_000, 40_000_000))
    )
    def wait(self, seconds):
        """Let time go by, or jump forward."""
        self._jump(seconds)

    @stateful.rule(
        seconds=strategies.sampled_from((61, 700, 90_000, 40_000_000))
    )
    def jump_back(self, seconds):
        """Set the clock back."""
        self._jump(-seconds)

    def _jump(self, seconds):
        moved = self.stage.now + datetime.timedelta(seconds=seconds)
        years = abs(moved - build.NOW).days // 365
        if years < 20:
            self.stage.now = moved

    # what people do

    @stateful.rule(quota=QUOTAS)
    def change_policy(self, quota):
        """Set other rules."""
        self.stage.policy = policies.update(
            self.stage.database,
            dataclasses.replace(self.stage.policy, quota=quota),
        )

    @stateful.rule(
        number=strategies.integers(0, 9), pinned=strategies.booleans()
    )
    def pin(self, number, pinned):
        """Pin a point or unpin it."""
        if history := self.stage.history():
            point = history[number % len(history)]
            try:
                points.set_pinned(self.stage.database, point, pinned)
            except errors.Conflict:
                assert pinned
                assert point.status is not Status.GOOD

    @stateful.rule(number=strategies.integers(0, 9))
    def delete(self, number):
        """Ask that a point be removed."""
        if history := self.stage.history():
            point = history[number % len(history)]
            try:
                self._move(point, Status.DELETING)
            except errors.Conflict:
                return
            assert not point.pinned

    def _move(self, point, status):
        points.move(self.stage.database, point, status, now=self.stage.now)

    @stateful.rule(number=strategies.integers(0, 9))
    def begin_recovery(self, number):
        """Have a recovery read from a point; nobody carries it out here.

        A person has named it, or its plan has chosen it, which nothing but
        an attempt of the recovery says.
        """
        if not (good := self.stage.good()):
            return
        point = good[number % len(good)]
        with contextlib.suppress(errors.Conflict):  # one is open already
            if number % 2:
                self.stage.ask_for_recovery(point_id=point.id)
            else:
                asked = self.stage.ask_for_recovery()
                chosen = samples.attempt(point_id=point.id)
                journal.begin_attempt(self.stage.database, asked, chosen, ())
            self._read = point.id

    @stateful.rule()
    def end_recovery(self):
        """End the recovery, if there is one."""
        stage = self.stage
        refused = model.RecoveryStatus.REFUSED
        for each in recoveries.claimable(stage.database, stage.now, 9):
            recoveries.finish(
                stage.database, each, refused, 'not today', stage.now
            )
        self._read = None

    @stateful.rule(number=strategies.integers(0, 9))
    def take_snapshot_away(self, number):
        """Delete a snapshot behind our back."""
        whole = [
            each
            for each in self.stage.cloud.snapshots_of(build.PROJECT)
            if each.status == 'available'
        ]
        if whole:
            snapshot = whole[number % len(whole)]
            del self.stage.cloud.world.snapshots[snapshot.id]
            self._spoilt |= {
                point.id
                for point in self.stage.history()
                for member in point.members
                if member.snapshot_id == snapshot.id
            }

    @stateful.rule()
    def notice_loss(self):
        """Call lost what a person took away."""
        for point in self.stage.good():
            if point.id in self._spoilt:
                self._move(point, Status.LOST)
        if self._has_had_one and not self.stage.good():
            self._has_had_one = False
            self.counts.lost_by_person += 1

    # what holds

    @stateful.invariant()
    def has_a_good_point(self):
        """Invariant 1, and that a good point is whole."""
        good = self.stage.good()
        self._count({point.id for point in good})
        assert good or not self._has_had_one, 'no good point is left'
        snapshots = self.stage.cloud.world.snapshots
        for point in good:
            assert point.id in self._spoilt or all(
                member.snapshot_id in snapshots
                and snapshots[member.snapshot_id].status == 'available'
                for member in point.members
            ), 'a good point misses a snapshot'

    @stateful.invariant()
    def keeps_what_is_pinned(self):
        """A pinned point is not on its way out."""
        for point in self.stage.history():
            assert not (point.pinned and point.status in LEAVING)

    @stateful.invariant()
    def keeps_what_is_read_from(self):
        """A point that an open recovery reads from is not on its way out."""
        for point in self.stage.history():
            assert point.id != self._read or point.status not in LEAVING

    def _count(self, good):
        self.counts.steps += 1
        self.counts.good += len(good - self._had)
        self.counts.gone += len(self._here - good)
        self._had |= good
        self._here = good
        self._has_had_one = self._has_had_one or bool(good)


def explore(
    histories: int,
    steps: int,
    seed: int,
    *,
    shrink: bool = True,
) -> Counts:
    """Live through so many histories of up to so many steps each.

    :param shrink: look for a shorter one once the promise is broken
    :raises AssertionError: the promise does not hold; the output shows how
    """
    seeded = hypothesis.seed(seed)(
        type('Seeded', (Machine,), {'counts': Counts()})
    )
    stateful.run_state_machine_as_test(
        seeded,
        settings=hypothesis.settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=PHASES if shrink else PHASES[:1],
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    return seeded.counts
