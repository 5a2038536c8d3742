"""What only an administrator may ask: of hosts, and of broken volumes."""

import collections
import collections.abc
import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import pages
from snapfault.cloud import translate
from snapfault.cloud import volume

#: What Cinder shows of a volume to administrators, and to nobody else.
_ADMINS: typing.Final = 'os-vol-host-attr:host'


@translate.sensible
def locate_server(door: doors.Door, server_id: str) -> resource.Placed:
    """Read a server, and of its compute service."""
    found = compute.show(door, server_id)
    return resource.Placed(
        server=compute.server_of(found),
        project_id=found['tenant_id'],
        host=_host(door, found),
    )


def _host(
    door: doors.Door, found: dict[str, typing.Any]
) -> resource.Host | None:
    """Read of a server's host; None: we may not, or it has none."""
    name, status = (
        found.get('OS-EXT-SRV-ATTR:host'),
        found.get('host_status'),
    )
    if not name or not status:
        return None
    if status == 'UP':  # what is forced down is never called so
        return resource.Host(name=name, status=status, forced_down=False)
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


@translate.sensible
def list_hosts(door: doors.Door) -> list[resource.Host]:
    """List the compute services, in the words Nova has for one's servers."""
    services = door.get(
        'compute', 'os-services', params={'binary': 'nova-compute'}
    )['services']
    return [
        resource.Host(each['host'], _status(each), bool(each['forced_down']))
        for each in services
    ]


@translate.sensible
def list_all(door: doors.Door) -> dict[str, resource.Estate]:
    """List servers, then volumes, of all projects.

    Nova refuses that to a user who is no administrator; Cinder shows them
    their own volumes and says nothing.
    """
    found: dict[str, resource.Estate] = collections.defaultdict(
        resource.Estate
    )
    for each in compute.shown(door, all_tenants='1'):
        server = compute.server_of(each)
        found[each['tenant_id']].servers[server.id] = server
    listed = list(
        pages.read(door, 'block_storage', 'volumes', all_tenants='1')
    )
    _check_whole(found, listed)
    for each in listed:
        project_id = each['os-vol-tenant-attr:tenant_id']
        found[project_id].volumes[each['id']] = volume.volume_of(each)
    return dict(found)


def _check_whole(
    found: collections.abc.Mapping[str, resource.Estate],
    listed: collections.abc.Collection[dict[str, typing.Any]],
) -> None:
    """See that Cinder has told of the volumes of all projects.

    :raises CloudRefused: it did not
    """
    is_admin = all(_ADMINS in each for each in listed)
    is_needed = any(
        server.attached
        for estate in found.values()
        for server in estate.servers.values()
    )
    if not is_admin or (is_needed and not listed):
        raise errors.CloudRefused(
            'Cinder shows the service user its own volumes only: it is no'
            ' administrator there'
        )


def _status(service: dict[str, typing.Any]) -> str:
    """Say of a service what ``host_status`` says of a server on it."""
    if service['forced_down']:
        return 'DOWN'
    if service['status'] == 'disabled':
        return 'MAINTENANCE'
    return 'UP' if service['state'] == 'up' else 'UNKNOWN'


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
