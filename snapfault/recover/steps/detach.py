"""Recovery step: a damaged volume away from the server."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import glance
from snapfault.recover import step


@dataclasses.dataclass(frozen=True)
class Detach(step.Step):
    """Detach the damaged volume, and leave it as it is."""

    name: typing.ClassVar[str] = 'detach'
    looks_on: typing.ClassVar[bool] = True  # the volume is read anew

    server_id: str
    volume_id: str
    #: Who takes it away and keeps it; empty in a journal of old.
    recovery_id: str = ''

    def look(self, hands: step.Hands) -> step.Progress:
        """Ask both: Nova lists it no more, and Cinder has let it go."""
        try:
            volume = hands.project.get_volume(self.volume_id)
        except errors.NotFound:
            return step.Progress.DONE  # somebody deleted it
        if volume.status == 'detaching':
            return step.Progress.UNDER_WAY
        attached = glance.attached(hands.project, self.server_id)
        if volume.status == 'in-use' and self.volume_id in attached:
            return step.Progress.TODO
        if self.volume_id in attached:
            return step.Progress.UNDER_WAY
        return step.Progress.DONE

    def act(self, hands: step.Hands) -> None:
        """Ask Nova; Cinder's own detach would leak the host's device.

        The marker comes first: what is away is removed one day, and only
        if it says whose it is.
        """
        try:
            if self.recovery_id:
                hands.project.mark_volume(
                    self.volume_id, {resource.KEPT: self.recovery_id}
                )
            hands.project.detach_volume(self.server_id, self.volume_id)
        except errors.NotFound:
            return  # it went between the look and now
