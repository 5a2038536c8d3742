"""Look, plan, and take the steps, from the start or from anywhere. Thin.

Each step is journalled before the cloud is asked, and each asks the cloud
how far it is: any prefix of a recovery, then the recovery again, ends as
the recovery does (invariant 4).
"""

import collections.abc
import dataclasses
import datetime
import itertools
import logging

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.recover import plan
from snapfault.recover import read
from snapfault.recover import situation
from snapfault.recover import step
from snapfault.recover import steps

LOG = logging.getLogger(__name__)
Clock = collections.abc.Callable[[], datetime.datetime]


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
    now: Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]


class Stopped(Exception):
    """The worker stops; the journal says where to go on."""


def run(
    tools: Tools,
    recovery: model.Recovery,
    protection: model.Protection,
    margin: datetime.timedelta,
) -> model.Recovery:
    """Take a claimed recovery to its end.

    :returns: the recovery, ``done``, ``refused`` or ``failed``
    :raises LeaseLost: another worker holds it now
    :raises Stopped: the worker stops
    """
    project = tools.cloud.project(protection.delegation)
    try:
        if not recovery.steps:
            recovery = _plan(tools, project, recovery, margin)
        if recovery.status is model.RecoveryStatus.RUNNING:
            _take_steps(tools, project, recovery)
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
    project: port.Project,
    recovery: model.Recovery,
    margin: datetime.timedelta,
) -> model.Recovery:
    """Write the plan, or the refusal, into the recovery's row."""
    history = points.history(
        tools.database, recovery.project_id, recovery.business_id
    )
    found = dataclasses.replace(
        _patiently(
            tools,
            lambda: read.situation(tools.cloud, project, recovery, history),
        ),
        stopped_by_us=read.stopped_by_us(tools.database, recovery),
    )
    planned = plan.plan(recovery, history, found, margin)
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
        'Recovery %s goes back to point %s', recovery.id, planned.point_id
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


def _take_steps(
    tools: Tools, project: port.Project, recovery: model.Recovery
) -> None:
    by_phase = itertools.groupby(
        sorted(recovery.steps, key=lambda record: record.position),
        key=lambda record: record.phase,
    )
    for _, records in by_phase:
        _take_phase(tools, project, recovery, list(records))


def _take_phase(
    tools: Tools,
    project: port.Project,
    recovery: model.Recovery,
    records: list[model.StepRecord],
) -> None:
    """Take the steps of one phase at once, and wait for them all.

    :raises ResourceFailed: the cloud did not get there in time; the time of
        an outage does not count
    """
    left = {
        record.position: steps.from_record(record)
        for record in records
        if record.status is not model.StepStatus.DONE
    }
    deadline = tools.now() + tools.settings.step_timeout
    while left:
        for position, each in tuple(left.items()):
            try:
                if _advance(tools, project, recovery, position, each):
                    del left[position]
            except errors.CloudUnavailable as error:
                LOG.warning('Recovery %s waits: %s', recovery.id, error)
                deadline = tools.now() + tools.settings.step_timeout
        if left and tools.now() > deadline:
            names = ', '.join(each.name for each in left.values())
            raise errors.ResourceFailed(
                f'not done after {tools.settings.step_timeout}: {names}'
            )
        if left:
            tools.pause()


def _advance(
    tools: Tools,
    project: port.Project,
    recovery: model.Recovery,
    position: int,
    each: step.Step,
) -> bool:
    """Look at one step, ask for it if need be, and say if it is done."""
    database = tools.database
    try:
        progress = each.look(project)
        if progress is step.Progress.TODO:
            journal.step_started(database, recovery, position, tools.now())
            each.act(project)
    except errors.CloudConflict as error:
        LOG.info('Recovery %s, %s: %s', recovery.id, each.name, error)
        return False
    except (errors.CloudUnavailable, errors.LeaseLost):
        raise
    except errors.SnapfaultError as error:
        journal.step_finished(
            database,
            recovery,
            position,
            model.StepStatus.FAILED,
            str(error),
            tools.now(),
        )
        raise
    if progress is not step.Progress.DONE:
        return False
    journal.step_finished(
        database, recovery, position, model.StepStatus.DONE, '', tools.now()
    )
    return True
