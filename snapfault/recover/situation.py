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
    #: Attached ones; an attachment's that Cinder does not know is missing.
    volumes: collections.abc.Mapping[str, resource.Volume]
    snapshots: collections.abc.Mapping[str, resource.Snapshot]  #: by id
    images: collections.abc.Mapping[str, resource.Image]  #: that exist
    headroom: resource.Headroom
    host_status: str | None
    #: Whether Nova's rebuild writes anew the volume a server boots from.
    reimages_roots: bool
    #: As only an admin sees it; None: we may not ask.
    host: resource.Host | None = None
    #: What the protected server was made from, where no point says so.
    image_id: str = ''
    #: Why a volume's key cannot be read, by the id of the volume.
    key_troubles: collections.abc.Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    #: What the webhook has said that the recovery began for, and which means
    #: something still.
    alarms: frozenset[str] = frozenset()
    #: An earlier recovery stopped the server and broke off before its start.
    stopped_by_us: bool = False

    @property
    def root_id(self) -> str | None:
        """The volume that the server boots from; None: it boots from none."""
        if self.server is None or self.server.image_id is not None:
            return None
        return resource.root_of(
            {each.volume_id: each.device for each in self.attachments},
            self.volumes,
        )

    @property
    def is_off(self) -> bool:
        """Say whether the server is off because a person wants it so."""
        return (
            self.server is not None
            and self.server.status == 'SHUTOFF'
            and not self.stopped_by_us
        )


def data_members(point: model.RecoveryPoint) -> tuple[model.Member, ...]:
    """Give the members that a recovery restores: a root is made anew."""
    return tuple(each for each in point.members if not each.root)


def replaced(
    point: model.RecoveryPoint, situation: Situation
) -> dict[str, resource.Attachment]:
    """Pair each data member's id with the attachment that it replaces.

    By volume where that is still attached. Else by its device's letter, and
    then only a volume that an earlier recovery made: the data lives on in it.
    Any other volume is not ours to detach (invariant 7), nor ever the root.
    """
    root_id = situation.root_id
    left = {
        a.volume_id: a for a in situation.attachments if a.volume_id != root_id
    }
    members = data_members(point)
    found = {
        member.id: left.pop(member.volume_id)
        for member in members
        if member.volume_id in left
    }
    restored = {
        resource.letter_of(a.device): a
        for a in left.values()
        if a.volume_id in situation.volumes
        and resource.RECOVERY in situation.volumes[a.volume_id].metadata
    }
    restored.pop('', None)  # where it is was not told
    for member in members:
        letter = resource.letter_of(member.device)
        if member.id not in found and letter in restored:
            found[member.id] = restored[letter]
    return found
