"""The forms that answers of several nouns share."""

import dataclasses
import enum
import typing

Schema = dict[str, typing.Any]

TEXT: Schema = {'type': 'string'}
TEXT_OR_NULL: Schema = {'type': ['string', 'null']}
TIME: Schema = {'type': 'string', 'format': 'date-time'}
TIME_OR_NULL: Schema = {'type': ['string', 'null'], 'format': 'date-time'}
FLAG: Schema = {'type': 'boolean'}
COUNT: Schema = {'type': 'integer', 'minimum': 0}
COUNT_OR_NULL: Schema = {'type': ['integer', 'null'], 'minimum': 0}
NUMBER: Schema = {'type': 'number'}
NUMBER_OR_NULL: Schema = {'type': ['number', 'null']}
#: What a driver or a step says of itself, by name.
ANYTHING: Schema = {'type': 'object'}


@dataclasses.dataclass(frozen=True)
class Form:
    """What goes back when all went well."""

    status: int
    body: Schema | None  #: None: there is none
    located: bool = False  #: a header says where what was made is
    tagged: bool = False  #: a header gives the generation of what is shown
    #: What goes back where it takes a while; None: it never does.
    later: 'Form | None' = None


NOTHING: typing.Final = Form(204, None)


def whole(properties: Schema) -> Schema:
    """Describe an object that has all of these members, and no others."""
    return {
        'type': 'object',
        'properties': properties,
        'required': list(properties),
        'additionalProperties': False,
    }


def many(items: Schema) -> Schema:
    """Describe a list."""
    return {'type': 'array', 'items': items}


def one_of(kind: type[enum.StrEnum]) -> Schema:
    """Describe one of an enumeration's texts."""
    return {'type': 'string', 'enum': [each.value for each in kind]}


def or_null(schema: Schema) -> Schema:
    """Let a value be null as well."""
    return {'anyOf': [schema, {'type': 'null'}]}


def one(key: str, schema: Schema, status: int = 200) -> Form:
    """Answer with one resource under its name."""
    return Form(status, whole({key: schema}))


def made(key: str, schema: Schema, status: int = 201) -> Form:
    """Answer with one resource that was made, and with where it is."""
    return Form(status, whole({key: schema}), located=True)


def tagged(shown: Form) -> Form:
    """Answer with a header of the generation as well."""
    return dataclasses.replace(shown, tagged=True)


def page(key: str, schema: Schema) -> Form:
    """Answer with a page of resources, and where the next one is."""
    link = whole({'rel': {'const': 'next'}, 'href': TEXT})
    return Form(
        200,
        {
            **whole({key: many(schema)}),
            'properties': {key: many(schema), f'{key}_links': many(link)},
        },
    )
