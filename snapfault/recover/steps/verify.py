"""Recovery step: see with fresh eyes that the service stands."""

import dataclasses
import typing

from snapfault import errors
from snapfault.recover import step
from snapfault.recover.steps import restore_volume


@dataclasses.dataclass(frozen=True)
class Verify(step.Step):
    """The server is as it was, and every restored volume is attached."""

    name: typing.ClassVar[str] = 'verify'

    recovery_id: str
    server_id: str
    status: str  #: 'ACTIVE', or 'SHUTOFF' where it was stopped before
    member_ids: tuple[str, ...]

    def look(self, hands: step.Hands) -> step.Progress:
        """Read server, attachments and volumes once more."""
        server = hands.project.get_server(self.server_id)
        if server.status == 'ERROR':
            raise errors.ResourceFailed(
                f'server {self.server_id} is in ERROR:'
                f' {server.fault or "Nova gives no reason"}'
            )
        if server.task_state is not None or server.status != self.status:
            return step.Progress.UNDER_WAY
        attached = {
            each.volume_id
            for each in hands.project.list_attachments(self.server_id)
        }
        for member_id in self.member_ids:
            marker = restore_volume.marker(self.recovery_id, member_id)
            found = hands.project.find_volumes(marker)
            if not found or found[0].id not in attached:
                raise errors.ResourceFailed(
                    f'no restored volume marked {marker} is attached to'
                    f' server {self.server_id}'
                )
        return step.Progress.DONE

    def act(self, hands: step.Hands) -> None:
        """Look only: there is nothing to ask."""
