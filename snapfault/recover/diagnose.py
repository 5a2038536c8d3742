"""Say what the evidence of a failing backup means. Pure.

One missed read is never a fault, and trouble of the control plane, a quota
or a right is never a reason to rebuild: only what Nova and Cinder say of
the server and its volumes themselves is.
"""

import collections.abc
import dataclasses
import datetime
import enum
import typing

from snapfault import resource

#: What a server's owner or admin does to it on purpose, or Nova is at.
SETTLED = frozenset({'ACTIVE', 'SHUTOFF', 'ERROR'})
BROKEN_VOLUME = frozenset(
    {'error', 'error_restoring', 'error_extending', 'error_managing'}
)


class Verdict(enum.StrEnum):
    """What the evidence of a failing backup means."""

    HEALTHY = 'healthy'
    BACKUP_FAULT = 'backup-fault'  #: retry and alarm, never rebuild
    SERVICE_FAULT = 'service-fault'  #: recover
    HOST_FAULT = 'host-fault'  #: wait and alarm: a rebuild would hang
    UNKNOWN = 'unknown'  #: look again; never a reason to rebuild


@dataclasses.dataclass(frozen=True)
class Evidence:
    """A failed backup operation and the fresh reads that followed it."""

    at: datetime.datetime
    operation: str  #: the error of the backup operation
    delegation_dead: str = ''  #: why no token is to be had; empty: alive
    unread: str = ''  #: why the fresh read failed; empty: it did not
    server: resource.Server | None = None  #: None and read: it is gone
    volumes: tuple[resource.Volume, ...] = ()  #: attached to it now
    host_status: str | None = None  #: None: we may not know
    #: When the server was last seen well: its newest good point.
    well_at: datetime.datetime | None = None

    def as_dict(self) -> dict[str, typing.Any]:
        """Give what is kept with the recovery and shown to people."""
        server = self.server
        return {
            'at': self.at.isoformat(),
            'operation': self.operation,
            'server_status': server.status if server else None,
            'server_fault': server.fault if server else None,
            'volumes': {v.id: v.status for v in self.volumes},
            'host_status': self.host_status,
        }


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """A verdict, the sentence for people, and since when."""

    verdict: Verdict
    reason: str
    onset_at: datetime.datetime


def diagnose(evidence: Evidence) -> Diagnosis:
    """Judge the evidence; the first rule that speaks decides."""
    for rule in _RULES:
        diagnosis = rule(evidence)
        if diagnosis is not None:
            return diagnosis
    assert evidence.server is not None  # _gone has spoken otherwise
    return Diagnosis(
        Verdict.BACKUP_FAULT,
        f'the service is {evidence.server.status} and only its backup'
        f' failed: {evidence.operation}',
        evidence.at,
    )


def _cannot_act(evidence: Evidence) -> Diagnosis | None:
    if not evidence.delegation_dead:
        return None
    return Diagnosis(
        Verdict.BACKUP_FAULT,
        f'no right to act for the project: {evidence.delegation_dead};'
        ' create the protection anew to delegate it again',
        evidence.at,
    )


def _cannot_see(evidence: Evidence) -> Diagnosis | None:
    if not evidence.unread:
        return None
    return Diagnosis(
        Verdict.UNKNOWN,
        f'the state of the service could not be read: {evidence.unread}',
        evidence.at,
    )


def _gone(evidence: Evidence) -> Diagnosis | None:
    if evidence.server is not None:
        return None
    return Diagnosis(
        Verdict.BACKUP_FAULT,
        'the server does not exist any more, so there is nothing to'
        ' rebuild; its recovery points stay',
        evidence.at,
    )


def _host_down(evidence: Evidence) -> Diagnosis | None:
    if evidence.host_status in (None, 'UP', ''):
        return None
    return Diagnosis(
        Verdict.HOST_FAULT,
        f'the compute service of the server is {evidence.host_status}: a'
        ' rebuild would hang; bring the host back or evacuate the server',
        evidence.at,
    )


def _busy(evidence: Evidence) -> Diagnosis | None:
    server = evidence.server
    assert server is not None
    if server.task_state is not None:
        return Diagnosis(
            Verdict.UNKNOWN,
            f'Nova is at work on the server ({server.task_state})',
            evidence.at,
        )
    if server.status not in SETTLED:
        return Diagnosis(
            Verdict.BACKUP_FAULT,
            f'the server is {server.status}, which is no fault: somebody'
            ' put it there',
            evidence.at,
        )
    return None


def _server_failed(evidence: Evidence) -> Diagnosis | None:
    server = evidence.server
    assert server is not None
    if server.status != 'ERROR':
        return None
    return Diagnosis(
        Verdict.SERVICE_FAULT,
        f'the server is in ERROR: {server.fault or "Nova gives no reason"}',
        _onset(server.fault_at, evidence),
    )


def _onset(
    fault_at: datetime.datetime | None, evidence: Evidence
) -> datetime.datetime:
    """Say since when a server is in ERROR, at the latest.

    Nova's fault is its last complaint, which may be an older, harmless one:
    it counts only if the server was not seen well since.
    """
    if fault_at is None or fault_at > evidence.at:
        return evidence.at
    if evidence.well_at is not None and fault_at < evidence.well_at:
        return evidence.at
    return fault_at


def _volume_failed(evidence: Evidence) -> Diagnosis | None:
    broken = [v for v in evidence.volumes if v.status in BROKEN_VOLUME]
    if not broken:
        return None
    names = ', '.join(f'{v.id} is in {v.status}' for v in broken)
    return Diagnosis(Verdict.SERVICE_FAULT, f'volume {names}', evidence.at)


_RULES: tuple[collections.abc.Callable[[Evidence], Diagnosis | None], ...] = (
    _cannot_act,
    _cannot_see,
    _gone,
    _host_down,
    _busy,
    _server_failed,
    _volume_failed,
)
