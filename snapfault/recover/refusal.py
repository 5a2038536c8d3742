"""Why a recovery cannot be done, and what a person can do. Pure.

Each function gives a sentence, or nothing where nothing stands in the way.
All of it is asked before anything is touched.
"""

from snapfault import model
from snapfault import resource
from snapfault.recover import situation as situation_

#: The statuses Nova rebuilds from.
REBUILDABLE = frozenset({'ACTIVE', 'SHUTOFF', 'ERROR'})


def of_server(situation: situation_.Situation) -> str:
    """Look whether Nova would rebuild the server at all."""
    server = situation.server
    if server is None:
        return (
            'the server does not exist any more: create one and protect it'
            ' under another business id, or attach volumes made from the'
            ' recovery point by hand'
        )
    if server.image_id is None:
        return (
            f'server {server.id} boots from a volume, whose root cannot be'
            ' rebuilt yet: make volumes from the recovery point by hand'
        )
    return _of_state(server) or _of_host(situation.host_status)


def _of_state(server: resource.Server) -> str:
    if server.locked:
        return (
            f'server {server.id} is locked: openstack server unlock'
            f' {server.id}'
        )
    if server.task_state is not None:
        return f'Nova is at work on the server ({server.task_state})'
    if server.status not in REBUILDABLE:
        return (
            f'server {server.id} is {server.status} and Nova rebuilds only'
            ' from ACTIVE, SHUTOFF and ERROR: bring it to one of these'
        )
    return ''


def _of_host(status: str | None) -> str:
    if status in (None, '', 'UP'):
        return ''
    return (
        f'the compute service of the server is {status}: a rebuild would'
        ' hang; bring the host back or evacuate'
    )


def of_volumes(situation: situation_.Situation) -> str:
    """Look whether the attached volumes let Nova rebuild."""
    for volume in situation.volumes.values():
        if volume.multiattach:
            return (
                f'volume {volume.id} is multi-attach: other servers write'
                ' to it, so it is not exchanged'
            )
        if volume.status != 'in-use':
            return (
                f'volume {volume.id} is attached and {volume.status}, and'
                ' Nova rebuilds only when all are in-use; an admin can run:'
                ' openstack volume set --state in-use --attached'
                f' {volume.id}'
            )
    return ''


def of_point(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> str:
    """Look whether image, devices and quotas allow this very point."""
    image = situation.images.get(point.image_id)
    if image is None or image.status != 'active':
        state = 'gone' if image is None else image.status
        return (
            f'the original image {point.image_id} is {state}: restore it or'
            ' rebuild from another by hand'
        )
    return _device_refusal(point, situation) or _room_refusal(point, situation)


def _room_refusal(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> str:
    """Count the clones and the safety snapshots against Cinder's limits."""
    damaged = [
        situation.volumes[replaced.volume_id].size
        for replaced in situation_.replaced(point, situation).values()
    ]
    size = sum(member.size for member in point.members) + sum(damaged)
    for left, needed, what in (
        (situation.headroom.volumes, len(point.members), 'volumes'),
        (situation.headroom.snapshots, len(damaged), 'snapshots'),
        (situation.headroom.gigabytes, size, 'GiB'),
    ):
        if left is not None and left < needed:
            return (
                f'the recovery needs {needed} {what} and the project has'
                f' room for {left}: raise its Cinder quota'
            )
    return ''


def _device_refusal(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> str:
    """Say which device a foreign volume sits on; empty: none."""
    replaced = situation_.replaced(point, situation)
    gone = {each.volume_id for each in replaced.values()}
    taken = {
        a.device: a.volume_id
        for a in situation.attachments
        if a.volume_id not in gone
    }
    for member in point.members:
        if member.id not in replaced and member.device in taken:
            return (
                f'volume {taken[member.device]} sits at {member.device},'
                ' where the recovery point had another: detach it first'
            )
    return ''
