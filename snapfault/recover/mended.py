"""Whether what a recovery was opened for is over before it is done. Pure.

It may have waited for a person, or for a worker, while somebody mended the
server; or it tried to reboot it, and that took long. What a person asked for
is done all the same.
"""

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import seen
from snapfault.recover import situation as situation_
from snapfault.recover.steps import verify


def of_recovery(
    recovery: model.Recovery,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> str:
    """Say that there is no fault any more; empty: there is.

    Nova and Cinder tell of what they saw; of a guest, whose faults they do
    not see, its alarms do. Neither is asked once the recovery has rebuilt
    the server or its own checks have failed: then those tell.
    """
    if not recovery.automatic or _has_its_own_word(recovery, situation):
        return ''
    if _sees_fault(situation):
        return ''
    assert situation.server is not None  # the caller has looked
    told = f'the server is {situation.server.status} by now, and '
    if _saw_fault(recovery):
        told += (
            'neither Nova nor Cinder sees the fault any more that this was'
            ' opened for'
        )
    elif _is_alarm_over(recovery, situation, policy):
        told += 'what its webhook said, which this was opened for, is over'
    else:
        return ''
    return (
        f'{told}; if the service fails all the same: openstack recovery'
        f' create {recovery.business_id}'
    )


def alarms(recovery: model.Recovery) -> frozenset[str]:
    """Name the webhook's findings that were known when it began by itself."""
    if not recovery.automatic:
        return frozenset()
    return frozenset(
        each['finding']
        for each in recovery.evidence.get('said') or ()
        if each['source'] == model.Source.WEBHOOK
    )


def _has_its_own_word(
    recovery: model.Recovery, situation: situation_.Situation
) -> bool:
    """Say whether it has rebuilt the server, or found it wanting."""
    server = situation.server
    mark = server.metadata.get(resource.RECOVERY, '') if server else ''
    return mark.partition('/')[0] == recovery.id or any(
        each.name == verify.Verify.name
        and each.status is model.StepStatus.FAILED
        for each in recovery.steps
    )


def _is_alarm_over(
    recovery: model.Recovery,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> bool:
    """Say whether it began for an alarm of a guest that means nothing now.

    A guest that a person has stopped is not heard either. Where any failed
    backup is a fault, it may have been that.
    """
    backup = policy.starts_on is rules.Starts.FAILED_BACKUP
    if not alarms(recovery) or (backup and recovery.evidence.get('operation')):
        return False
    return situation.is_off or not situation.alarms


def _saw_fault(recovery: model.Recovery) -> bool:
    """Say whether Nova or Cinder saw it when the recovery was opened."""
    was = recovery.evidence
    volumes = was.get('volumes') or {}
    return (
        was.get('server_status') == 'ERROR'
        or was.get('host_status') not in seen.HOST_UP
        or not seen.BROKEN_VOLUME.isdisjoint(volumes.values())
    )


def _sees_fault(situation: situation_.Situation) -> bool:
    server = situation.server
    attached = {each.volume_id for each in situation.attachments}
    return (
        (server is not None and server.status == 'ERROR')
        or situation.host_status not in seen.HOST_UP
        or any(
            each.status in seen.BROKEN_VOLUME
            for each in situation.volumes.values()
            if each.id in attached
        )
    )
