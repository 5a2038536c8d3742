"""Read what a caller sent, and refuse what is not of the right form.

The work grows with the size of what was sent, and not faster: anybody with a
token may send two megabytes, as often as their rate allows.
"""

import collections.abc
import json
import math
import typing

import jsonschema
import webob

from snapfault import errors
from snapfault.api import faults

LONGEST = 300  #: characters of a refused value that are said back
#: What says of a value how many it may hold, by the kind that it is.
_MOST = ((list, 'maxItems'), (dict, 'maxProperties'))

_Json = typing.Any
_Errors = collections.abc.Iterator[jsonschema.ValidationError]
_Keyword = collections.abc.Callable[[_Json, _Json, _Json, _Json], _Errors]


def _unique(
    validator: _Json, wanted: bool, instance: object, schema: _Json
) -> _Errors:
    """Compare by what each is as text; jsonschema compares all by pairs."""
    if (
        wanted
        and isinstance(instance, list)
        and len({*map(_canonical, instance)}) < len(instance)
    ):
        yield jsonschema.ValidationError(
            f'{instance!r} has non-unique elements'
        )


def _canonical(value: object) -> str:
    """Give one text for equal values: 1 is 1.0 in JSON, and true is not."""
    read = json.loads(json.dumps(value), parse_float=_whole)
    return json.dumps(read, sort_keys=True)


def _whole(literal: str) -> float:
    value = float(literal)
    return int(value) if value.is_integer() else value


def _unless_too_many(keyword: _Keyword) -> _Keyword:
    """Look into nothing that has more than it may: that alone is said."""

    def checked(
        validator: _Json, wanted: _Json, instance: object, schema: _Json
    ) -> _Errors:
        for kind, most in _MOST:
            if isinstance(instance, kind) and len(instance) > schema.get(
                most, math.inf
            ):
                return
        yield from keyword(validator, wanted, instance, schema)

    return checked


_Plain = jsonschema.Draft202012Validator
_Bounded = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    _Plain,
    {
        name: _unless_too_many(keyword)
        for name, keyword in (
            ('uniqueItems', _unique),
            *(
                (name, _Plain.VALIDATORS[name])
                for name in ('items', 'additionalProperties', 'propertyNames')
            ),
        )
    },
)


class Validator:
    """A JSON schema, ready to refuse."""

    def __init__(self, schema: dict[str, typing.Any]) -> None:
        """Prepare a schema, once."""
        self.schema = schema
        self._validator = _Bounded(schema)
        #: The names of an object's members.
        self.properties = frozenset(schema.get('properties', ()))

    def check(self, value: object, what: str) -> None:
        """Refuse a value that the schema does not describe.

        :param what: what the value is, for the message
        :raises InvalidInput: names the member, and what is wrong with it
        """
        error = jsonschema.exceptions.best_match(
            self._validator.iter_errors(value)
        )
        if error is not None:
            where = ''.join(
                f'[{each}]' if isinstance(each, int) else f'.{each}'
                for each in error.absolute_path
            )
            raise errors.InvalidInput(
                f'{where.removeprefix(".") or what}: {_reason(error)}'
            )


def _reason(error: jsonschema.ValidationError) -> str:
    """Say in words what a pattern means; jsonschema has words for others."""
    if (
        isinstance(error.schema, dict)
        and error.schema.get('writeOnly')
        and error.validator not in ('additionalProperties', 'required')
    ):
        return 'it is not of the form it must have'  # and is not said back
    reason = error.message
    if error.validator == 'pattern' and isinstance(error.schema, dict):
        reason = f'{error.instance!r} is not {error.schema["description"]}'
    if len(reason) > LONGEST:
        reason = f'{reason[: LONGEST // 2]} ... {reason[-LONGEST // 2 :]}'
    return reason


def read_query(request: webob.Request) -> dict[str, str]:
    """Read the query; each parameter is given once.

    :raises InvalidInput: one is given twice
    """
    found: dict[str, str] = {}
    for name, value in request.GET.items():
        if name in found:
            raise errors.InvalidInput(f'{name} is given more than once')
        found[name] = value
    return found


def read_body(request: webob.Request) -> typing.Any:
    """Read a JSON body, more strictly than Python does.

    :raises Refusal: it is said to be something else
    :raises InvalidInput: it is no JSON, or holds what no JSON may: NaN,
        infinities, half of a surrogate pair
    """
    if request.content_type not in ('application/json', ''):
        raise faults.Refusal(415, 'Send application/json.')
    try:
        body = json.loads(
            request.body, parse_constant=_refuse_constant, parse_float=_finite
        )
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise errors.InvalidInput(f'body: it is not JSON: {error}') from error
    return body


def refuse_body(request: webob.Request) -> None:
    """Refuse what would not be heeded; an empty object says nothing.

    :raises InvalidInput: there is a body
    """
    if request.body.strip() not in (b'', b'{}'):
        raise errors.InvalidInput('body: none is read here')


def _refuse_constant(name: str) -> typing.NoReturn:
    raise ValueError(f'{name} is no number of JSON')


def _finite(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise ValueError(f'{literal[:20]} is too large for a number')
    return value
