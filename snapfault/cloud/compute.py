"""Ask Nova; what it answers leaves as :mod:`snapfault.resource`."""

import collections.abc
import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import pages
from snapfault.cloud import times
from snapfault.cloud import translate

#: From here on a rebuild writes a root volume anew. Before, Nova says 202 to
#: the same request and does nothing to the volume.
_REIMAGES: typing.Final = (2, 93)


def get_server(door: doors.Door, server_id: str) -> resource.Server:
    """Read a server; whose door it is decides whether it is seen."""
    return server_of(show(door, server_id))


@translate.sensible
def show(door: doors.Door, server_id: str) -> dict[str, typing.Any]:
    """Give a server as Nova writes it."""
    found = door.get('compute', 'servers', server_id)
    return dict(found['server'])


@translate.sensible
def list_servers(door: doors.Door) -> list[resource.Server]:
    """List all servers that Nova can read now."""
    return [server_of(each) for each in shown(door)]


def shown(
    door: doors.Door, **filters: str
) -> collections.abc.Iterator[dict[str, typing.Any]]:
    """Give the servers that Nova can read now, as it writes them.

    Of a cell that is down it lists ids and little more, with the status
    UNKNOWN (since 2.69): nothing to go by, so they are left out.
    """
    for each in pages.read(door, 'compute', 'servers', **filters):
        if each['status'] != 'UNKNOWN':
            yield each


@translate.sensible
def list_attachments(
    door: doors.Door, server_id: str
) -> list[resource.Attachment]:
    """List what is attached, ordered by device."""
    found = door.get('compute', 'servers', server_id, 'os-volume_attachments')
    attachments = [_attachment(each) for each in found['volumeAttachments']]
    return sorted(attachments, key=lambda each: each.device)


def reimages_roots(door: doors.Door) -> bool:
    """Tell whether a rebuild writes anew the volume a server boots from."""
    return door.speaks('compute', _REIMAGES)


def rebuild(
    door: doors.Door,
    server_id: str,
    image_id: str,
    marker: str,
    metadata: resource.Metadata | None = None,
) -> None:
    """Ask for a rebuild that leaves its mark in the metadata.

    Nova replaces all metadata by what the request has, so what is there
    goes along.

    :raises CloudRefused: Nova would leave the root volume as it is
    """
    if metadata is None or not reimages_roots(door):
        found = show(door, server_id)
        _check_root(door, found)
        metadata = found['metadata'] if metadata is None else metadata
    marked = {**metadata, resource.RECOVERY: marker}
    door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'action',
        json={'rebuild': {'imageRef': image_id, 'metadata': marked}},
        # an image or volume that will not do, says Nova, and not later
        meaning={400: errors.CloudRefused},
        log=False,  # the answer has the server's new password
    )


def _check_root(door: doors.Door, found: dict[str, typing.Any]) -> None:
    """See that a server has a root which a rebuild writes anew."""
    if not found['image'] and not reimages_roots(door):
        raise errors.CloudRefused(
            f'server {found["id"]} boots from a volume, and a rebuild keeps it'
            ' as it is: microversion 2.93 is needed'
        )


def act(door: doors.Door, server_id: str, action: str) -> None:
    """Ask for an action that takes nothing: 'os-stop', 'forceDelete'."""
    door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'action',
        json={action: None},
    )


def reboot(door: doors.Door, server_id: str) -> None:
    """Ask for a hard reboot: a soft one is refused in ERROR."""
    door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'action',
        json={'reboot': {'type': 'HARD'}},
    )


@translate.sensible
def create_image(
    door: doors.Door, server_id: str, name: str, metadata: resource.Metadata
) -> str:
    """Ask for an image of the root disk, marked from its first moment."""
    wanted = {'name': name, 'metadata': dict(metadata)}
    found = door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'action',
        json={'createImage': wanted},
    )
    return str(found['image_id'])


def detach(door: doors.Door, server_id: str, volume_id: str) -> None:
    """Ask for a volume to be detached."""
    door.change(
        'DELETE',
        'compute',
        'servers',
        server_id,
        'os-volume_attachments',
        volume_id,
    )


def attach(
    door: doors.Door, server_id: str, attachment: resource.Attachment
) -> None:
    """Ask for a volume to be attached."""
    wanted = {
        'volumeId': attachment.volume_id,
        'device': attachment.device or None,
        'delete_on_termination': attachment.delete_on_termination,
    }
    if attachment.tag is not None:
        wanted['tag'] = attachment.tag
    door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'os-volume_attachments',
        json={'volumeAttachment': wanted},
    )


@translate.sensible
def server_of(found: dict[str, typing.Any]) -> resource.Server:
    """Read what :func:`show` gave."""
    fault = found.get('fault') or {}
    created = fault.get('created')
    image = found['image'] or {}  # an empty text: it boots from a volume
    return resource.Server(
        id=found['id'],
        name=found['name'],
        status=found['status'],
        task_state=found['OS-EXT-STS:task_state'],
        image_id=image.get('id'),
        flavor_id=found['flavor']['original_name'],
        metadata=dict(found['metadata']),
        locked=bool(found['locked']),
        fault=fault.get('message') or '',
        fault_at=times.parse(created) if created else None,
        attached=tuple(
            resource.Attached(each['id'], bool(each['delete_on_termination']))
            for each in found['os-extended-volumes:volumes_attached']
        ),
        tags=tuple(sorted(found['tags'])),
        addresses=tuple(
            sorted(
                each['addr']
                for port in found['addresses'].values()
                for each in port
            )
        ),
        host_id=found['hostId'],
        host_status=found.get('host_status') or None,
    )


def _attachment(found: dict[str, typing.Any]) -> resource.Attachment:
    return resource.Attachment(
        server_id=found['serverId'],
        volume_id=found['volumeId'],
        device=found['device'] or '',
        tag=found['tag'],
        delete_on_termination=bool(found['delete_on_termination']),
    )
