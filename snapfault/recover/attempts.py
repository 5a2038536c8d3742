"""What a recovery does next, by what its attempts came to. Pure.

All of it is read from the recovery's own row, so that a worker that takes
over goes on where the one before it died.
"""

import enum

from snapfault import model
from snapfault import rules
from snapfault.recover import choose
from snapfault.recover.steps import attach
from snapfault.recover.steps import detach
from snapfault.recover.steps import power
from snapfault.recover.steps import rebuild
from snapfault.recover.steps import return_volume

_DONE = model.StepStatus.DONE
_UNDO = model.RecoveryKind.UNDO


class Next(enum.Enum):
    """What a recovery does next."""

    TAKE = 'take'  #: the steps of the attempt that runs
    PLAN = 'plan'  #: one more attempt to reach what it is for
    PUT_BACK = 'put back'  #: what was taken away: it cannot go forward
    END = 'end'


def next_of(recovery: model.Recovery, chosen: rules.RecoveryRules) -> Next:
    """Say what comes next.

    :param chosen: of the policy
    """
    if not recovery.attempts:
        return Next.END if recovery.abort_asked else Next.PLAN
    last = recovery.attempts[-1]
    if last.status is model.AttemptStatus.RUNNING:
        return Next.TAKE
    if last.status is model.AttemptStatus.DONE or is_compensation(recovery):
        return Next.END
    if not recovery.abort_asked and _goes_on(recovery, last, chosen):
        return Next.PLAN
    return Next.PUT_BACK if is_half_way(recovery, last) else Next.END


def status_of(recovery: model.Recovery) -> model.RecoveryStatus:
    """Say how a recovery ends after the attempts that it has had."""
    if (
        recovery.attempts
        and recovery.attempts[-1].status is model.AttemptStatus.DONE
        and not is_compensation(recovery)
    ):
        return model.RecoveryStatus.DONE
    if recovery.abort_asked:
        return model.RecoveryStatus.ABORTED
    return model.RecoveryStatus.FAILED


def is_compensation(recovery: model.Recovery) -> bool:
    """Say whether the last attempt puts back what this one took away."""
    own = recovery.kind is _UNDO  # then the first one is what it is for
    return any(
        each.way is model.Way.PUT_BACK for each in recovery.attempts[own:]
    )


def steps_of(
    recovery: model.Recovery, attempt: model.Attempt
) -> tuple[model.StepRecord, ...]:
    """Give the steps of one attempt."""
    return tuple(s for s in recovery.steps if s.attempt == attempt.number)


def is_half_way(recovery: model.Recovery, attempt: model.Attempt) -> bool:
    """Say whether a failed attempt left volumes away or the server off."""
    steps = steps_of(recovery, attempt)
    begun = [
        each
        for each in steps
        if each.name in (power.Stop.name, power.Halt.name, detach.Detach.name)
        and each.status is not model.StepStatus.PLANNED
    ]
    missing = [
        each
        for each in steps
        if each.name
        in (
            attach.Attach.name,
            return_volume.ReturnVolume.name,
            power.Start.name,
        )
        and each.status is not _DONE
    ]
    return bool(begun and missing)


def is_exchanged(recovery: model.Recovery, attempt: model.Attempt) -> bool:
    """Say whether an attempt attached all that it was to attach."""
    return all(
        each.status is _DONE
        for each in steps_of(recovery, attempt)
        if each.name in (attach.Attach.name, return_volume.ReturnVolume.name)
    )


def was_running(recovery: model.Recovery) -> bool:
    """Say whether the server ran before: then some attempt was to start it.

    Not each is, for one that begins with a reboot has nothing to start.
    """
    return any(each.name == power.Start.name for each in recovery.steps)


def _goes_on(
    recovery: model.Recovery,
    last: model.Attempt,
    chosen: rules.RecoveryRules,
) -> bool:
    """Say whether the plan is to be asked for a better one than the last.

    After a rebuild that broke half way once, and where the policy lets the
    plan set right what that has left behind. Where the service did not work
    the plan goes back to an older point, and a way without one would be the
    same again.
    """
    if recovery.kind is _UNDO:
        return False
    if last.way is model.Way.REBOOT:
        return True
    broke = {
        each.attempt
        for each in recovery.steps
        if each.name == rebuild.Rebuild.name
        and each.status is model.StepStatus.FAILED
    }
    if chosen.repair and broke == {last.number}:
        return True
    if last.way is model.Way.SERVER:
        return False
    return choose.failed_verification(recovery, last)
