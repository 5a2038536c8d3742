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
    looks_on: typing.ClassVar[bool] = True  # its plan has read them all

    recovery_id: str
    volume_id: str

    @property
    def marker(self) -> str:
        """Tell this snapshot from all others."""
        return f'{self.recovery_id}/safety/{self.volume_id}'

    def look(self, hands: step.Hands) -> step.Progress:
        """Find the snapshot by its marker."""
        found = hands.project.find_snapshots(self.marker)
        if not found:
            return step.Progress.TODO
        if found[0].status == 'available':
            return step.Progress.DONE
        if found[0].status == 'creating':
            return step.Progress.UNDER_WAY
        raise errors.ResourceFailed(
            f'safety snapshot {found[0].id} of volume {self.volume_id} is in'
            f' {found[0].status}'
        )

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
