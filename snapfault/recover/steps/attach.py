"""Recovery step: a restored volume at the place of the damaged one."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import glance
from snapfault.recover import step
from snapfault.recover.steps import restore_volume


@dataclasses.dataclass(frozen=True)
class Attach(step.Step):
    """Second environment recovery, one volume of it."""

    name: typing.ClassVar[str] = 'attach'
    looks_on: typing.ClassVar[bool] = True

    recovery_id: str
    member_id: str
    server_id: str
    device: str
    tag: str | None
    delete_on_termination: bool

    def look(self, hands: step.Hands) -> step.Progress:
        """Ask both: Nova lists it, and Cinder calls it in use."""
        volume = self._restored(hands)
        if volume.status in ('reserved', 'attaching'):
            return step.Progress.UNDER_WAY
        attached = glance.attached(hands.project, self.server_id)
        if volume.status == 'available' and volume.id not in attached:
            return step.Progress.TODO
        if volume.status == 'in-use' and volume.id in attached:
            return step.Progress.DONE
        if volume.status in ('available', 'in-use'):
            return step.Progress.UNDER_WAY
        raise errors.ResourceFailed(
            f'volume {volume.id} is in {volume.status}'
        )

    def act(self, hands: step.Hands) -> None:
        """Ask Nova, with the device and the tag that were recorded."""
        hands.project.attach_volume(
            self.server_id,
            resource.Attachment(
                server_id=self.server_id,
                volume_id=self._restored(hands).id,
                device=self.device,
                tag=self.tag,
                delete_on_termination=self.delete_on_termination,
            ),
        )

    def _restored(self, hands: step.Hands) -> resource.Volume:
        marker = restore_volume.marker(self.recovery_id, self.member_id)
        found = hands.project.find_volumes(marker)
        if not found:
            raise errors.ResourceFailed(
                f'the restored volume marked {marker} is gone'
            )
        return found[0]
