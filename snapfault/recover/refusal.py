"""Why a server cannot be recovered now, and what a person can do. Pure.

Each function gives a sentence, or nothing where nothing stands in the way.
All of it is asked before anything is touched.
"""

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import owner
from snapfault.recover import situation as situation_

#: The statuses Nova rebuilds, evacuates and exchanges volumes from.
SETTLED = frozenset({'ACTIVE', 'SHUTOFF', 'ERROR'})
#: Statuses of an attached volume that an admin can set right.
MENDABLE = frozenset({'error', 'error_extending', 'error_restoring'})
#: Ways that ask Nova for the guest anew: every volume has to be in use.
REBUILDING = frozenset({model.Way.FULL, model.Way.SERVER, model.Way.EVACUATE})


def of_server(
    situation: situation_.Situation, policy: rules.RecoveryRules
) -> str:
    """Look whether anything may be done to the server at all."""
    server = situation.server
    if server is None:
        return (
            'the server does not exist any more: create one and protect it'
            ' under another business id, or attach volumes made from the'
            ' recovery point by hand: openstack volume create --snapshot'
            ' SNAPSHOT NAME'
        )
    return of_owner(server, policy) or _of_state(server)


def of_owner(server: resource.Server, policy: rules.RecoveryRules) -> str:
    """Look whether another service looks after the server."""
    who = owner.of_server(server)
    if not who or policy.others:
        return ''
    return (
        f'server {server.id} is looked after by {who}, and two who recover'
        ' one server harm it: have that one stop, or allow both by the'
        ' rule "others" of the policy\'s recovery'
    )


def _of_state(server: resource.Server) -> str:
    if server.locked:
        return (
            f'server {server.id} is locked: openstack server unlock'
            f' {server.id}'
        )
    if server.task_state is not None:
        return (
            f'Nova is at work on the server ({server.task_state}): ask again'
            ' when that is over'
        )
    if server.status not in SETTLED:
        return (
            f'server {server.id} is {server.status} and Nova rebuilds only'
            ' from ACTIVE, SHUTOFF and ERROR: bring it to one of these'
        )
    return ''


def of_host(
    situation: situation_.Situation, policy: rules.RecoveryRules
) -> str:
    """Look whether the server's host would do what Nova asks of it."""
    status = situation.host_status
    if status in (None, '', 'UP'):
        return ''
    trouble = f'the compute service of the server is {status}'
    if status != 'DOWN':
        return (
            f'{trouble}: a rebuild would hang; bring the host back, or make'
            ' sure that it is off, tell Nova so, and ask again'
        )
    host = situation.host
    if host is None or not host.forced_down:
        return (
            f'{trouble}, and nobody has fenced the host: once it is surely'
            ' off, an admin can run: openstack compute service set --down'
            f' {host.name if host is not None else "HOST"} nova-compute'
        )
    if not policy.evacuate:
        return (
            f'{trouble}, and the policy evacuates nothing: bring the host'
            ' back, or have an admin run: openstack server evacuate'
            f' {_id(situation)}'
        )
    return ''


def _id(situation: situation_.Situation) -> str:
    return situation.server.id if situation.server is not None else 'SERVER'


def of_volumes(
    way: model.Way,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
    exchanged: frozenset[str] = frozenset(),
) -> str:
    """Look whether the attached volumes let a way be gone.

    :param exchanged: ids of those that are to be detached
    """
    for attachment in situation.attachments:
        volume_id = attachment.volume_id
        if volume_id not in exchanged and way not in REBUILDING:
            continue
        volume = situation.volumes.get(volume_id)
        if volume is None:
            return (
                f'volume {volume_id} is attached at {attachment.device} and'
                ' Cinder does not know it any more: Nova neither detaches it'
                ' nor rebuilds the server; create a server anew, with'
                ' volumes made from the recovery point'
            )
        why_not = _of_volume(volume, situation, policy, exchanged)
        if why_not:
            return why_not
    return ''


def is_mendable(volume: resource.Volume, server: resource.Server) -> bool:
    """Say whether an attached volume may be called in-use again.

    A broken rebuild leaves it ``reserved``, and the server in ERROR or, once
    that was stopped, off. Of a server that runs, it is being attached.
    """
    if volume.status == 'reserved':
        return server.status in ('ERROR', 'SHUTOFF')
    return volume.status in MENDABLE


def _of_volume(
    volume: resource.Volume,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
    exchanged: frozenset[str],
) -> str:
    is_root = volume.id == situation.root_id
    if volume.multiattach and (is_root or volume.id in exchanged):
        return (
            f'volume {volume.id} is multi-attach: other servers write to it,'
            ' so it is neither exchanged nor written anew'
        )
    if volume.status == 'in-use':
        return ''
    assert situation.server is not None  # of_server has spoken otherwise
    if policy.repair and is_mendable(volume, situation.server):
        return ''
    what = 'root volume' if is_root else 'volume'
    return (
        f'{what} {volume.id} is attached and {volume.status}, and Nova'
        ' rebuilds and detaches only what is in-use; an admin can run:'
        f' openstack volume set --state in-use --attached {volume.id}'
    )
