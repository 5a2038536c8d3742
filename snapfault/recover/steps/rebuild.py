"""Recovery step: the server anew from its original image."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import step


@dataclasses.dataclass(frozen=True)
class Rebuild(step.Step):
    """First environment recovery.

    A rebuild leaves id, ports and attachments, so nothing of the server
    itself tells whether it happened: the request writes the recovery's id
    into the server's metadata, in the same transaction of Nova's.
    """

    name: typing.ClassVar[str] = 'rebuild'
    decisive: typing.ClassVar[bool] = True

    recovery_id: str
    server_id: str
    image_id: str
    attempt: int = 0  #: of its recovery; the next one rebuilds once more
    #: The status that alone makes it due; empty: however the server stands,
    #: for a person wants it, or Nova never saw the fault.
    due_in: str = ''

    @property
    def marker(self) -> str:
        """Tell this rebuild from all others."""
        if self.attempt == 0:
            return self.recovery_id
        return f'{self.recovery_id}/{self.attempt}'

    @property
    def width(self) -> int:
        """Say that none but the server is looked at."""
        return 0

    def look(self, hands: step.Hands) -> step.Progress:
        """Find this rebuild's marker in the server's metadata.

        It may be long since it was planned, and what a server that is well
        has written since is lost with its root disk.
        """
        server = hands.project.get_server(self.server_id)
        if server.metadata.get(resource.RECOVERY) != self.marker:
            if self.due_in and server.status != self.due_in:
                raise errors.ResourceFailed(
                    f'server {self.server_id} is {server.status} by now:'
                    ' somebody has mended it, and it is not rebuilt'
                )
            return step.Progress.TODO
        if server.task_state is not None or server.status == 'REBUILD':
            return step.Progress.UNDER_WAY
        if server.status == 'ERROR':
            raise errors.ResourceFailed(
                f'the rebuild of server {self.server_id} failed:'
                f' {server.complaint}'
            )
        return step.Progress.DONE

    def act(self, hands: step.Hands) -> None:
        """Ask for the rebuild, marked."""
        seen = hands.project.get_server(self.server_id)
        # a right that dies half way leaves volumes reserved
        hands.project.check()
        hands.project.rebuild_server(
            self.server_id, self.image_id, self.marker, seen.metadata
        )
