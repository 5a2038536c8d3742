"""Remove what a drill has made, whatever became of it. Thin.

A drill ends when all that bears its marker was seen gone; until then it
stays open, and whoever holds it next goes on.
"""

import dataclasses
import functools

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import drill_claims
from snapfault.db import drill_journal
from snapfault.db import protections
from snapfault.drill import plan
from snapfault.drill import read
from snapfault.drill import tools as tools_
from snapfault.recover import tools as recover_tools


def run(
    tools: tools_.Tools, drill: model.Drill, protection: model.Protection
) -> model.Drill:
    """End a drill that has an outcome.

    :raises LeftBehind: something cannot be removed now; the drill was let
        go until the next try
    :raises LeaseLost: another worker holds it now
    :raises Stopped: the worker stops
    """
    drill = drill_journal.again(tools.database, drill, plan.REMOVALS)
    try:
        if drill.steps:
            drill = _remove(tools, drill, _project(tools, protection))
    except errors.LeaseLost:
        raise
    except errors.SnapfaultError as error:
        until = tools.now() + tools.settings.retry
        drill_claims.let_go(tools.database, drill, until)
        raise tools_.LeftBehind(str(error)) from error
    return drill_journal.finish(tools.database, drill, tools.now())


def _project(
    tools: tools_.Tools, protection: model.Protection
) -> port.Project:
    """Act by the first right of the project that lives.

    :raises DelegationDead: none does
    """
    rights = protections.delegations(
        tools.database, protection.project_id, [protection.id]
    )
    dead = errors.DelegationDead('the project has lent no right any more')
    for right in rights:
        project = tools.cloud.project(right)
        try:
            recover_tools.patiently(tools.pause, project.check)
        except errors.DelegationDead as error:
            dead = error
            continue
        return project
    raise dead


def _remove(
    tools: tools_.Tools, drill: model.Drill, project: port.Project
) -> model.Drill:
    """Remove what stands, and look again until nothing does.

    :returns: the drill, whose reason tells what of others' is left
    """
    look = functools.partial(read.standing, project, drill.id)
    while True:
        found = recover_tools.patiently(tools.pause, look)
        servers = {*found.server_ids, *plan.servers_of(drill)}
        phases = plan.removals(drill, servers, found.volume_ids)
        reason = plan.tell(drill.reason, found.left_ids)
        if phases or reason != drill.reason:
            drill = dataclasses.replace(drill, reason=reason)
            drill = drill_journal.go_on(
                tools.database, drill, plan.records(drill, phases)
            )
        removals = [e for e in drill.steps if e.name in plan.REMOVALS]
        tools_.take(tools, drill, project, removals, tools.pause)
        if not found.server_ids and not found.volume_ids:
            return drill
        tools.pause()
        drill = drill_journal.again(tools.database, drill, plan.REMOVALS)
