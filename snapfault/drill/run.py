"""Rehearse one recovery, say what it showed, and leave nothing. Thin."""

import dataclasses
import logging

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import drill_journal
from snapfault.db import drills
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.drill import plan
from snapfault.drill import read
from snapfault.drill import teardown
from snapfault.drill import tools as tools_
from snapfault.recover import read as recover_read
from snapfault.recover import tools as recover_tools

LOG = logging.getLogger(__name__)
Status = model.DrillStatus


class _BrokenOff(Exception):
    """It ends here, for a reason that is not the point's."""


@dataclasses.dataclass(frozen=True)
class _Drill:
    """All that one rehearsal rests on."""

    tools: tools_.Tools
    drill: model.Drill
    protection: model.Protection
    policy: rules.RecoveryRules

    @property
    def project(self) -> port.Project:
        return self.tools.cloud.project(self.protection.delegation)

    def check(self) -> None:
        """Look whether it may go on.

        :raises _BrokenOff: it may not
        """
        busy = recoveries.open_servers(self.tools.database)
        if self.protection.server_id in busy:
            raise _BrokenOff('a recovery of the service has opened')
        began = self.drill.started_at or self.drill.created_at
        if self.tools.now() > began + self.tools.settings.timeout:
            raise _BrokenOff(
                f'it was not verified after {self.tools.settings.timeout}'
            )

    def pause(self) -> None:
        """Sleep until the next look, if there is to be one."""
        self.tools.pause()
        self.check()

    def take(self, drill: model.Drill) -> None:
        """Take what is in the journal and not done."""
        self.check()
        tools_.take(self.tools, drill, self.project, drill.steps, self.pause)


def run(
    tools: tools_.Tools,
    drill: model.Drill,
    protection: model.Protection,
    policy: rules.RecoveryRules,
) -> model.Drill:
    """Take a claimed drill to its end, which is when nothing of it stands.

    :raises LeftBehind: something cannot be removed now
    :raises LeaseLost: another worker holds it now
    :raises Stopped: the worker stops
    """
    if drill.outcome is None:
        drill = _rehearse(_Drill(tools, drill, protection, policy))
    return teardown.run(tools, drill, protection)


def _rehearse(this: _Drill) -> model.Drill:
    """Bring the service up beside itself, and write what that showed."""
    outcome, reason, took = Status.DONE, '', None
    try:
        _bring_up(this)
        if this.drill.generation == 1:  # it was never in other hands
            began = this.drill.started_at or this.drill.created_at
            took = (this.tools.now() - began).total_seconds()
    except errors.LeaseLost:
        raise
    except (_BrokenOff, errors.SnapfaultError) as error:
        outcome, reason = _judge(this, error), str(error)
    LOG.info('Drill %s is %s %s', this.drill.id, outcome, reason)
    return drill_journal.conclude(
        this.tools.database,
        this.drill,
        outcome,
        reason,
        took,
        this.tools.now(),
    )


def _bring_up(this: _Drill) -> None:
    """Take both halves of the plan; the second needs the server's id."""
    drill = this.drill if this.drill.steps else _begin(this)
    this.take(drill)
    if not plan.is_equipped(drill):
        drill = _equip(this, drill)
        this.take(drill)


def _begin(this: _Drill) -> model.Drill:
    """Choose the point, look at what stands in the way, and write it down.

    :raises _BrokenOff: something does
    """
    tools, drill = this.tools, this.drill
    this.check()
    history = recover_read.history(
        tools.database, drill.project_id, drill.business_id
    )
    snapshots = recover_tools.patiently(
        this.pause, lambda: read.snapshots(this.project)
    )
    point = plan.choose_point(drill, history, snapshots, this.policy)
    if isinstance(point, plan.Refusal):
        raise _BrokenOff(point.reason)
    ground = recover_tools.patiently(
        this.pause, lambda: read.ground(this.project, point)
    )
    phases = plan.begin(drill, point, ground, this.policy.drills.network)
    if isinstance(phases, plan.Refusal):
        raise _BrokenOff(phases.reason)
    LOG.info('Drill %s rehearses recovery point %s', drill.id, point.id)
    return drill_journal.begin(
        tools.database, drill, point.id, plan.records(drill, phases)
    )


def _equip(this: _Drill, drill: model.Drill) -> model.Drill:
    """Write the rest of the steps, which name the server by its id."""
    tools = this.tools
    point = points.get(tools.database, drill.project_id, str(drill.point_id))
    found = recover_tools.patiently(
        this.pause, lambda: read.standing(this.project, drill.id)
    )
    if not found.server_ids:
        raise _BrokenOff('somebody has removed the server')
    phases = plan.equip(drill, point, found.server_ids[0], this.policy)
    return drill_journal.go_on(
        tools.database, drill, plan.records(drill, phases)
    )


def _judge(this: _Drill, error: Exception) -> Status:
    """Say whether it is the point that failed.

    It is only where everything else was done: a fresh look finds the server
    up on a living host with the clones attached, and a check that can be
    made says no once more. An outage, a full cloud, a lost right or a check
    that nobody can make disproves nothing.
    """
    drill = drills.get(this.tools.database, None, this.drill.id)
    if isinstance(error, _BrokenOff) or not plan.is_unverified(drill):
        return Status.REFUSED
    (server_id,) = plan.servers_of(drill)
    try:
        if not read.stands(this.tools.cloud, this.project, drill, server_id):
            return Status.REFUSED
        says_no = read.says_no(
            this.project, server_id, plan.checks_of(this.policy)
        )
    except errors.SnapfaultError as another:
        LOG.warning('Drill %s: nothing can be told: %s', drill.id, another)
        return Status.REFUSED
    return Status.FAILED if says_no else Status.REFUSED
