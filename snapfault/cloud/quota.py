"""Read what Cinder's limits leave a project."""

import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import translate

#: What a quota set counts that is of one volume type: ``snapshots_<type>``.
_OF_A_TYPE: typing.Final = ('snapshots_', 'gigabytes_')


def get_headroom(door: doors.Door) -> resource.Headroom:
    """Read the quota set, with the limits of each type, in one call.

    Where an operator lets no owner read it, the plain limits must do.
    """
    try:
        return by_quota_set(door)
    except errors.CloudRefused:
        return by_limits(door)


@translate.sensible
def by_quota_set(door: doors.Door) -> resource.Headroom:
    """Read limits and usage of the project, and of each type."""
    found = door.get(
        'block_storage',
        'os-quota-sets',
        door.project_id,
        params={'usage': 'True'},
    )['quota_set']
    names = {
        name.removeprefix(prefix)
        for name in found
        for prefix in _OF_A_TYPE
        if name.startswith(prefix)
    }
    types = {
        name: resource.TypeRoom(
            snapshots=_left(found.get(f'snapshots_{name}')),
            gigabytes=_left(found.get(f'gigabytes_{name}')),
        )
        for name in names
    }
    unlimited = resource.TypeRoom(None, None)
    return resource.Headroom(
        snapshots=_left(found['snapshots']),
        volumes=_left(found['volumes']),
        gigabytes=_left(found['gigabytes']),
        types={k: room for k, room in types.items() if room != unlimited},
    )


def _left(of: dict[str, typing.Any] | None) -> int | None:
    if of is None or int(of['limit']) < 0:
        return None
    return int(of['limit']) - int(of['in_use']) - int(of['reserved'])


@translate.sensible
def by_limits(door: doors.Door) -> resource.Headroom:
    """Read the project's limits alone; snapshots count as gigabytes too."""
    limits = door.get('block_storage', 'limits')['limits']['absolute']

    def left(limit: str, used: str) -> int | None:
        bound = int(limits[limit])
        return None if bound < 0 else bound - int(limits[used])

    return resource.Headroom(
        snapshots=left('maxTotalSnapshots', 'totalSnapshotsUsed'),
        volumes=left('maxTotalVolumes', 'totalVolumesUsed'),
        gigabytes=left('maxTotalVolumeGigabytes', 'totalGigabytesUsed'),
    )
