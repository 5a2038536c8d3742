"""Find out what is attached to a server, by as few calls as will do.

The lists of a project tell all of an attachment but its tag, which Nova
shows one server at a time. The last recovery point knows the tag; it is
taken over for a volume that has not been attached anew since.
"""

import collections.abc
import datetime
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.snapshot import sight as sights

Disk = tuple[resource.Attachment, resource.Volume]
Volumes = collections.abc.Mapping[str, resource.Volume]
Snapshots = collections.abc.Mapping[str, resource.Snapshot]

#: A volume that was attached within so much of its last snapshot may have
#: been attached after its tag was read. Both times are Cinder's.
MARGIN: typing.Final = datetime.timedelta(seconds=30)


def read(
    project: port.Project,
    sight: sights.Sight,
    server: resource.Server,
    history: collections.abc.Iterable[model.RecoveryPoint],
) -> list[Disk]:
    """Give what is attached to a server, with the volumes themselves.

    :param history: of the business service, newest first
    :raises CloudConflict: the project does not see one of the volumes
    """
    volumes = sight.volumes()
    last = next((p for p in history if p.server_id == server.id), None)
    attachments = known(server, volumes, last, sight.snapshots)
    if attachments is None:
        attachments = project.list_attachments(server.id)
    unseen = [a for a in attachments if a.volume_id not in volumes]
    if unseen:
        raise errors.CloudConflict(
            f'volume {unseen[0].volume_id} is attached to server {server.id}'
            ' and not to be seen in its project'
        )
    return [(a, volumes[a.volume_id]) for a in attachments]


def known(
    server: resource.Server,
    volumes: Volumes,
    last: model.RecoveryPoint | None,
    snapshots: collections.abc.Callable[[], Snapshots],
) -> list[resource.Attachment] | None:
    """Put together the attachments, ordered by device; None: ask for them.

    :param last: the last point of the same server, if there is one
    :param snapshots: gives the project's, if they are needed
    """
    members = {each.volume_id: each for each in last.members} if last else {}
    if any(each.volume_id not in members for each in server.attached):
        return None
    found = []
    for each in server.attached:
        member = members[each.volume_id]
        place = _place(server, volumes.get(each.volume_id))
        snapshot = snapshots().get(member.snapshot_id or '')
        if place is None or place.attached_at is None or snapshot is None:
            return None
        if (
            place.device != member.device
            or place.attached_at > snapshot.created_at - MARGIN
        ):
            return None
        found.append(
            resource.Attachment(
                server.id,
                each.volume_id,
                place.device,
                member.tag,
                each.delete_on_termination,
            )
        )
    return sorted(found, key=lambda each: each.device)


def _place(
    server: resource.Server, volume: resource.Volume | None
) -> resource.Place | None:
    places = volume.places if volume else ()
    return next((p for p in places if p.server_id == server.id), None)
