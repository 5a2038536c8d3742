"""A volume driver that keeps no data, and fails when told to."""

import io

from cinder import exception
from cinder.tests import fake_driver
from cinder.volume import volume_utils

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

    def create_group_snapshot(self, context, group_snapshot, snapshots):
        """Take all of a consistent group at once.

        Of another, as drivers do, let Cinder take one after another.
        """
        return self._whole('create', group_snapshot, snapshots, 'available')

    def delete_group_snapshot(self, context, group_snapshot, snapshots):
        """Remove all of a consistent group."""
        return self._whole('delete', group_snapshot, snapshots, 'deleted')

    def _whole(self, verb, group_snapshot, snapshots, status):
        if not volume_utils.is_group_a_cg_snapshot_type(group_snapshot):
            raise NotImplementedError
        try:
            point = f'cinder.{verb}_group_snapshot'
            hooks.strike(point, [group_snapshot, *snapshots], _busy)
        except hooks.InjectedFault as fault:
            # Cinder marks nothing as failed for any other error
            raise exception.VolumeDriverException(message=str(fault)) from None
        states = [{'id': each.id, 'status': status} for each in snapshots]
        return {'status': status}, states

    def _update_volume_stats(self):
        super()._update_volume_stats()
        self._stats['consistent_group_snapshot_enabled'] = True


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
        'copy_image_to_volume',
        'initialize_connection',
        'terminate_connection',
        'extend_volume',
        'revert_to_snapshot',
        'get_volume_stats',
    ),
    _busy,
)
