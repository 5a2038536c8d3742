"""Recovery step: keep the damaged data before anything touches it."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import step


@dataclasses.dataclass(frozen=True)
class SafetySnapshot(step.Step):
    """Take a snapshot of a volume as the fault left it."""

    name: typing.ClassVar[str] = 'safety-snapshot'
    doubtful: typing.ClassVar[bool] = True
    looks_on: typing.ClassVar[bool] = True  # its plan has read them all

    recovery_id: str
    volume_id: str

    @property
    def marker(self) -> str:
        """Tell this snapshot from all others."""
        return f'{self.recovery_id}/safety/{self.volume_id}'

    def look(self, hands: step.Hands) -> step.Progress:
        """Find the snapshot by its marker; of several, any that holds."""
        found = hands.project.find_snapshots(self.marker)
        states = {each.status for each in found}
        if not found:
            return step.Progress.TODO
        if 'available' in states:
            return step.Progress.DONE
        if states & {'creating', 'deleting'}:
            return step.Progress.UNDER_WAY
        text = (
            f'safety snapshot {found[0].id} of volume {self.volume_id} is in'
            f' {found[0].status}'
        )
        if 'error' in states:
            raise step.Spoilt(text)
        raise errors.ResourceFailed(text)

    def doubt(self, hands: step.Hands) -> bool:
        """Remove what failed; ask once more beside what does not end.

        A cinder-volume that dies while it makes a snapshot may leave it
        ``creating`` for ever, and nobody but an administrator removes that.
        """
        found = hands.project.find_snapshots(self.marker)
        failed = [each for each in found if each.status == 'error']
        for each in failed:
            hands.project.delete_snapshot(each.id)
        alone = [each.status for each in found] == ['creating']
        if alone:
            self.act(hands)
        return bool(failed) or alone

    def act(self, hands: step.Hands) -> None:
        """Ask for the snapshot; the volume is attached."""
        hands.project.create_snapshot(
            self.volume_id,
            f'safety of recovery {self.recovery_id}',
            {
                resource.MARKER: self.marker,
                resource.RECOVERY: self.recovery_id,
            },
        )
