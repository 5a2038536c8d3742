"""The worker: ticks through the pipeline and carries out recoveries.

Any number of workers share one database and need no leader. A worker's
claims are leases that a thread of its own renews; one that dies is replaced
when its leases run out, by whoever looks first.
"""

import concurrent.futures
import contextlib
import dataclasses
import datetime
import logging
import threading

from snapfault import bearing
from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import pipeline
from snapfault import tracing
from snapfault import trouble
from snapfault.cloud import port
from snapfault.cycle import context as contexts
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.rank import load
from snapfault.rank import run as rank
from snapfault.recover import opening
from snapfault.recover import run as recover
from snapfault.recover import tools as recover_tools
from snapfault.worker import aside
from snapfault.worker import beside
from snapfault.worker import choices
from snapfault.worker import drilling
from snapfault.worker import presence
from snapfault.worker import watching

LOG = logging.getLogger(__name__)

#: A tick looks at no more waiting tasks than this; the rest wait their turn.
LIMIT = 10000
#: Recoveries carried out at once by one worker.
RECOVERIES = 4
#: Requests of these recoveries at once; one of a dead host may hang.
RESCUE_CALLS = 32
#: Requests of the points being taken, at once.
CALLS = 16


class Worker:
    """One worker of the process that makes it."""

    def __init__(
        self,
        chosen: choices.Settings,
        database: api.Database,
        cloud: port.Cloud,
        wake: threading.Event,
    ) -> None:
        """Prepare; nothing happens before :meth:`run`.

        :param wake: set by a message to look at once instead of at the
            next tick; losing one costs a delay and nothing else
        """
        self.id = presence.name()
        self._settings = chosen
        self._database = database
        self._cloud = cloud
        self._wake = wake
        self._hint = threading.Event()
        self._stop = threading.Event()
        self._open: dict[str, concurrent.futures.Future[None]] = {}
        self._hands = bearing.Pool(RESCUE_CALLS)

    def change(self, chosen: choices.Settings) -> None:
        """Go by other choices from the next tick; the rest want a restart."""
        names = choices.MUTABLE
        changed = {name: getattr(chosen, name) for name in names}
        self._settings = dataclasses.replace(self._settings, **changed)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is begun another goes on with."""
        self._stop = stop
        with contextlib.ExitStack() as stack:
            pool = bearing.Pool
            begin = stack.enter_context(pool(self._settings.concurrency))
            calls = stack.enter_context(pool(CALLS))
            stack.enter_context(self._hands)
            rescue = stack.enter_context(pool(RECOVERIES))
            lease = self._settings.lease
            beat = self._database, self.id, lease, self._renew, stop
            beside.begin(stack, presence.beat, 'heartbeat', *beat)
            looks = self._database, self._cloud, self._settings, stop
            aside.begin(stack, *looks)
            mine = self._settings.drill, self._database, self._cloud, self.id
            beside.begin(stack, drilling.work, 'drills', *mine, stop)
            context = self._context(begin, calls)
            watch = watching.Watch(
                self._settings.watch, context.trouble, self.id
            )
            beside.begin(stack, watch.run, 'watch', self._hint, stop)
            stack.callback(self._hint.set)
            LOG.info('Worker %s is at work', self.id)
            while not stop.is_set():
                context = self._up_to_date(context, watch)
                busy = self._tick(context, rescue)
                pause = self._settings.poll if busy else self._settings.tick
                if self._wake.wait(pause):
                    self._hint.set()
                self._wake.clear()
        presence.leave(self._database, self.id)
        LOG.info('Worker %s has stopped', self.id)

    def _context(
        self,
        begin: concurrent.futures.Executor,
        calls: concurrent.futures.Executor,
    ) -> contexts.Context:
        chosen = self._settings
        return contexts.Context(
            database=self._database,
            cloud=self._cloud,
            ranker=rank.Ranker(
                self._cloud.read_measures, load.load(), chosen.ranking
            ),
            snapshot=chosen.snapshot,
            trouble=self._trouble(chosen),
            worker=self.id,
            lease=chosen.lease,
            limit=LIMIT,
            begin=begin,
            calls=calls,
            memory=contexts.remember(self._cloud),
        )

    def _trouble(self, chosen: choices.Settings) -> trouble.Tools:
        return trouble.Tools(
            self._database,
            self._cloud,
            chosen.snapshot.attempts,
            chosen.snapshot.retry_delay,
            chosen.limits,
        )

    def _up_to_date(
        self, context: contexts.Context, watch: watching.Watch
    ) -> contexts.Context:
        """Have what the operator has changed meanwhile take effect."""
        chosen = self._settings
        new = dataclasses.replace(
            context, snapshot=chosen.snapshot, trouble=self._trouble(chosen)
        )
        if new != context:
            watch.change(new.trouble)
        return new

    def _tick(
        self,
        context: contexts.Context,
        rescue: concurrent.futures.Executor,
    ) -> bool:
        """Go round once; the loop goes on whatever one round meets."""
        now = clock.now()
        try:
            self._start_recoveries(rescue, now)
            busy = pipeline.tick(context, now)
        except Exception:
            LOG.exception('A tick broke off; the next one goes on')
            return False
        return busy or bool(self._open)

    def _start_recoveries(
        self, rescue: concurrent.futures.Executor, now: datetime.datetime
    ) -> None:
        self._open = {k: f for k, f in self._open.items() if not f.done()}
        free = RECOVERIES - len(self._open)
        if free <= 0:
            return
        until = now + self._settings.lease
        opening.hold_back(self._database, self._settings.limits, now)
        for waiting in recoveries.claimable(self._database, now, free):
            with bearing.work('recovery', waiting.id, waiting.project_id):
                claimed = recoveries.claim(
                    self._database, waiting, self.id, now, until
                )
                if claimed is not None:
                    begun = rescue.submit(self._recover, claimed)
                    self._open[claimed.id] = begun

    def _recover(self, recovery: model.Recovery) -> None:
        """Carry out one recovery in a thread of its own."""
        tools = recover_tools.Tools(
            self._database,
            self._cloud,
            self._settings.recover,
            clock.now,
            self._pause,
            self._hands,
        )
        try:
            protection = protections.get(
                self._database, recovery.project_id, recovery.protection_id
            )
            policy = policies.get(self._database, None, protection.policy_id)
            with tracing.span('recovery', id=recovery.id):
                ended = recover.run(
                    tools, recovery, protection, policy.recovery
                )
            self._report(ended, protection)
        except recover_tools.Stopped:
            recoveries.release(
                self._database,
                recovery,
                'the worker was stopped',
                clock.now(),
            )
        except (errors.LeaseLost, errors.Conflict) as error:
            LOG.warning('Recovery %s is let go: %s', recovery.id, error)
        except Exception:
            LOG.exception('Recovery %s broke off', recovery.id)

    def _report(
        self, ended: model.Recovery, protection: model.Protection
    ) -> None:
        """Leave on the protection what a person must know."""
        text = ''
        if ended.status is not model.RecoveryStatus.DONE:
            text = (
                f'recovery {ended.id} {ended.status}: {ended.reason}; once'
                ' that is mended, `openstack recovery create'
                f' {ended.business_id}` starts from what stands now'
            )
        protections.set_alarm(self._database, protection.id, text, clock.now())

    def _pause(self, at_most: float | None = None) -> None:
        if self._stop.wait(recover_tools.sleep(at_most, self._settings.poll)):
            raise recover_tools.Stopped

    def _renew(self, until: datetime.datetime) -> None:
        """Renew what this worker holds."""
        task_claims.renew(self._database, self.id, until)
        # Only what a thread is at: the rest another takes over.
        at_work = [k for k, f in list(self._open.items()) if not f.done()]
        recoveries.renew(self._database, at_work, self.id, until)
