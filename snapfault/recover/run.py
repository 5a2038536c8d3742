"""Take a recovery from attempt to attempt, to one of its ends. Thin.

Which comes next :mod:`snapfault.recover.attempts` says, by the recovery's
own row: whoever takes over goes on there.
"""

import logging

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import recoveries
from snapfault.recover import attempts
from snapfault.recover import carry
from snapfault.recover import ending
from snapfault.recover import glance
from snapfault.recover import lines
from snapfault.recover import pace as pace_
from snapfault.recover import plan
from snapfault.recover import planning
from snapfault.recover import step
from snapfault.recover import tools as tools_
from snapfault.recover.steps import return_volume

LOG = logging.getLogger(__name__)


class Aborted(Exception):
    """A person wants the recovery to stop."""


def run(
    tools: tools_.Tools,
    recovery: model.Recovery,
    protection: model.Protection,
    chosen: rules.RecoveryRules,
) -> model.Recovery:
    """Take a claimed recovery to its end.

    :param chosen: of the policy, as it is now
    :returns: the recovery, ``done``, ``refused``, ``failed`` or ``aborted``
    :raises LeaseLost: another worker holds it now
    :raises Stopped: the worker stops
    """
    project = tools.cloud.project(protection.delegation)
    this = planning.Run(tools, protection, project, chosen)
    stuck = ending.Stuck('')
    seen = None
    while True:
        following = attempts.next_of(recovery, chosen)
        if following is attempts.Next.TAKE:
            recovery = _take(tools, project, recovery, seen)
            seen = None
            continue
        if following is attempts.Next.END or stuck.reason:
            return ending.finish(this, recovery, stuck)
        begun = _begin(this, recovery, following)
        if isinstance(begun, ending.Stuck):
            stuck = begun
        elif begun is not None:
            recovery, seen = begun.recovery, begun.seen


def _begin(
    this: planning.Run, recovery: model.Recovery, following: attempts.Next
) -> planning.Begun | ending.Stuck | None:
    """Write down one more attempt, or say why there is none.

    :returns: None: its point went while it was planned; nothing is touched,
        and the next plan is made from what stands then
    """
    try:
        begun = planning.begin(this, recovery, following)
    except errors.ChangedMeanwhile as error:
        LOG.info('Recovery %s plans anew: %s', recovery.id, error)
        return None
    except (errors.LeaseLost, errors.Conflict):
        raise
    except errors.SnapfaultError as error:
        return ending.Stuck(str(error))
    if isinstance(begun, plan.Refusal):
        return ending.Stuck(begun.reason, refused=True)
    return begun


def _take(
    tools: tools_.Tools,
    project: port.Project,
    recovery: model.Recovery,
    seen: glance.Glance | None,
) -> model.Recovery:
    """Take the steps of the attempt that runs, and note how it ends.

    :param seen: what it was planned from just now; None: it was before
    """
    attempt = recovery.attempts[-1]
    steps = attempts.steps_of(recovery, attempt)
    status, reason = model.AttemptStatus.DONE, ''
    try:
        carry.take(_carrier(tools, project, recovery), steps, seen)
    except (errors.LeaseLost, errors.Conflict):
        raise
    except (errors.SnapfaultError, Aborted) as error:
        status, reason = model.AttemptStatus.FAILED, str(error)
    returned = [
        each.arguments['volume_id']
        for each in steps
        if each.name == return_volume.ReturnVolume.name
        and status is model.AttemptStatus.DONE
    ]
    return journal.end_attempt(
        tools.database, recovery, status, reason, tools.now(), returned
    )


def _carrier(
    tools: tools_.Tools, project: port.Project, recovery: model.Recovery
) -> carry.Carrier:
    pace = pace_.Pace(tools.now())

    def pause() -> None:
        """Sleep until the next look, and look first if it is wanted."""
        _heed_abort(tools.database, recovery)
        tools.pause(pace.rest(tools.now()))

    return carry.Carrier(
        f'Recovery {recovery.id}',
        lines.Lines(tools.database, recovery, pace.moved),
        step.Hands(project, tools.cloud),
        tools.settings.step_timeout,
        tools.now,
        tools.pause if attempts.is_compensation(recovery) else pause,
        tools.calls,
    )


def _heed_abort(database: api.Database, recovery: model.Recovery) -> None:
    """Leave, if a person wants it; what was taken away is put back.

    :raises Aborted: they do
    """
    if recoveries.is_abort_asked(database, recovery.id):
        raise Aborted('a person stopped it')
