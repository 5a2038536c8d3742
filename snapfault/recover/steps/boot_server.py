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
    #: What Nova made it from; empty in a journal of old.
    image_id: str = ''

    def look(self, hands: step.Hands) -> step.Progress:
        """Look whether it is ours.

        :raises ResourceFailed: it cannot be told, or the drill's boot has
            not made it
        """
        if is_ours(self._root(hands).metadata, self.drill_id):
            return step.Progress.DONE
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Mark it, and nothing that a person has attached beside it."""
        hands.project.mark_volume(
            self._root(hands).id, {resource.MARKER: f'{self.drill_id}/root'}
        )

    def _root(self, hands: step.Hands) -> resource.Volume:
        attached = {
            each.volume_id: each
            for each in hands.project.list_attachments(self.server_id)
        }
        volumes = {each: hands.project.get_volume(each) for each in attached}
        root_id = resource.root_of(
            {each: found.device for each, found in attached.items()}, volumes
        )
        if root_id is None:
            raise errors.ResourceFailed(
                f'it cannot be told which of {", ".join(sorted(attached))}'
                f' server {self.server_id} boots from'
            )
        root = volumes[root_id]
        if not (
            is_ours(root.metadata, self.drill_id)
            or self._is_of_boot(attached[root_id], root)
        ):
            raise errors.ResourceFailed(
                f'volume {root_id}, which server {self.server_id} boots from,'
                ' is not as the boot has made it'
            )
        return root

    def _is_of_boot(
        self, attached: resource.Attachment, volume: resource.Volume
    ) -> bool:
        """Say whether it is as Nova makes it: what is marked is removed.

        What a person attaches stays when the server goes, unless that is
        asked for, and may hold anything.
        """
        is_anothers = any(
            each.startswith(resource.PREFIX) for each in volume.metadata
        )
        return (
            attached.delete_on_termination
            and not is_anothers
            and volume.snapshot_id is None
            and self.image_id in ('', volume.image_id)
        )
