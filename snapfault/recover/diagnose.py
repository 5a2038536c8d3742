"""Say what the evidence of a fault means. Pure.

One missed read is never a fault, and trouble of the control plane, a quota
or a right is never a reason to rebuild: only what Nova and Cinder say of
the server and its volumes themselves is, and then only when two say it, or
one for long enough.
"""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import case as cases
from snapfault.recover import quorum
from snapfault.recover import seen

Case = cases.Case
Diagnosis = cases.Diagnosis
Verdict = cases.Verdict

#: What is said first where no delegation is alive; alarms are counted by it.
NO_RIGHT: typing.Final = 'no right to act for the project'


def diagnose(case: Case) -> Diagnosis:
    """Judge a case; the first rule that speaks decides."""
    for rule in _RULES:
        diagnosis = rule(case)
        if diagnosis is not None:
            return diagnosis
    assert case.server is not None  # _gone has spoken otherwise
    status = case.server.status
    if case.operation:
        return _no_fault(
            case,
            f'the service is {status} and only its backup failed:'
            f' {case.operation}',
        )
    off = ', which is no fault' if status == 'SHUTOFF' else ''
    busy = [f'{v.id} is {v.status}' for v in case.volumes if not _is_well(v)]
    volumes = 'its volumes are in use'
    if busy:
        volumes = f'volume {", ".join(busy)}, which is no fault'
    return _no_fault(case, f'the server is {status}{off}; {volumes}')


def _is_well(volume: resource.Volume) -> bool:
    return volume.status == 'in-use'


def _no_fault(case: Case, reason: str) -> Diagnosis:
    failed = Verdict.BACKUP_FAULT if case.operation else Verdict.HEALTHY
    return Diagnosis(failed, reason, case.at)


def _paused(case: Case) -> Diagnosis | None:
    if not case.paused:
        return None
    return _no_fault(
        case, 'the protection is paused: nothing is done to its server'
    )


def _cannot_act(case: Case) -> Diagnosis | None:
    if not case.delegation_dead:
        return None
    return Diagnosis(
        Verdict.BACKUP_FAULT,
        f'{NO_RIGHT}: {case.delegation_dead}; a user of the project gives'
        ' another by `openstack protection set PROTECTION --delegation trust`',
        case.at,
    )


def _cannot_see(case: Case) -> Diagnosis | None:
    if not case.unread:
        return None
    return Diagnosis(
        Verdict.UNKNOWN,
        f'the state of the service could not be read: {case.unread}',
        case.at,
    )


def _gone(case: Case) -> Diagnosis | None:
    if case.server is not None:
        return None
    return _no_fault(
        case,
        'the server does not exist any more, so there is nothing to'
        ' rebuild; its recovery points stay',
    )


def _left_alone(case: Case) -> Diagnosis | None:
    server = case.server
    assert server is not None
    reason = seen.hands_off(server)
    if not reason:
        return None
    if server.task_state is not None or server.status == 'ERROR':
        return Diagnosis(Verdict.UNKNOWN, reason, case.at)
    if server.locked and case.operation:
        reason = f'{reason}; its backup failed: {case.operation}'
    return _no_fault(case, reason)


def _host_down(case: Case) -> Diagnosis | None:
    host = case.host
    if host is None or host.status in seen.HOST_UP:
        return None
    what = f'the compute service of the server is {host.status}'
    if host.status == 'MAINTENANCE':
        return _no_fault(case, f'{what}, which is no fault')
    if host.forced_down and case.rules.evacuate:
        return _fault(
            case,
            Verdict.HOST_FAULT,
            f'{what} and fenced: the server is to leave it',
            seen.HOST_DOWN,
        )
    todo = 'bring the host back, or evacuate the server'
    if not host.forced_down:
        todo = (
            'bring the host back, or fence it and say so (openstack compute'
            ' service set --down HOST nova-compute)'
        )
    return Diagnosis(
        Verdict.HOST_FAULT,
        f'{what}: a rebuild would hang; {todo}',
        _first_said(case, seen.HOST_DOWN),
    )


def _server_failed(case: Case) -> Diagnosis | None:
    server = case.server
    assert server is not None
    if server.status != 'ERROR':
        return None
    broken = seen.volumes_told(case.volumes)
    reason = seen.in_error(server) + (f'; {broken}' if broken else '')
    found = _fault(case, Verdict.SERVER_FAULT, reason, seen.SERVER_ERROR)
    return dataclasses.replace(found, onset_at=_onset(case, server.fault_at))


