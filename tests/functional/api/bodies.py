"""Bodies and queries made from the schemas of the routes."""

import copy
import re

#: What the patterns of texts let through, each by one of these.
TEXTS = ('1', 'shop', '08:30', '2026-03-01T12:00:00Z')
#: The keywords that say what is in a value; no other may come in unseen.
INNER = ('properties', 'items', 'additionalProperties', 'propertyNames')
#: Those that only bound what the others let in.
BOUNDS = frozenset(
    {
        *('type', 'enum', 'const', 'description', 'writeOnly', 'pattern'),
        *('required', 'oneOf', 'uniqueItems', 'minLength', 'maxLength'),
        *('minItems', 'maxItems', 'minProperties', 'maxProperties'),
        *('minimum', 'maximum', 'exclusiveMinimum'),
    }
)


def loose(schema, where=''):
    """Give what a schema lets in without saying what it is.

    :returns: paths of objects that take any member, and of values of any kind
    """
    if not isinstance(schema, dict) or not schema.keys() & {
        *('type', 'enum', 'const')
    }:
        return [f'{where}: anything']
    found = [
        f'{where}: {keyword}'
        for keyword in sorted(schema.keys() - BOUNDS - {*INNER})
    ]
    kinds = schema.get('type', ())
    if 'array' in _listed(kinds):
        found += loose(schema.get('items'), f'{where}[]')
    if 'object' in _listed(kinds):
        for name, each in schema.get('properties', {}).items():
            found += loose(each, f'{where}.{name}')
        others = schema.get('additionalProperties')
        if others is not False:
            found += loose(others, f'{where}.*')
    return found


def _listed(kinds):
    return [kinds] if isinstance(kinds, str) else list(kinds)


def full(schema):
    """Give a value with every member that a schema knows, as it wants it."""
    if 'const' in schema:
        return schema['const']
    if 'enum' in schema:
        return schema['enum'][0]
    kind = _listed(schema['type'])[0]
    if kind == 'object':
        return _full_object(schema)
    if kind == 'array':
        return [full(schema['items'])]
    if kind == 'string':
        pattern = schema.get('pattern', '')
        return next(each for each in TEXTS if re.search(pattern, each))
    return True if kind == 'boolean' else max(1, schema.get('minimum', 1))


def _full_object(schema):
    """Of what only one may be given, the first is."""
    names = dict(schema.get('properties', {}))
    for other in schema.get('oneOf', [])[1:]:
        for name in other['required']:
            del names[name]
    made = {name: full(each) for name, each in names.items()}
    others = schema['additionalProperties']
    return made or ({'shop': full(others)} if others else {})


def each_with(body, name, value):
    """Give copies of a body, each with one member more in one object.

    :returns: pairs of where the object is, and the copy
    """
    for path in _objects(body):
        copied = copy.deepcopy(body)
        inner = copied
        for step in path:
            inner = inner[step]
        inner[name] = value
        yield path, copied


def _objects(value, path=()):
    if isinstance(value, dict):
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in inner:
        if isinstance(each, (dict, list)):
            yield from _objects(each, (*path, step))
