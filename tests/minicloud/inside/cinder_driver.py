"""A volume driver that keeps no data, and fails when told to."""

import io

from cinder import exception
from cinder.tests import fake_driver

from tests.minicloud.inside import hooks


class CinderDriver(fake_driver.FakeLoggingVolumeDriver):
    """Cinder's own fake driver with what it lacks.

    What copies between images and volumes is answered here: the real
    copying needs qemu-img, privileges and eventlet's thread pool.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.backend_name = self.configuration.safe_get('volume_backend_name')

    def clone_image(
        self, context, volume, image_location, image_meta, image_service
    ):
        """Claim to have cloned: there is nothing to download."""
        return {}, True

    def copy_image_to_volume(
        self,
        context,
        volume,
        image_service,
        image_id,
        disable_sparse=False,
    ):
        """Do nothing; a server's reimage (2.93) comes here."""

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        """Upload a few bytes."""
        data = io.BytesIO(b'\0' * 4096)
        image_service.update(context, image_meta['id'], {}, data)

    def revert_to_snapshot(self, context, volume, snapshot):
        """Do nothing."""


def _busy(subjects):
    return exception.SnapshotIsBusy(snapshot_name=subjects[0].name)


hooks.faulty(
    CinderDriver,
    'cinder',
    (
        'create_volume',
        'delete_volume',
        'create_snapshot',
        'delete_snapshot',
        'create_volume_from_snapshot',
        'create_cloned_volume',
        'initialize_connection',
        'terminate_connection',
        'extend_volume',
        'revert_to_snapshot',
        'get_volume_stats',
    ),
    _busy,
)
