"""The port's Project on a real cloud."""

from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import group
from snapfault.cloud import image
from snapfault.cloud import key
from snapfault.cloud import quota
from snapfault.cloud import spare
from snapfault.cloud import volume


class Project:
    """Implements :class:`snapfault.cloud.port.Project` through a door."""

    def __init__(self, door: doors.Door) -> None:
        self._door = door

    def check(self) -> None:
        """See the port."""
        self._door.check()

    def get_server(self, server_id: str) -> resource.Server:
        """See the port."""
        return compute.get_server(self._door, server_id)

    def list_servers(self) -> list[resource.Server]:
        """See the port."""
        return compute.list_servers(self._door)

    def list_attachments(self, server_id: str) -> list[resource.Attachment]:
        """See the port."""
        return compute.list_attachments(self._door, server_id)

    def get_volume(self, volume_id: str) -> resource.Volume:
        """See the port."""
        return volume.get_volume(self._door, volume_id)

    def list_volumes(self) -> list[resource.Volume]:
        """See the port."""
        return volume.list_volumes(self._door)

    def find_volumes(self, marker: str) -> list[resource.Volume]:
        """See the port."""
        return volume.find_volumes(self._door, marker)

    def get_snapshot(self, snapshot_id: str) -> resource.Snapshot:
        """See the port."""
        return volume.get_snapshot(self._door, snapshot_id)

    def list_snapshots(self) -> list[resource.Snapshot]:
        """See the port."""
        return volume.list_snapshots(self._door)

    def find_snapshots(self, marker: str) -> list[resource.Snapshot]:
        """See the port."""
        return volume.find_snapshots(self._door, marker)

    def get_image(self, image_id: str) -> resource.Image:
        """See the port."""
        return image.get_image(self._door, image_id)

    def find_images(self, marker: str) -> list[resource.Image]:
        """See the port."""
        return image.find_images(self._door, marker)

    def get_group(self, group_id: str) -> resource.Group:
        """See the port."""
        return group.get_group(self._door, group_id)

    def get_headroom(self) -> resource.Headroom:
        """See the port."""
        return quota.get_headroom(self._door)

    def last_message(self, resource_id: str) -> str:
        """See the port."""
        return volume.last_message(self._door, resource_id)

    def create_snapshot(
        self, volume_id: str, name: str, metadata: resource.Metadata
    ) -> resource.Snapshot:
        """See the port."""
        return volume.create_snapshot(self._door, volume_id, name, metadata)

    def delete_snapshot(self, snapshot_id: str) -> None:
        """See the port."""
        volume.delete_snapshot(self._door, snapshot_id)

    def create_group_snapshot(
        self, group_id: str, name: str, description: str
    ) -> str:
        """See the port."""
        return group.create_group_snapshot(
            self._door, group_id, name, description
        )

    def delete_group_snapshot(self, group_snapshot_id: str) -> None:
        """See the port."""
        group.delete_group_snapshot(self._door, group_snapshot_id)

    def mark_snapshot(
        self, snapshot_id: str, metadata: resource.Metadata
    ) -> None:
        """See the port."""
        group.mark_snapshot(self._door, snapshot_id, metadata)

    def create_image(
        self, server_id: str, name: str, metadata: resource.Metadata
    ) -> str:
        """See the port."""
        return compute.create_image(self._door, server_id, name, metadata)

    def delete_image(self, image_id: str) -> None:
        """See the port."""
        image.delete_image(self._door, image_id)

    def create_volume(
        self,
        snapshot_id: str,
        size: int,
        name: str,
        metadata: resource.Metadata,
    ) -> resource.Volume:
        """See the port."""
        return volume.create_volume(
            self._door, snapshot_id, size, name, metadata
        )

    def reimages_roots(self) -> bool:
        """See the port."""
        return compute.reimages_roots(self._door)

    def rebuild_server(
        self,
        server_id: str,
        image_id: str,
        marker: str,
        metadata: resource.Metadata | None = None,
    ) -> None:
        """See the port."""
        compute.rebuild(self._door, server_id, image_id, marker, metadata)

    def stop_server(self, server_id: str) -> None:
        """See the port."""
        compute.act(self._door, server_id, 'os-stop')

    def start_server(self, server_id: str) -> None:
        """See the port."""
        compute.act(self._door, server_id, 'os-start')

    def detach_volume(self, server_id: str, volume_id: str) -> None:
        """See the port."""
        compute.detach(self._door, server_id, volume_id)

    def attach_volume(
        self, server_id: str, attachment: resource.Attachment
    ) -> None:
        """See the port."""
        compute.attach(self._door, server_id, attachment)

    def delete_volume(self, volume_id: str) -> None:
        """See the port."""
        volume.delete_volume(self._door, volume_id)

    def mark_volume(self, volume_id: str, metadata: resource.Metadata) -> None:
        """See the port."""
        volume.mark_volume(self._door, volume_id, metadata)

    def key_trouble(self, volume_id: str) -> str:
        """See the port."""
        return key.trouble(self._door, volume_id)

    def reboot_server(self, server_id: str) -> None:
        """See the port."""
        compute.reboot(self._door, server_id)

    def create_server(self, wanted: resource.NewServer) -> resource.Server:
        """See the port."""
        return spare.create_server(self._door, wanted)

    def delete_server(self, server_id: str) -> None:
        """See the port."""
        spare.delete_server(self._door, server_id)

    def get_console(self, server_id: str, lines: int) -> str:
        """See the port."""
        return spare.get_console(self._door, server_id, lines)
