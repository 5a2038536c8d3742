"""End a recovery, and say what stands where if it did not succeed."""

import dataclasses
import logging

from snapfault import errors
from snapfault import model
from snapfault.db import kept
from snapfault.db import recoveries
from snapfault.recover import account
from snapfault.recover import attempts
from snapfault.recover import planning
from snapfault.recover import quarantine
from snapfault.recover import tools as tools_

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Stuck:
    """Why there is no further attempt."""

    reason: str  #: empty: none was wanted
    refused: bool = False  #: the plan said so, and nothing failed


def finish(
    this: planning.Run, recovery: model.Recovery, stuck: Stuck
) -> model.Recovery:
    """Write a recovery's end.

    :raises LeaseLost: another worker holds it
    """
    status = attempts.status_of(recovery)
    if stuck.refused and not recovery.attempts:
        status = model.RecoveryStatus.REFUSED
    reason = ''
    if recovery.attempts:
        _settle(this, recovery)
    if status is not model.RecoveryStatus.DONE:
        reason = '; '.join(
            each for each in _reasons(this, recovery, stuck) if each
        )
    return recoveries.finish(
        this.tools.database, recovery, status, reason, this.tools.now()
    )


def _settle(this: planning.Run, recovery: model.Recovery) -> None:
    """Put on record what is left behind; an outage is waited out."""
    tools = this.tools
    try:
        tools_.patiently(
            tools.pause,
            lambda: quarantine.settle(
                tools.database,
                this.project,
                recovery,
                tools.now(),
                tools.calls,
            ),
        )
    except (errors.LeaseLost, errors.Conflict):
        raise
    except errors.SnapfaultError as error:
        LOG.warning('What %s leaves is unread: %s', recovery.id, error)
        quarantine.note_unread(tools.database, recovery, tools.now())


def _reasons(
    this: planning.Run, recovery: model.Recovery, stuck: Stuck
) -> list[str]:
    if not recovery.attempts:
        return [stuck.reason or 'a person stopped it; nothing was touched']
    forward = recovery.attempts
    told = []
    if attempts.is_compensation(recovery):
        forward = recovery.attempts[:-1]
        told = [_back(recovery)]
    elif stuck.reason:
        told = [f'there it stays, for {stuck.reason}']
    return [forward[-1].reason, *told, _account(this, recovery)]


def _back(recovery: model.Recovery) -> str:
    """Say what came of the way back."""
    forward, back = recovery.attempts[-2:]
    done = back.status is model.AttemptStatus.DONE
    if attempts.is_exchanged(recovery, forward):
        text = 'all volumes are in place, and the server is'
        return text + (
            ' started again' if done else f' not started again: {back.reason}'
        )
    if done:
        return 'what it had taken away is back'
    return f'what it has taken away is not back: {back.reason}'


def _account(this: planning.Run, recovery: model.Recovery) -> str:
    try:
        found = planning.standing(this, recovery)
    except errors.SnapfaultError as error:
        return f'what stands where could not be read: {error}'
    held = kept.of_recoveries(this.tools.database, [recovery.id])
    return account.account(recovery, found, held[recovery.id])
