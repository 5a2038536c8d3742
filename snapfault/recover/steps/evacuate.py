"""Recovery step: the server away from a host that is down and fenced."""

import dataclasses
import typing

from snapfault import errors
from snapfault.recover import step
from snapfault.recover.steps import power


@dataclasses.dataclass(frozen=True)
class Evacuate(step.Step):
    """Have Nova build the server on another host.

    Its volumes go along. A root disk on the dead host's own storage does
    not: it is made anew from the image.
    """

    name: typing.ClassVar[str] = 'evacuate'

    server_id: str
    host: str  #: the dead one's name
    fault_at: str | None  #: of a fault from before; see power.known

    def look(self, hands: step.Hands) -> step.Progress:
        """Read where the server is, and whether Nova is still at it."""
        server = hands.project.get_server(self.server_id)
        if server.task_state is not None or server.status == 'REBUILD':
            return step.Progress.UNDER_WAY
        if server.status == 'ERROR' and power.known(server) != self.fault_at:
            raise errors.ResourceFailed(
                f'the evacuation of server {server.id} failed:'
                f' {server.complaint}'
            )
        placed = hands.cloud.locate_server(self.server_id)
        if placed is None or placed.host is None:
            raise errors.ResourceFailed(
                f'the host of server {server.id} cannot be read: Nova lets'
                ' the service user see hosts no more'
            )
        if placed.host.name != self.host:
            return step.Progress.DONE
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask Nova, as the service itself: it is an admin's to do."""
        hands.cloud.evacuate_server(self.server_id)
