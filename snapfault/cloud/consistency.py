"""The part of the port that levels of consistency and root images need."""

import typing

from snapfault import resource


class Consistency(typing.Protocol):
    """Groups of volumes, and images of servers; see the port."""

    def get_group(self, group_id: str) -> resource.Group:
        """Read a group of volumes.

        :raises NotFound: there is none in this project
        """

    def create_group_snapshot(
        self, group_id: str, name: str, description: str
    ) -> str:
        """Ask for a snapshot of each of a group's volumes; do not wait.

        The members bear its name and its description, which is what they
        are found again by, and no metadata.

        :returns: the id of the whole
        :raises QuotaExceeded: Cinder's limit is reached
        :raises NotFound: the group is gone
        :raises CloudConflict: the status of the group or of a volume does
            not allow it, or the group is empty
        """

    def delete_group_snapshot(self, group_snapshot_id: str) -> None:
        """Ask for a group snapshot's removal; its members go with it.

        What the backend refuses shows as ``error`` and may be asked again.

        :raises NotFound: it is gone already
        :raises CloudConflict: its status does not allow it
        """

    def mark_snapshot(
        self, snapshot_id: str, metadata: resource.Metadata
    ) -> None:
        """Add to a snapshot's metadata, whatever its status.

        :raises NotFound: it is gone
        """

    def create_image(
        self, server_id: str, name: str, metadata: resource.Metadata
    ) -> str:
        """Ask for an image of a server's root disk; do not wait.

        Nova does nothing else with the server until it is uploaded; where
        that fails, the image vanishes.

        :returns: the image's id
        :raises CloudConflict: the server is busy, or in ERROR
        """

    def find_images(self, marker: str) -> list[resource.Image]:
        """List the images that carry ``marker``, the oldest first."""

    def delete_image(self, image_id: str) -> None:
        """Remove an image, one that is being uploaded too; gone at once.

        :raises NotFound: it is gone already
        """
