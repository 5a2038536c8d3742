"""Drill steps: a server to throw away, and its root volume ours."""

import dataclasses
import typing

from snapfault import errors
from snapfault import resource
from snapfault.recover import step


def marker(drill_id: str) -> str:
    """Tell the server that a drill makes."""
    return f'{drill_id}/server'


def is_ours(metadata: resource.Metadata, drill_id: str) -> bool:
    """Say whether a server or a volume is one that a drill has made."""
    return metadata.get(resource.MARKER, '').startswith(f'{drill_id}/')


@dataclasses.dataclass(frozen=True)
class BootServer(step.Step):
    """Make a server from the original image, on the same flavor."""

    name: typing.ClassVar[str] = 'boot-server'

    drill_id: str
    label: str  #: the server's name
    image_id: str
    flavor_id: str
    network_id: str | None
    root_size: int | None  #: GiB; None: it boots from the image itself

    def look(self, hands: step.Hands) -> step.Progress:
        """Find the server by its marker, which Nova does not search by."""
        wanted = marker(self.drill_id)
        for server in hands.project.list_servers():
            if server.metadata.get(resource.MARKER) != wanted:
                continue
            if server.status == 'ERROR':
                raise errors.ResourceFailed(
                    f'server {server.id} did not boot: {server.complaint}'
                )
            is_up = server.status == 'ACTIVE' and server.task_state is None
            return step.Progress.DONE if is_up else step.Progress.UNDER_WAY
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask for the server, marked; no selector is to protect it."""
        hands.project.create_server(
            resource.NewServer(
                self.label,
                self.image_id,
                self.flavor_id,
                self.network_id,
                {
                    resource.MARKER: marker(self.drill_id),
                    resource.EXCLUDE: 'true',
                },
                self.root_size,
            )
        )


@dataclasses.dataclass(frozen=True)
class MarkRoot(step.Step):
    """Mark the volume that the server boots from, which Nova has made."""

    name: typing.ClassVar[str] = 'mark-root'

    drill_id: str
    server_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Look whether all volumes that are attached are ours."""
        if self._unmarked(hands):
            return step.Progress.TODO
        return step.Progress.DONE

    def act(self, hands: step.Hands) -> None:
        """Mark what is attached before any clone is: only the root."""
        for volume_id in self._unmarked(hands):
            hands.project.mark_volume(
                volume_id, {resource.MARKER: f'{self.drill_id}/root'}
            )

    def _unmarked(self, hands: step.Hands) -> list[str]:
        ids = [
            each.volume_id
            for each in hands.project.list_attachments(self.server_id)
        ]
        return [
            each
            for each in ids
            if not is_ours(
                hands.project.get_volume(each).metadata, self.drill_id
            )
        ]
