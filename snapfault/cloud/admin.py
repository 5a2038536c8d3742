"""What only an administrator may ask: of hosts, and of broken volumes."""

from snapfault import errors
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import translate


@translate.sensible
def get_host(door: doors.Door, server_id: str) -> resource.Host | None:
    """Read of a server's compute service; None: we may not, or it has none."""
    found = compute.show(door, server_id)
    name, status = (
        found.get('OS-EXT-SRV-ATTR:host'),
        found.get('host_status'),
    )
    if not name or not status:
        return None
    services = door.get(
        'compute',
        'os-services',
        params={'binary': 'nova-compute', 'host': name},
    )['services']
    return resource.Host(
        name=name,
        status=status,
        forced_down=any(each['forced_down'] for each in services),
    )


def evacuate(door: doors.Door, server_id: str) -> None:
    """Ask for a server on another host, which the scheduler chooses.

    The server is stopped there (since 2.95); before, it is as it was.
    """
    door.change(
        'POST',
        'compute',
        'servers',
        server_id,
        'action',
        json={'evacuate': {}},
        # its host is alive, says Nova
        meaning={400: errors.CloudConflict},
        log=False,  # the answer has the server's new password
    )


def repair_volume(door: doors.Door, volume_id: str) -> None:
    """Have Cinder call a volume attached, whatever it calls it now."""
    wanted = {'status': 'in-use', 'attach_status': 'attached'}
    door.change(
        'POST',
        'block_storage',
        'volumes',
        volume_id,
        'action',
        json={'os-reset_status': wanted},
    )
