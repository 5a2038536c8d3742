"""Whether a server could be recovered, should its day come. Pure."""

import collections.abc

from snapfault import errors
from snapfault import resource


def image_of(server: resource.Server) -> str:
    """Give the image that a recovery rebuilds the server from.

    :raises InvalidInput: it boots from a volume
    """
    if server.image_id is None:
        raise errors.InvalidInput(
            f'server {server.id} boots from a volume, which a rebuild would '
            'overwrite: protect one that boots from an image and keeps its '
            'data on volumes'
        )
    return server.image_id


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
    image_id = image_of(server)
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
