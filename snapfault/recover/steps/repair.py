"""Recovery step: a volume that a broken rebuild has left half attached."""

import dataclasses
import typing

from snapfault.recover import step


@dataclasses.dataclass(frozen=True)
class Repair(step.Step):
    """Have Cinder call an attached volume what it is: in use.

    Nova rebuilds and detaches nothing else. Only where the policy allows
    repair, and only of a volume that Nova lists as attached.
    """

    name: typing.ClassVar[str] = 'repair'

    server_id: str
    volume_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Read the volume's status."""
        volume = hands.project.get_volume(self.volume_id)
        if volume.status in ('in-use', 'available'):
            return step.Progress.DONE  # the latter: somebody has detached it
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask Cinder, as the service itself: it is an admin's to do."""
        attached = {
            each.volume_id
            for each in hands.project.list_attachments(self.server_id)
        }
        if self.volume_id in attached:
            hands.cloud.repair_volume(self.volume_id)
