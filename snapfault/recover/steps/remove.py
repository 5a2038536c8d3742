"""Drill steps: what a drill has made away again, and nothing else.

The journal names each resource by its id. It goes only while it bears the
drill's marker in the project's own listing (invariant 7): one that somebody
has taken the marker from is theirs.
"""

import dataclasses
import typing

from snapfault import errors
from snapfault.recover import step
from snapfault.recover.steps import boot_server

#: What Cinder is still at, and leaves by itself.
PASSING = frozenset(
    {'deleting', 'creating', 'downloading', 'attaching', 'detaching'}
)


@dataclasses.dataclass(frozen=True)
class RemoveServer(step.Step):
    """Remove the server."""

    name: typing.ClassVar[str] = 'remove-server'

    drill_id: str
    server_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Ask for it by its id: a list may leave out what is away."""
        try:
            server = hands.project.get_server(self.server_id)
        except errors.NotFound:
            return step.Progress.DONE
        if not boot_server.is_ours(server.metadata, self.drill_id):
            return step.Progress.DONE
        if server.task_state == 'deleting':
            return step.Progress.UNDER_WAY
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask for its removal."""
        try:
            hands.project.delete_server(self.server_id)
        except errors.NotFound:
            return  # it went between the look and now


@dataclasses.dataclass(frozen=True)
class RemoveVolume(step.Step):
    """Remove a volume, once no server holds it."""

    name: typing.ClassVar[str] = 'remove-volume'
    doubtful: typing.ClassVar[bool] = True

    drill_id: str
    volume_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Read how far Cinder is.

        :raises ResourceFailed: Cinder could not remove it
        """
        try:
            volume = hands.project.get_volume(self.volume_id)
        except errors.NotFound:
            return step.Progress.DONE
        if not boot_server.is_ours(volume.metadata, self.drill_id):
            return step.Progress.DONE
        if volume.status in PASSING:
            return step.Progress.UNDER_WAY
        if volume.status == 'error_deleting':
            told = hands.project.last_message(volume.id)
            raise errors.ResourceFailed(
                f'Cinder could not remove volume {volume.id}:'
                f' {told or "it gives no reason"}'
            )
        return step.Progress.TODO

    def doubt(self, hands: step.Hands) -> bool:
        """Ask all the same, once more sure that it is ours.

        What is ``creating`` may be on no backend, and stay so for ever:
        Cinder lets go of that, and of nothing that it is at.
        """
        volume = hands.project.get_volume(self.volume_id)
        is_ours = boot_server.is_ours(volume.metadata, self.drill_id)
        if is_ours:
            self.act(hands)
        return is_ours

    def act(self, hands: step.Hands) -> None:
        """Ask for its removal."""
        try:
            hands.project.delete_volume(self.volume_id)
        except errors.NotFound:
            return  # it went between the look and now
