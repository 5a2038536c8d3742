"""One reading of a project, shared by the steps of one look.

Eight volumes are looked at for the price of one: what each step asks of one
server, volume or snapshot is answered from one list. A single one is asked
for by itself, for a project may have thousands, and asked for once, too.
"""

import collections.abc
import dataclasses
import datetime
import threading
import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import port
from snapfault.recover import step

_Answer = typing.TypeVar('_Answer')
#: How old a reading may be that a decisive step goes by: less than a rebuild
#: takes.
MOMENT: typing.Final = datetime.timedelta(seconds=2)


def hands(of: step.Hands, glance: 'Glance') -> step.Hands:
    """Give hands that read everything through a glance."""
    return dataclasses.replace(of, project=typing.cast('port.Project', glance))


def of_phase(
    project: port.Project,
    phase: collections.abc.Iterable[step.Step],
    begun_at: datetime.datetime,
    known: 'Glance | None' = None,
) -> 'Glance':
    """Make one for a look at the steps of a phase.

    :param known: one whose readings will do
    """
    many = sum(each.width for each in phase) > 1
    return Glance(project, begun_at, many=many, known=known)


def attached(project: port.Project, server_id: str) -> set[str]:
    """Give the ids of what is attached to a server.

    A server names them itself: where it has been read there is no need to
    ask Nova once more.
    """
    if isinstance(project, Glance):
        server = project.known_server(server_id)
        if server is not None:
            return {each.volume_id for each in server.attached}
    return {each.volume_id for each in project.list_attachments(server_id)}


def note_server(project: port.Project, server: resource.Server) -> None:
    """Have a glance remember a server that was read by other eyes."""
    if isinstance(project, Glance):
        project.note_server(server)


class Glance:
    """A project whose reads are remembered; all else goes through.

    Threads that ask for the same wait for one answer; those that ask for
    something else do not wait for them.
    """

    def __init__(
        self,
        project: port.Project,
        begun_at: datetime.datetime,
        *,
        many: bool = False,
        known: 'Glance | None' = None,
    ) -> None:
        """Have read nothing yet.

        :param many: several volumes or snapshots will be asked for
        :param known: one whose own readings are recent enough
        """
        self._project = project
        self._begun_at = begun_at
        self._many = many
        self._known = {} if known is None else dict(known._read)
        self._read: dict[tuple[str, ...], typing.Any] = {}
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, ...], threading.Lock] = {}

    def __getattr__(self, name: str) -> typing.Any:
        """Ask the project itself."""
        return getattr(self._project, name)

    def is_of_now(self, now: datetime.datetime) -> bool:
        """Say whether the server is surely as it was read.

        Judged when it is gone by: what was read last may have hung.
        """
        return datetime.timedelta() <= now - self._begun_at <= MOMENT

    def check(self) -> None:
        """Fetch a fresh token, once."""
        self._once(('token',), self._project.check)

    def known_server(self, server_id: str) -> resource.Server | None:
        """Give a server that was read; None: it was not yet."""
        key = 'server', server_id
        return self._known.get(key, self._read.get(key))

    def note_server(self, server: resource.Server) -> None:
        """Remember it as read."""
        self._read['server', server.id] = server

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
        """Read a volume, once, or find it in the list.

        :raises NotFound: it is not there
        """
        if not self._many:
            return self._once(
                ('volume', volume_id),
                lambda: self._project.get_volume(volume_id),
            )
        for each in self.list_volumes():
            if each.id == volume_id:
                return each
        raise errors.NotFound(f'there is no volume {volume_id}')

    def find_volumes(self, marker: str) -> list[resource.Volume]:
        """Find the volumes with a marker, the oldest first."""
        if not self._many and ('volumes',) not in self._known:
            return self._once(
                ('volumes', marker), lambda: self._project.find_volumes(marker)
            )
        return _marked(self.list_volumes(), marker)

    def find_snapshots(self, marker: str) -> list[resource.Snapshot]:
        """Find the snapshots with a marker, the oldest first."""
        if not self._many and ('snapshots',) not in self._known:
            return self._once(
                ('snapshots', marker),
                lambda: self._project.find_snapshots(marker),
            )
        return _marked(self.list_snapshots(), marker)

    def _once(
        self,
        key: tuple[str, ...],
        read: collections.abc.Callable[[], _Answer],
    ) -> _Answer:
        if key in self._known:
            return typing.cast('_Answer', self._known[key])
        with self._lock:
            asked = self._asked.setdefault(key, threading.Lock())
        with asked:
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
