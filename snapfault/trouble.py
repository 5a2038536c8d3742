"""What follows when a backup operation fails: look, judge, and answer.

The seam between stages 3 and 4. A failed backup alone is retried and, when
it lasts, alarmed; a failed service is recovered; whatever cannot be read is
neither.
"""

import dataclasses
import datetime
import logging
import uuid

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import evidence
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.recover import budget
from snapfault.recover import case as cases
from snapfault.recover import diagnose
from snapfault.recover import opening
from snapfault.recover import read

LOG = logging.getLogger(__name__)

#: Faults that the same task meets again however often it is tried.
LASTING = (
    errors.DelegationDead,
    errors.NotFound,
    errors.InvalidInput,
    errors.CloudRefused,
)
#: Of the control plane, a quota or a right: they say nothing of a service.
BESIDE = (
    errors.CloudUnavailable,
    errors.QuotaExceeded,
    errors.DelegationDead,
    errors.CloudRefused,
)
#: How long a failed backup is remembered as evidence.
BACKUP_LASTS = datetime.timedelta(hours=1)
#: Ends of a recovery that the same fault would come to again.
BAD_ENDS = frozenset(
    {
        model.RecoveryStatus.REFUSED,
        model.RecoveryStatus.FAILED,
        model.RecoveryStatus.ABORTED,
    }
)


@dataclasses.dataclass(frozen=True)
class Tools:
    """What answering trouble takes."""

    database: api.Database
    cloud: port.Cloud
    attempts: int  #: how often a task is tried
    retry_delay: datetime.timedelta  #: grows with each attempt
    limits: budget.Limits  #: for what begins by itself


def answer(
    tools: Tools,
    task: model.Task,
    protection: model.Protection,
    policy: model.Policy,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> cases.Diagnosis:
    """Decide what a failed run means, and put it on record.

    :raises LeaseLost: the task is another worker's now
    """
    case = _case(tools, protection, policy, error, now)
    diagnosis = diagnose.diagnose(case)
    LOG.warning(
        'Backup of %s failed (%s): %s',
        protection.business_id,
        error,
        diagnosis.reason,
    )
    alarm = f'{error}; {diagnosis.reason}'
    if diagnosis.recovers:
        alarm = open_recovery(tools, protection, policy, case, diagnosis)
        _fail(tools, task, alarm, now)
    elif isinstance(error, LASTING) or task.attempts >= tools.attempts:
        _fail(tools, task, str(error), now)
    else:
        later = now + tools.retry_delay * task.attempts
        task_claims.release(tools.database, task, later, str(error), now)
    protections.set_alarm(tools.database, protection.id, alarm, now)
    return diagnosis


def _case(
    tools: Tools,
    protection: model.Protection,
    policy: model.Policy,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> cases.Case:
    """Note the failed operation as evidence, and look at the service."""
    said = evidence.Said(
        model.Source.BACKUP, 'backup-failed', str(error), BACKUP_LASTS
    )
    evidence.say(tools.database, protection, said, now)
    return dataclasses.replace(
        read.case(tools.database, tools.cloud, protection, policy, now),
        operation=str(error),
        beside=isinstance(error, BESIDE),
    )


def _fail(
    tools: Tools, task: model.Task, reason: str, now: datetime.datetime
) -> None:
    task_claims.finish(
        tools.database, task, model.TaskStatus.FAILED, reason, now
    )


def open_recovery(
    tools: Tools,
    protection: model.Protection,
    policy: model.Policy,
    case: cases.Case,
    diagnosis: cases.Diagnosis,
) -> str:
    """Open a recovery where the policy allows it, and say what stands.

    The one way in which one begins without a person. After one that did not
    succeed none follows until the service was well again: what has hindered
    it would hinder the next, and a person is told already.

    :param diagnosis: of ``case``, one that recovers
    """
    if protection.ending_at is not None:
        return f'{diagnosis.reason}; its protection ends, so none begins'
    if not policy.recovery.automatic:
        return (
            f'{diagnosis.reason}; the policy leaves it to you: openstack'
            f' recovery create {protection.business_id}'
        )
    vain = _in_vain(tools.database, protection, case.well_at)
    if vain is not None:
        return (
            f'{diagnosis.reason}; recovery {vain.id} of it has {vain.status}'
            f' already ({vain.reason}): once that is mended, openstack'
            f' recovery create {protection.business_id}'
        )
    return _open(tools, protection, policy, case, diagnosis)


def _open(
    tools: Tools,
    protection: model.Protection,
    policy: model.Policy,
    case: cases.Case,
    diagnosis: cases.Diagnosis,
) -> str:
    recovery = dataclasses.replace(
        new_recovery(
            protection,
            cause=diagnosis.reason,
            onset_at=diagnosis.onset_at,
            evidence=case.as_dict(),
            now=case.at,
        ),
        automatic=True,
        host_id=case.server.host_id if case.server else '',
    )
    try:
        recovery = opening.open_recovery(
            tools.database,
            recovery,
            tools.limits,
            case.at,
            approval=policy.recovery.approval,
        )
    except (errors.Conflict, errors.NotFound) as error:
        return f'{diagnosis.reason}; {error}'
    if recovery.status is model.RecoveryStatus.HELD:
        return (
            f'{diagnosis.reason}; recovery {recovery.id} is held:'
            f' {recovery.reason}'
        )
    return f'{diagnosis.reason}; recovery {recovery.id} is under way'


def _in_vain(
    database: api.Database,
    protection: model.Protection,
    well_at: datetime.datetime | None,
) -> model.Recovery | None:
    """Give the last recovery if it ended badly and nothing is well since."""
    listed = recoveries.list_page(
        database,
        protection.project_id,
        limit=1,
        business_id=protection.business_id,
    )
    for last in listed:
        if last.status in BAD_ENDS and (
            well_at is None or well_at < (last.finished_at or last.created_at)
        ):
            return last
    return None


def new_recovery(
    protection: model.Protection,
    *,
    cause: str,
    onset_at: datetime.datetime,
    evidence: dict[str, object],
    now: datetime.datetime,
    point_id: str | None = None,
) -> model.Recovery:
    """Describe a recovery that nobody works on yet.

    :param point_id: the point a person named; None lets the plan choose
    """
    return model.Recovery(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        server_id=protection.server_id,
        status=model.RecoveryStatus.WAITING,
        cause=cause,
        onset_at=onset_at,
        evidence=evidence,
        point_id=point_id,
        point_named=point_id is not None,
        reason='',
        generation=0,
        claimed_by=None,
        lease_until=None,
        steps=(),
        created_at=now,
        finished_at=None,
    )
