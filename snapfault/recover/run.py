"""Look, plan, and have the steps taken, to one of a recovery's ends. Thin."""

import collections.abc
import dataclasses
import datetime
import itertools
import logging

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.recover import carry
from snapfault.recover import plan
from snapfault.recover import read
from snapfault.recover import situation
from snapfault.recover import step

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices for recoveries."""

    step_timeout: datetime.timedelta  #: outages of the cloud not counted


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a recovery is handed beside its own row."""

    database: api.Database
    cloud: port.Cloud
    settings: Settings
    now: carry.Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]


class Stopped(Exception):
    """The worker stops; the journal says where to go on."""


def run(
    tools: Tools,
    recovery: model.Recovery,
    protection: model.Protection,
    policy: rules.RecoveryRules,
) -> model.Recovery:
    """Take a claimed recovery to its end.

    :returns: the recovery, ``done``, ``refused`` or ``failed``
    :raises LeaseLost: another worker holds it now
    :raises Stopped: the worker stops
    """
    project = tools.cloud.project(protection.delegation)
    try:
        if not recovery.steps:
            recovery = _plan(tools, recovery, protection, policy)
        if recovery.status is model.RecoveryStatus.RUNNING:
            _take(tools, project, recovery)
    except (errors.LeaseLost, errors.Conflict):
        raise
    except errors.SnapfaultError as error:
        LOG.error('Recovery %s failed: %s', recovery.id, error)
        return recoveries.finish(
            tools.database,
            recovery,
            model.RecoveryStatus.FAILED,
            str(error),
            tools.now(),
        )
    if recovery.status is not model.RecoveryStatus.RUNNING:
        return recovery
    LOG.info('Recovery %s is done', recovery.id)
    return recoveries.finish(
        tools.database, recovery, model.RecoveryStatus.DONE, '', tools.now()
    )


def _plan(
    tools: Tools,
    recovery: model.Recovery,
    protection: model.Protection,
    policy: rules.RecoveryRules,
) -> model.Recovery:
    """Write the plan, or the refusal, into the recovery's row."""
    history = points.history(
        tools.database, recovery.project_id, recovery.business_id
    )
    project = tools.cloud.project(protection.delegation)
    found = dataclasses.replace(
        _patiently(
            tools,
            lambda: read.situation(
                tools.cloud, project, recovery, protection, history, policy
            ),
        ),
        stopped_by_us=read.stopped_by_us(tools.database, recovery),
    )
    planned = plan.plan(recovery, history, found, policy)
    if isinstance(planned, plan.Refusal):
        LOG.error('Recovery %s is refused: %s', recovery.id, planned.reason)
        return recoveries.finish(
            tools.database,
            recovery,
            model.RecoveryStatus.REFUSED,
            planned.reason,
            tools.now(),
        )
    LOG.info(
        'Recovery %s goes the way %s: %s',
        recovery.id,
        planned.way,
        planned.reason,
    )
    return journal.write(
        tools.database, recovery, planned.point_id, _records(planned)
    )


def _records(planned: plan.Plan) -> tuple[model.StepRecord, ...]:
    numbered = itertools.count()
    return tuple(
        model.StepRecord(
            position=next(numbered),
            phase=phase,
            name=each.name,
            arguments=each.arguments(),
            status=model.StepStatus.PLANNED,
            detail='',
            started_at=None,
            finished_at=None,
        )
        for phase, together in enumerate(planned.phases)
        for each in together
    )


def _patiently(
    tools: Tools, read: collections.abc.Callable[[], situation.Situation]
) -> situation.Situation:
    """Read, and wait out an outage of the cloud (invariant 8)."""
    while True:
        try:
            return read()
        except errors.CloudUnavailable as error:
            LOG.warning('Waiting for the cloud: %s', error)
            tools.pause()


def _take(
    tools: Tools, project: port.Project, recovery: model.Recovery
) -> None:
    carrier = carry.Carrier(
        f'Recovery {recovery.id}',
        _Journal(tools.database, recovery),
        step.Hands(project, tools.cloud),
        tools.settings.step_timeout,
        tools.now,
        tools.pause,
    )
    carry.take(carrier, recovery.steps)


@dataclasses.dataclass(frozen=True)
class _Journal:
    """The journal of one recovery."""

    database: api.Database
    recovery: model.Recovery

    def started(self, position: int, now: datetime.datetime) -> None:
        journal.step_started(self.database, self.recovery, position, now)

    def finished(
        self,
        position: int,
        status: model.StepStatus,
        detail: str,
        now: datetime.datetime,
    ) -> None:
        journal.step_finished(
            self.database, self.recovery, position, status, detail, now
        )
