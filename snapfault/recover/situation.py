"""What a recovery finds before it plans. Pure."""

import collections.abc
import dataclasses

from snapfault import model
from snapfault import resource


@dataclasses.dataclass(frozen=True)
class Situation:
    """A fresh read of all that the plan rests on."""

    server: resource.Server | None  #: None: it is gone
    attachments: tuple[resource.Attachment, ...]
    volumes: collections.abc.Mapping[str, resource.Volume]  #: attached ones
    snapshots: collections.abc.Mapping[str, resource.Snapshot]  #: by id
    images: collections.abc.Mapping[str, resource.Image]  #: that exist
    headroom: resource.Headroom
    host_status: str | None
    #: An earlier recovery stopped the server and broke off before its start.
    stopped_by_us: bool = False


def replaced(
    point: model.RecoveryPoint, situation: Situation
) -> dict[str, resource.Attachment]:
    """Pair each member's id with the attachment that it replaces.

    By volume where that is still attached. Else by device, and then only a
    volume that an earlier recovery made: the data lives on in it. Any other
    volume is not ours to detach (invariant 7).
    """
    left = {a.volume_id: a for a in situation.attachments}
    found = {
        member.id: left.pop(member.volume_id)
        for member in point.members
        if member.volume_id in left
    }
    restored = {
        a.device: a
        for a in left.values()
        if resource.RECOVERY in situation.volumes[a.volume_id].metadata
    }
    for member in point.members:
        if member.id not in found and member.device in restored:
            found[member.id] = restored[member.device]
    return found
