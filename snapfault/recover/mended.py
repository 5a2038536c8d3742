"""Whether what a recovery was opened for is over before it begins. Pure.

It may have waited for a person, or for a worker, while somebody mended the
server. What a person asked for is done all the same.
"""

from snapfault import model
from snapfault.recover import seen
from snapfault.recover import situation as situation_


def of_recovery(
    recovery: model.Recovery, situation: situation_.Situation
) -> str:
    """Say that Nova and Cinder see no fault any more; empty: they do.

    Of one that was opened though they saw none, for an alarm of the guest
    say, they have nothing to take back. Nor once an attempt was made: then
    the recovery's own checks tell.
    """
    if not recovery.automatic or recovery.attempts:
        return ''
    if not _saw_fault(recovery) or _sees_fault(situation):
        return ''
    assert situation.server is not None  # the caller has looked
    return (
        f'the server is {situation.server.status} by now, and neither Nova'
        ' nor Cinder sees the fault any more that this was opened for; if'
        ' the service fails all the same: openstack recovery create'
        f' {recovery.business_id}'
    )


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
