"""Recovery step: a new volume from the recovery point's snapshot."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import step

USABLE = frozenset({'available', 'reserved', 'attaching', 'in-use'})


def marker(recovery_id: str, member_id: str) -> str:
    """Tell the volume that a recovery makes for a member of its point."""
    return f'{recovery_id}/restored/{member_id}'


@dataclasses.dataclass(frozen=True)
class RestoreVolume(step.Step):
    """Make the volume that replaces a damaged one.

    The damaged one is kept: it is evidence, and the way back.
    """

    name: typing.ClassVar[str] = 'restore-volume'
    doubtful: typing.ClassVar[bool] = True

    recovery_id: str
    member_id: str
    snapshot_id: str
    size: int  #: GiB; Cinder refuses less than the snapshot's own size
    label: str  #: the new volume's name

    def look(self, hands: step.Hands) -> step.Progress:
        """Find the volume by its marker; a later step attaches it."""
        found = hands.project.find_volumes(
            marker(self.recovery_id, self.member_id)
        )
        if not found:
            return step.Progress.TODO
        if found[0].status in USABLE:
            return step.Progress.DONE
        if found[0].status in ('creating', 'downloading', 'deleting'):
            return step.Progress.UNDER_WAY
        what = f'volume {found[0].id}, restored from snapshot'
        text = f'{what} {self.snapshot_id}, is in {found[0].status}'
        if found[0].status == 'error':
            raise step.Spoilt(text)
        raise errors.ResourceFailed(text)

    def doubt(self, hands: step.Hands) -> bool:
        """Remove a volume that holds nothing: a look then asks anew.

        A Cinder that dies once it has written a volume down, and before it
        has passed it on, leaves it ``creating`` for ever. Nobody but Cinder
        knows it from one that is being made, whose removal it refuses.
        """
        found = hands.project.find_volumes(
            marker(self.recovery_id, self.member_id)
        )
        if not found or found[0].status not in ('creating', 'error'):
            return False
        hands.project.delete_volume(found[0].id)
        return True

    def act(self, hands: step.Hands) -> None:
        """Ask for the volume."""
        hands.project.create_volume(
            self.snapshot_id,
            self.size,
            self.label,
            {
                resource.MARKER: marker(self.recovery_id, self.member_id),
                resource.RECOVERY: self.recovery_id,
            },
        )
