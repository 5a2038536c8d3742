"""Recovery step: a volume that was replaced, back at its place."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import step

ON_ITS_WAY = frozenset({'reserved', 'attaching', 'detaching', 'in-use'})


@dataclasses.dataclass(frozen=True)
class ReturnVolume(step.Step):
    """Attach a volume again that a recovery has taken away and kept."""

    name: typing.ClassVar[str] = 'return-volume'

    server_id: str
    volume_id: str
    device: str
    tag: str | None
    delete_on_termination: bool

    def look(self, hands: step.Hands) -> step.Progress:
        """Ask both: Nova lists it, and Cinder calls it in use."""
        try:
            volume = hands.project.get_volume(self.volume_id)
        except errors.NotFound as error:
            raise errors.ResourceFailed(
                f'volume {self.volume_id} is gone'
            ) from error
        attached = {
            each.volume_id
            for each in hands.project.list_attachments(self.server_id)
        }
        if volume.status == 'in-use' and volume.id in attached:
            return step.Progress.DONE
        elsewhere = set(volume.attached_to) - {self.server_id}
        if elsewhere:
            raise errors.ResourceFailed(
                f'volume {volume.id} is attached to {", ".join(elsewhere)}'
            )
        if volume.status == 'available' and volume.id not in attached:
            return step.Progress.TODO
        if volume.status in ON_ITS_WAY:
            return step.Progress.UNDER_WAY
        raise errors.ResourceFailed(
            f'volume {volume.id} is in {volume.status}'
        )

    def act(self, hands: step.Hands) -> None:
        """Ask Nova, with the device and the tag it had."""
        hands.project.attach_volume(
            self.server_id,
            resource.Attachment(
                server_id=self.server_id,
                volume_id=self.volume_id,
                device=self.device,
                tag=self.tag,
                delete_on_termination=self.delete_on_termination,
            ),
        )
