"""The worker's drills: which it holds, and what people are told of them."""

import concurrent.futures
import dataclasses
import datetime
import logging
import threading

from oslo_config import cfg

from snapfault import bearing
from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import tracing
from snapfault.cloud import port
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import drill_claims
from snapfault.db import drills
from snapfault.db import policies
from snapfault.db import protections
from snapfault.drill import run
from snapfault.drill import tools
from snapfault.recover import tools as recover_tools

LOG = logging.getLogger(__name__)

#: Drills carried out at once by one worker.
DRILLS = 2
#: Requests of all of them at once.
CALLS = 4


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for drills."""

    bounds: drill_claims.Bounds
    one: tools.Settings  #: of each
    tick: float  #: seconds between looks for what waits
    poll: float  #: seconds between looks at what is under way
    lease: datetime.timedelta


def settings(conf: cfg.ConfigOpts) -> Settings:
    """Read the settings of drills from the configuration."""
    seconds = datetime.timedelta
    return Settings(
        drill_claims.Bounds(
            overall=conf.drill.max_open,
            project=conf.drill.max_open_per_project,
        ),
        tools.Settings(
            step_timeout=seconds(seconds=conf.recover.step_timeout),
            timeout=seconds(seconds=conf.drill.timeout),
            retry=seconds(seconds=conf.drill.retry),
        ),
        conf.worker.tick,
        conf.recover.poll,
        seconds(seconds=conf.worker.lease),
    )


def work(
    chosen: Settings,
    database: api.Database,
    cloud: port.Cloud,
    worker: str,
    stop: threading.Event,
) -> None:
    """Carry out drills until the worker stops."""
    Drills(chosen, database, cloud, worker, stop).run()


class Drills:
    """The drills of one worker."""

    def __init__(
        self,
        chosen: Settings,
        database: api.Database,
        cloud: port.Cloud,
        worker: str,
        stop: threading.Event,
    ) -> None:
        """Hold none yet.

        :param stop: set where the worker stops
        """
        self._settings = chosen
        self._database = database
        self._cloud = cloud
        self._worker = worker
        self._stop = stop
        self._calls = bearing.Pool(CALLS)
        self._open: dict[str, concurrent.futures.Future[None]] = {}

    def run(self) -> None:
        """Work until the worker stops; what is begun another goes on with.

        What the threads are at is renewed well before its lease runs out.
        """
        renew_at = clock.now()
        with (
            self._calls,
            bearing.Pool(DRILLS) as pool,
        ):
            while not self._stop.wait(self._settings.tick):
                now = clock.now()
                try:
                    self.start(pool, now)
                    if now >= renew_at:
                        self.renew(now + self._settings.lease)
                        renew_at = now + self._settings.lease / 4
                except Exception:
                    LOG.exception('Drills are looked at again later')

    def start(
        self, pool: concurrent.futures.Executor, now: datetime.datetime
    ) -> None:
        """Begin what waits, as far as there is room."""
        self._open = {k: f for k, f in self._open.items() if not f.done()}
        free = DRILLS - len(self._open)
        bounds, until = self._settings.bounds, now + self._settings.lease
        claimable = drill_claims.claimable
        for each in claimable(self._database, now, free, bounds):
            with bearing.work('drill', each.id, each.project_id):
                claimed = drill_claims.claim(
                    self._database, each, self._worker, now, until, bounds
                )
                if claimed is not None:
                    begun = pool.submit(self.carry_out, claimed)
                    self._open[claimed.id] = begun

    def renew(self, lease_until: datetime.datetime) -> None:
        """Extend the leases of what a thread is at."""
        at_work = [k for k, f in list(self._open.items()) if not f.done()]
        if at_work:
            drill_claims.renew(
                self._database, at_work, self._worker, lease_until
            )

    def carry_out(self, drill: model.Drill) -> None:
        """Carry out one drill in a thread of its own."""
        handed = tools.Tools(
            self._database,
            self._cloud,
            self._settings.one,
            clock.now,
            self._pause,
            self._calls,
        )
        try:
            protection = protections.get(
                self._database, None, drill.protection_id
            )
            policy = policies.get(self._database, None, protection.policy_id)
            with tracing.span('drill', id=drill.id):
                ended = run.run(handed, drill, protection, policy.recovery)
            self._report(ended)
        except tools.LeftBehind as left:
            self._alarm(drill, left_behind(drill, left))
        except recover_tools.Stopped:
            drill_claims.let_go(self._database, drill, clock.now())
        except (errors.LeaseLost, errors.Conflict) as error:
            LOG.warning('Drill %s is let go: %s', drill.id, error)
        except Exception:
            LOG.exception('Drill %s broke off', drill.id)

    def _report(self, ended: model.Drill) -> None:
        """Leave on the protection what a person must know."""
        text = drills.report(ended)
        if text:
            self._alarm(ended, text)
        elif ended.status is model.DrillStatus.DONE:
            alarms.clear(self._database, ended.protection_id, drills.BEGINNING)
        else:  # what it could not remove at first is gone
            mine = f'{drills.BEGINNING}{ended.id} '
            alarms.clear(self._database, ended.protection_id, mine)

    def _alarm(self, drill: model.Drill, text: str) -> None:
        LOG.warning('%s: %s', drill.business_id, text)
        alarms.give_way(
            self._database,
            drill.protection_id,
            drills.BEGINNING,
            text,
            clock.now(),
        )

    def _pause(self) -> None:
        if self._stop.wait(self._settings.poll):
            raise recover_tools.Stopped


def left_behind(drill: model.Drill, left: tools.LeftBehind) -> str:
    """Say what a person must know of a drill that cannot end."""
    return (
        f'{drills.BEGINNING}{drill.id} cannot remove what it has made, and'
        f' goes on trying: {left}; `openstack recovery drill show {drill.id}`'
        ' names each server and volume'
    )
