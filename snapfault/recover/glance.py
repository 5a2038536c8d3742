"""One reading of a project, shared by the steps of one look.

Eight volumes are looked at for the price of one: what each step asks of one
server, volume or snapshot is answered from one list.
"""

import collections.abc
import dataclasses
import threading
import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import port
from snapfault.recover import step

_Answer = typing.TypeVar('_Answer')


def at(hands: step.Hands) -> step.Hands:
    """Give hands that read everything once, from now on."""
    project = typing.cast('port.Project', Glance(hands.project))
    return dataclasses.replace(hands, project=project)


class Glance:
    """A project whose reads are remembered; all else goes through."""

    def __init__(self, project: port.Project) -> None:
        """Have read nothing yet."""
        self._project = project
        self._read: dict[tuple[str, ...], typing.Any] = {}
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> typing.Any:
        """Ask the project itself."""
        return getattr(self._project, name)

    def get_server(self, server_id: str) -> resource.Server:
        """Read a server, once."""
        return self._once(
            ('server', server_id), lambda: self._project.get_server(server_id)
        )

    def list_attachments(self, server_id: str) -> list[resource.Attachment]:
        """List what is attached to a server, once."""
        return self._once(
            ('attachments', server_id),
            lambda: self._project.list_attachments(server_id),
        )

    def list_volumes(self) -> list[resource.Volume]:
        """List the volumes, once."""
        return self._once(('volumes',), self._project.list_volumes)

    def list_snapshots(self) -> list[resource.Snapshot]:
        """List the snapshots, once."""
        return self._once(('snapshots',), self._project.list_snapshots)

    def get_volume(self, volume_id: str) -> resource.Volume:
        """Find a volume in the list.

        :raises NotFound: it is not there
        """
        for each in self.list_volumes():
            if each.id == volume_id:
                return each
        raise errors.NotFound(f'there is no volume {volume_id}')

    def find_volumes(self, marker: str) -> list[resource.Volume]:
        """Find the volumes with a marker in the list, the oldest first."""
        return _marked(self.list_volumes(), marker)

    def find_snapshots(self, marker: str) -> list[resource.Snapshot]:
        """Find the snapshots with a marker in the list, the oldest first."""
        return _marked(self.list_snapshots(), marker)

    def _once(
        self,
        key: tuple[str, ...],
        read: collections.abc.Callable[[], _Answer],
    ) -> _Answer:
        with self._lock:
            if key not in self._read:
                self._read[key] = read()
            return typing.cast('_Answer', self._read[key])


class _Marked(typing.Protocol):
    @property
    def metadata(self) -> resource.Metadata: ...


_Found = typing.TypeVar('_Found', bound=_Marked)


def _marked(
    listed: collections.abc.Iterable[_Found], marker: str
) -> list[_Found]:
    """Choose those with the marker; a list begins with the newest."""
    return [
        each
        for each in reversed(list(listed))
        if each.metadata.get(resource.MARKER) == marker
    ]
