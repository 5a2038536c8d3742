"""Lists: a page of resources, and where the next one is."""

import collections.abc
import typing
import urllib.parse

from snapfault import errors
from snapfault.api import call
from snapfault.db import pages


class Noun(typing.Protocol):
    """What can be listed."""

    @property
    def id(self) -> str:
        """What a marker names."""


_N = typing.TypeVar('_N', bound=Noun)


def answer(
    this: call.Call,
    key: str,
    query: collections.abc.Callable[..., list[_N]],
    write: collections.abc.Callable[[list[_N]], list[call.Json]],
) -> call.Answer:
    """Answer with a page, and a link to the next if any.

    :param query: a ``list_page`` of the database; what the caller's query
        says beside ``limit``, ``marker``, ``sort`` and ``all_projects`` is its
        filters
    :param write: writes the resources as JSON
    """
    filters: dict[str, typing.Any] = dict(this.query)
    filters.pop('all_projects', None)
    if 'sort' in filters:
        filters['order'] = _order(filters.pop('sort'))
    asked = int(filters.pop('limit', this.max_limit))
    limit = min(asked, this.max_limit)
    try:
        found = query(this.database, this.scope, limit=limit + 1, **filters)
    except errors.NotFound as error:
        raise errors.InvalidInput(f'marker: {error}') from error
    body: call.Json = {key: write(found[:limit])}
    if len(found) > limit:
        body[f'{key}_links'] = [
            {'rel': 'next', 'href': _next(this, found[limit - 1].id)}
        ]
    return call.Answer(body)


def _order(sort: str) -> pages.Order:
    """Read a key and, behind a colon, a direction if there is one."""
    key, _, direction = sort.partition(':')
    if not direction:
        direction = 'desc' if key.endswith('_at') else 'asc'
    return pages.Order(key, is_descending=direction == 'desc')


def _next(this: call.Call, marker: str) -> str:
    query = urllib.parse.urlencode({**this.query, 'marker': marker})
    return f'{this.request.path_url}?{query}'
