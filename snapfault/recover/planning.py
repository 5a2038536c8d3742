"""Look afresh, plan one more attempt of a recovery, and write it down."""

import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import journal
from snapfault.db import kept
from snapfault.db import recoveries
from snapfault.recover import attempts
from snapfault.recover import checks
from snapfault.recover import choose
from snapfault.recover import glance
from snapfault.recover import plan
from snapfault.recover import put_back
from snapfault.recover import quarantine
from snapfault.recover import read
from snapfault.recover import situation as situations
from snapfault.recover import step
from snapfault.recover import tools as tools_


@dataclasses.dataclass(frozen=True)
class Run:
    """One recovery's tools, its project, and the rules of its policy."""

    tools: tools_.Tools
    protection: model.Protection
    project: port.Project
    rules: rules.RecoveryRules


@dataclasses.dataclass(frozen=True)
class Begun:
    """An attempt that is written down and not taken yet."""

    recovery: model.Recovery
    #: What its plan was made from a moment ago; None: look anew.
    seen: glance.Glance | None


def begin(
    this: Run, recovery: model.Recovery, following: attempts.Next
) -> Begun | plan.Refusal:
    """Write the plan of one more attempt, or say why there is none.

    :raises LeaseLost: another worker holds it
    """
    if recovery.attempts:
        _until_idle(this, recovery)
    if following is attempts.Next.PUT_BACK:
        planned, attachments, seen = _way_back(this, recovery)
    elif recovery.kind is model.RecoveryKind.UNDO:
        planned, attachments, seen = _undo(this, recovery)
    else:
        planned, attachments, seen = _way_on(this, recovery)
    if isinstance(planned, plan.Refusal):
        return planned
    number = len(recovery.attempts)
    keep = datetime.timedelta(seconds=this.rules.keep)
    now = this.tools.now()
    begun = journal.begin_attempt(
        this.tools.database,
        recovery,
        _attempt(planned, number, now),
        step.records(
            planned.phases, position=len(recovery.steps), attempt=number
        ),
        quarantine.planned(recovery, planned, attachments, keep, now),
        planned.reason,
    )
    return Begun(begun, seen)


def _attempt(
    planned: plan.Plan, number: int, now: datetime.datetime
) -> model.Attempt:
    return model.Attempt(
        number=number,
        way=planned.way,
        point_id=planned.point_id,
        status=model.AttemptStatus.RUNNING,
        reason='',
        started_at=now,
        finished_at=None,
    )


#: A plan, what was attached, and what it all was read by.
_Planned = tuple[
    plan.Plan | plan.Refusal,
    tuple[resource.Attachment, ...],
    glance.Glance | None,
]


def _way_on(this: Run, recovery: model.Recovery) -> _Planned:
    """Plan the service's return from a point."""
    database = this.tools.database
    history = read.history(database, recovery.project_id, recovery.business_id)
    found, seen = _look(this, recovery, history)
    for each in this.rules.checks:
        told = checks.wrong(each)
        if told:
            return plan.Refusal(f'the policy is wrong: {told}'), (), None
    ours = read.stopped_by_us(database, recovery)
    said = read.alarms(database, recovery, this.tools.now())
    found = dataclasses.replace(found, stopped_by_us=ours, alarms=said)
    planned = plan.plan(recovery, history, found, this.rules)
    return planned, found.attachments, seen


def _look(
    this: Run,
    recovery: model.Recovery,
    history: choose.History,
) -> tuple[situations.Situation, glance.Glance]:
    """Read what a plan rests on, anew after each outage of the cloud."""
    tools = this.tools

    def look() -> tuple[situations.Situation, glance.Glance]:
        seen = glance.Glance(this.project, tools.now())
        hands = glance.hands(step.Hands(this.project, tools.cloud), seen)
        found = read.situation(
            hands,
            recovery,
            this.protection.image_id,
            history,
            this.rules,
            tools.calls,
        )
        return found, seen

    return tools_.patiently(tools.pause, look)


def _way_back(this: Run, recovery: model.Recovery) -> _Planned:
    """Plan that what this recovery took away comes back to its place."""
    last = recovery.attempts[-1]
    wanted: tuple[model.Kept, ...] = ()
    if not attempts.is_exchanged(recovery, last):
        wanted = put_back.originals(_kept_by(this, recovery.id))
    found = standing(this, recovery)
    runs = attempts.was_running(recovery)
    planned = put_back.plan(recovery, wanted, found, runs)
    return planned, found.attachments, None


def _undo(this: Run, recovery: model.Recovery) -> _Planned:
    """Plan that what another recovery replaced comes back to its place."""
    assert recovery.origin_id is not None  # an undo is one of something
    origin = recoveries.get(
        this.tools.database, recovery.project_id, recovery.origin_id
    )
    wanted = put_back.originals(_kept_by(this, origin.id))
    found = standing(this, recovery)
    server = found.server
    runs = server is not None and (
        server.status != 'SHUTOFF'
        or read.stopped_by_us(this.tools.database, recovery)
    )
    planned = put_back.plan(recovery, wanted, found, runs)
    return planned, found.attachments, None


def _kept_by(this: Run, recovery_id: str) -> list[model.Kept]:
    database = this.tools.database
    return kept.of_recoveries(database, [recovery_id])[recovery_id]


def standing(this: Run, recovery: model.Recovery) -> put_back.Standing:
    """Read what stands where, and wait out an outage for it."""
    return tools_.patiently(
        this.tools.pause,
        lambda: read.what_stands(this.tools.cloud, this.project, recovery),
    )


def _until_idle(this: Run, recovery: model.Recovery) -> None:
    """Let the cloud come to an end with what a failed attempt asked for."""
    tools = this.tools
    deadline = tools.now() + tools.settings.step_timeout
    ours = {each.resource_id for each in _kept_by(this, recovery.id)}
    while tools.now() <= deadline:
        if not put_back.is_moving(standing(this, recovery), ours):
            return
        tools.pause()
