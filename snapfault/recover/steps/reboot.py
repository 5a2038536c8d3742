"""Recovery step: the server out of ERROR by a hard reboot."""

import dataclasses
import typing

from snapfault import errors
from snapfault.recover import step
from snapfault.recover.steps import power


@dataclasses.dataclass(frozen=True)
class Reboot(step.Step):
    """The gentle way out of ERROR: the disks stay as they are."""

    name: typing.ClassVar[str] = 'reboot'

    server_id: str
    #: When Nova noted the fault that is to be cured; see power.known.
    fault_at: str | None

    def look(self, hands: step.Hands) -> step.Progress:
        """Read the server; another fault than before is the reboot's."""
        server = hands.project.get_server(self.server_id)
        if server.task_state is not None or server.status in (
            'REBOOT',
            'HARD_REBOOT',
        ):
            return step.Progress.UNDER_WAY
        if server.status == 'ACTIVE':
            return step.Progress.DONE
        if server.status != 'ERROR':
            raise errors.ResourceFailed(
                f'server {server.id} is {server.status}: somebody else is at'
                ' it'
            )
        if power.known(server) != self.fault_at:
            raise errors.ResourceFailed(
                f'the reboot of server {server.id} failed: {server.complaint}'
            )
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask for a hard reboot."""
        hands.project.reboot_server(self.server_id)
