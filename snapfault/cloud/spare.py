"""Servers that are made to be thrown away, and what they say."""

import typing

from snapfault import errors
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import pages
from snapfault.cloud import translate


@translate.sensible
def create_server(
    door: doors.Door, wanted: resource.NewServer
) -> resource.Server:
    """Ask for a server, marked from its first moment."""
    body: dict[str, typing.Any] = {
        'name': wanted.name,
        'flavorRef': _flavor(door, wanted.flavor_id),
        'networks': (
            [{'uuid': wanted.network_id}] if wanted.network_id else 'none'
        ),
        'metadata': dict(wanted.metadata),
    }
    if wanted.root_size is None:
        body['imageRef'] = wanted.image_id
    else:
        body['block_device_mapping_v2'] = [_root(wanted)]
    made = door.change(
        'POST',
        'compute',
        'servers',
        json={'server': body},
        log=False,  # the answer has the server's password
    )
    return compute.get_server(door, made['server']['id'])


def delete_server(door: doors.Door, server_id: str) -> None:
    """Ask for a server's removal, at once.

    Where Nova keeps what is deleted for ``reclaim_instance_interval``, a mere
    DELETE leaves it with its volumes, and each further one anew.
    """
    compute.act(door, server_id, 'forceDelete')


@translate.sensible
def get_console(door: doors.Door, server_id: str, lines: int) -> str:
    """Read the last lines of a server's console."""
    try:
        found = door.change(
            'POST',
            'compute',
            'servers',
            server_id,
            'action',
            json={'os-getConsoleOutput': {'length': lines}},
            # the hypervisor has no such thing
            meaning={501: errors.NotFound},
        )
    except errors.NotFound:
        compute.show(door, server_id)  # raises if it is the server itself
        return ''
    return str(found['output'] or '')


def _flavor(door: doors.Door, name: str) -> str:
    """Find a flavor by its name, which is all that a server tells of it.

    :raises CloudRefused: the project has none of that name
    """
    for each in pages.read(door, 'compute', 'flavors'):
        if each['name'] == name:
            return str(each['id'])
    raise errors.CloudRefused(
        f'flavor {name!r} is gone, or not open to the project'
    )


def _root(wanted: resource.NewServer) -> dict[str, typing.Any]:
    return {
        'boot_index': 0,
        'uuid': wanted.image_id,
        'source_type': 'image',
        'destination_type': 'volume',
        'volume_size': wanted.root_size,
        'delete_on_termination': True,
    }
