"""The port, in part: what recoveries and drills ask beside the rest.

Errors are those of :mod:`snapfault.cloud.port`.
"""

import typing

from snapfault import resource


class Rescue(typing.Protocol):
    """What a project is asked for."""

    def delete_volume(self, volume_id: str) -> None:
        """Ask for a volume's removal, never that of its snapshots.

        :raises NotFound: it is gone already
        :raises CloudConflict: it is in use, or has snapshots
        """

    def mark_volume(self, volume_id: str, metadata: resource.Metadata) -> None:
        """Add to a volume's metadata.

        :raises NotFound: there is none in this project
        """

    def key_trouble(self, volume_id: str) -> str:
        """Say why the key of an encrypted volume cannot be read.

        :returns: empty where it can be, or the volume is not encrypted
        :raises NotFound: there is no such volume in this project
        """

    def reimages_roots(self) -> bool:
        """Say whether a rebuild writes anew the volume a server boots from.

        Known without a call once Nova was asked anything. An older one
        accepts the rebuild and keeps what is on the volume.
        """

    def reboot_server(self, server_id: str) -> None:
        """Ask for a hard reboot, which is a way out of ERROR, too.

        :raises CloudConflict: its state does not allow it now
        """

    def create_server(self, wanted: resource.NewServer) -> resource.Server:
        """Ask for a server, marked from its first moment; do not wait.

        :raises QuotaExceeded: Nova's or Cinder's limit is reached
        :raises CloudRefused: image, flavor or network will not do
        """

    def delete_server(self, server_id: str) -> None:
        """Ask for a server's removal; done when it is listed no more.

        :raises NotFound: it is gone already
        :raises CloudConflict: its state does not allow it now
        """

    def get_console(self, server_id: str, lines: int) -> str:
        """Read the end of what a server wrote on its console.

        :returns: empty where it wrote nothing, or has no such console
        :raises CloudConflict: its state does not allow it now
        """


class Admin(typing.Protocol):
    """What the cloud is asked for by the service itself."""

    def locate_server(self, server_id: str) -> resource.Placed | None:
        """Read, as the service itself, a server and its compute service.

        :returns: None where there is no such server, or the service user
            may not know
        """

    def list_hosts(self) -> list[resource.Host]:
        """List, as the service itself, all compute services: one call.

        :returns: none where the service user may not know
        """

    def list_all(self) -> dict[str, resource.Estate]:
        """List, as the service itself, what all projects have: two calls.

        Servers come first: a volume that one has attached is there by then.

        :returns: by the project's id; one that has nothing is left out
        :raises CloudRefused: the service user may not, or is shown its own
            only
        """

    def evacuate_server(self, server_id: str) -> None:
        """Ask, as an admin, for a server on another host.

        :raises CloudConflict: Nova takes its host for alive, or it is busy
        :raises CloudRefused: the service user may not
        """

    def repair_volume(self, volume_id: str) -> None:
        """Call a volume ``in-use`` and attached again, as an admin.

        For one that a broken rebuild has left ``reserved``.

        :raises CloudRefused: the service user may not
        """
