"""The types that the schemas of several nouns share.

Patterns end in ``\\Z``: in Python ``$`` would let a line's end through.
Each has a description, which refusals quote.
"""

import collections.abc
import enum
import typing

Schema = dict[str, typing.Any]

NAME: Schema = {
    'type': 'string',
    'maxLength': 255,
    'pattern': r'^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?\Z',
    'description': (
        'a name: one or more characters, none of control, no space at the ends'
    ),
}
TEXT: Schema = {
    'type': 'string',
    'maxLength': 1000,
    'pattern': r'^[^\x00]*\Z',
    'description': 'text without NUL characters',
}
ID: Schema = {
    'type': 'string',
    'maxLength': 64,
    'pattern': r'^[A-Za-z0-9][A-Za-z0-9_-]*\Z',
    'description': 'an id',
}
#: Seconds; the longest is a hundred years.
SECONDS: Schema = {'type': 'integer', 'minimum': 0, 'maximum': 3153600000}
SOME_SECONDS: Schema = {**SECONDS, 'minimum': 1}

TIME_OF_DAY: Schema = {
    'type': 'string',
    'pattern': r'^([01][0-9]|2[0-3]):[0-5][0-9]\Z',
    'description': "a time of day such as '08:30'",
}

MOMENT: Schema = {
    'type': 'string',
    'pattern': (
        r'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?'
        r'(Z|[+-][0-9]{2}:[0-9]{2})\Z'
    ),
    'description': "a time with its zone such as '2026-03-01T12:00:00Z'",
}

SWITCH: Schema = {'enum': ['true', 'false', 'True', 'False']}

_ALL_PROJECTS: Schema = {'all_projects': SWITCH}
_PAGE: Schema = {
    **_ALL_PROJECTS,
    'limit': {
        'type': 'string',
        'pattern': r'^[1-9][0-9]{0,8}\Z',
        'description': 'a whole number of at least 1',
    },
    'marker': ID,
}


def closed(
    properties: Schema, required: collections.abc.Iterable[str] = ()
) -> Schema:
    """Describe an object that has no other members than these."""
    return {
        'type': 'object',
        'properties': properties,
        'required': list(required),
        'additionalProperties': False,
    }


def or_null(schema: Schema) -> Schema:
    """Let a member be null as well, which stands for: none."""
    return {**schema, 'type': [schema['type'], 'null']}


def one_of(kind: type[enum.StrEnum]) -> Schema:
    """Describe one of an enumeration's texts."""
    return {'enum': [each.value for each in kind]}


def page(keys: collections.abc.Iterable[str], **filters: Schema) -> Schema:
    """Describe the query of a list that can be filtered and sorted.

    :param keys: what it can be sorted by, as ``db.pages.Order`` has it
    """
    sort = {
        'enum': [
            f'{key}{direction}'
            for key in keys
            for direction in ('', ':asc', ':desc')
        ],
        'description': (
            'Alone, a time begins with the newest, and a name with a.'
        ),
    }
    return closed({**_PAGE, 'sort': sort, **filters})


#: The query of a request about one resource.
ONE = closed(_ALL_PROJECTS)
#: The query of a request that takes none.
NONE = closed({})
