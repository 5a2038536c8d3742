"""Whether a server could be recovered, should its day come. Pure."""

import collections.abc

from snapfault import errors
from snapfault import resource


def image_of(
    server: resource.Server,
    volumes: collections.abc.Collection[resource.Volume],
) -> str:
    """Give the image that a recovery rebuilds the server from.

    :param volumes: those attached to the server
    :raises InvalidInput: it boots from a volume that was made from no image
    """
    if server.image_id is not None:
        return server.image_id
    by_id = {each.id: each for each in volumes}
    root = by_id.get(resource.root_of(_devices(server, volumes), by_id) or '')
    if root is None:
        raise errors.InvalidInput(
            f'server {server.id} boots from a volume, and none of its volumes '
            'shows as the one: neither is one at its first device, nor is '
            'just one bootable'
        )
    if root.image_id is None:
        raise errors.InvalidInput(
            f'server {server.id} boots from volume {root.id}, which was made '
            'from no image, so there is none to rebuild it from: protect a '
            'server that boots from an image, or from a volume made from one'
        )
    return root.image_id


def _devices(
    server: resource.Server,
    volumes: collections.abc.Iterable[resource.Volume],
) -> dict[str, str]:
    return {
        volume.id: place.device
        for volume in volumes
        for place in volume.places
        if place.server_id == server.id
    }


def check(
    server: resource.Server,
    image: resource.Image | None,
    volumes: collections.abc.Collection[resource.Volume],
) -> None:
    """Refuse what no recovery could bring back.

    :param image: the server's original; None: it is gone
    :param volumes: those attached to the server
    :raises InvalidInput: the message says why, and what to do
    """
    image_id = image_of(server, volumes)
    if image is None:
        raise errors.InvalidInput(
            f'image {image_id}, which server {server.id} was made from, is '
            'gone or not shared with the project: a rebuild needs it'
        )
    if image.status != 'active':
        raise errors.InvalidInput(
            f'image {image_id}, which server {server.id} was made from, is '
            f'{image.status}: a rebuild needs it active'
        )
    if server.image_id is None and image.size == 0:
        raise errors.InvalidInput(
            f'image {image_id}, which the root volume of server {server.id} '
            'was made from, only names snapshots of volumes, and Nova cannot '
            'write a root volume anew from such a one'
        )
    if not volumes:
        raise errors.InvalidInput(
            f'server {server.id} has no volume attached, so there is no '
            'data to restore: attach its data volumes first'
        )
    shared = sorted(volume.id for volume in volumes if volume.multiattach)
    if shared:
        raise errors.InvalidInput(
            f'volume {shared[0]} may be attached to several servers, which '
            'a restore would pull from under the others: detach it first'
        )
