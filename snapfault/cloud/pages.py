"""Go through the pages of a list."""

import collections.abc
import typing

from snapfault import errors
from snapfault.cloud import door as doors

#: Nova's and Cinder's own limit on a page, unless an operator lowered it.
MOST: typing.Final = 1000


def read(
    door: doors.Door, service: str, kind: str, **filters: str
) -> collections.abc.Iterator[dict[str, typing.Any]]:
    """Go on by marker: an offset would miss what moves up.

    :param kind: 'servers', 'volumes', 'snapshots'
    :raises CloudUnavailable: the last of a page was deleted meanwhile
    """
    params: dict[str, str | int] = {**filters, 'limit': MOST}
    while True:
        try:
            page = door.get(service, kind, 'detail', params=params)
        except (errors.NotFound, errors.CloudRefused) as error:
            if 'marker' not in params:
                raise
            raise errors.CloudUnavailable(
                f'the list of {kind} changed while it was read'
            ) from error
        yield from page[kind]
        if not page[kind] or not page.get(f'{kind}_links'):
            return
        params['marker'] = page[kind][-1]['id']