def _onset(
    case: Case, fault_at: datetime.datetime | None
) -> datetime.datetime:
    """Say since when a server is in ERROR, at the latest.

    Nova's fault is its last complaint, which may be an older, harmless one:
    it counts only if the server was not seen well since.
    """
    latest = _first_said(case, seen.SERVER_ERROR)
    if fault_at is None or fault_at > latest:
        return latest
    if case.well_at is not None and fault_at < case.well_at:
        return latest
    return fault_at


def _first_said(case: Case, finding: str) -> datetime.datetime:
    """Give since when the watch has seen it, or the time of the case."""
    said = quorum.said(case.evidence, model.Source.WATCH, case.at, finding)
    return min([case.at, *(each.first_at for each in said)])


def _volume_failed(case: Case) -> Diagnosis | None:
    broken = seen.volumes_told(case.volumes)
    if not broken:
        return None
    return _fault(case, Verdict.VOLUME_FAULT, broken, seen.VOLUME_ERROR)


def _volume_unseen(case: Case) -> Diagnosis | None:
    """Leave to a person what may be another project's volume.

    While a point has its snapshot a volume cannot be deleted, so that it
    does not exist any more is the less likely reason.
    """
    if not case.unseen:
        return None
    return Diagnosis(
        Verdict.UNKNOWN,
        f'volume {", ".join(case.unseen)} is attached and not to be seen in'
        ' the project: only an administrator can tell whether it exists',
        case.at,
    )


def _fault(
    case: Case, verdict: Verdict, reason: str, finding: str
) -> Diagnosis:
    """Believe the fresh read where a second witness agrees with it.

    That is a backup that failed of the service, or the watch for long
    enough. What else is said is only a reason to look.
    """
    onset_at = _first_said(case, finding)
    said = quorum.said(case.evidence, model.Source.WATCH, case.at, finding)
    confirm = case.rules.confirm
    failed_too = case.operation and not case.beside
    if failed_too or any(quorum.is_enough(each, confirm) for each in said):
        return Diagnosis(verdict, reason, onset_at, recovers=True)
    return Diagnosis(
        Verdict.UNKNOWN,
        f'{reason} ({quorum.how_far(said, confirm)})',
        onset_at,
    )


def _guest_failed(case: Case) -> Diagnosis | None:
    """Heed alarms about the guest of a server that Nova calls ACTIVE.

    Nova knows nothing of guests, so the alarm itself has to last, as what
    the watch sees; and only where the policy recovers by itself.
    """
    assert case.server is not None
    said = quorum.said(case.evidence, model.Source.WEBHOOK, case.at)
    if not said or case.server.status != 'ACTIVE':
        return None
    confirm = case.rules.confirm
    enough = [each for each in said if quorum.is_enough(each, confirm)]
    told = (enough or said)[0]
    reason = f'the server is ACTIVE, but its webhook says: {told.detail}'
    if enough and case.rules.automatic:
        return Diagnosis(
            Verdict.SERVER_FAULT, reason, told.first_at, recovers=True
        )
    if enough:
        reason = f'{reason}; Nova and Cinder see no fault'
    else:
        reason = f'{reason} ({quorum.how_far([told], confirm)})'
    return Diagnosis(Verdict.UNKNOWN, reason, told.first_at)


def _any_failed_backup(case: Case) -> Diagnosis | None:
    """Take the policy's word that a failed backup is a fault."""
    if (
        case.rules.starts_on is not rules.Starts.FAILED_BACKUP
        or not case.operation
        or case.beside
    ):
        return None
    looks_well = all(_is_well(each) for each in case.volumes)
    if looks_well and not case.rules.even_if_healthy:
        return None
    return Diagnosis(
        Verdict.SERVER_FAULT,
        f'a backup failed, which is a fault by the policy: {case.operation}',
        case.at,
        recovers=True,
    )


_RULES: tuple[collections.abc.Callable[[Case], Diagnosis | None], ...] = (
    _paused,
    _cannot_act,
    _cannot_see,
    _gone,
    _left_alone,
    _host_down,
    _server_failed,
    _volume_failed,
    _volume_unseen,
    _guest_failed,
    _any_failed_backup,
)
