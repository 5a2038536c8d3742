"""The snapshot record table as a YAML file: read with care, written alike.

Of YAML only what JSON has is taken: mappings, lists, text, numbers, true,
false and null. No tag makes an object, no alias multiplies what is small,
and what YAML 1.1 reads as a time, a date or a switch (08:00, 2026-01-01, on)
is the text that stands there.
"""

import re
import typing

from osc_lib import exceptions
import yaml

from snapfault.osc import client

#: Bytes; a hundred per protection are usual.
LARGEST: typing.Final = 1024 * 1024
VERSION: typing.Final = 1
#: What the service's messages call the document, and the path behind it.
REFUSED = re.compile(r'record_table(?P<path>.*?): ')
_PREFIX: typing.Final = 'tag:yaml.org,2002:'
#: Narrower than YAML 1.1's, so that what its writers leave without quotes as
#: text is read as text.
_PLAIN: typing.Final = (
    ('null', r'~|null|Null|NULL|', ['~', 'n', 'N', '']),
    ('bool', r'true|True|TRUE|false|False|FALSE', list('tTfF')),
    ('int', r'[-+]?(?:0|[1-9][0-9]*)', list('-+0123456789')),
    (
        'float',
        r'[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?',
        list('-+0123456789'),
    ),
)


class Loader(yaml.SafeLoader):
    """Reads a file into nodes; the values are made of them here."""

    # of this class, and none of its parents'
    yaml_implicit_resolvers: dict[str, typing.Any] = {}

    def compose_node(
        self, parent: typing.Any, index: typing.Any
    ) -> typing.Any:
        """Refuse aliases: a few lines of them stand for gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise Wrong(
                self.peek_event().start_mark,  # type: ignore[no-untyped-call]
                'write it out: aliases are not read',
            )
        return super().compose_node(parent, index)


for _tag, _pattern, _first in _PLAIN:
    Loader.add_implicit_resolver(
        f'{_PREFIX}{_tag}', re.compile(f'^(?:{_pattern})\\Z'), _first
    )


class Wrong(exceptions.CommandError):
    """A place in the file that cannot be read."""

    def __init__(self, mark: typing.Any, why: str) -> None:
        """Say where and why."""
        super().__init__(f'line {mark.line + 1}: {why}')


class TableFile:
    """What a file says, and where it says it."""

    def __init__(self, name: str, text: bytes) -> None:
        """Read a file.

        :param name: what the messages call it
        :raises CommandError: it is no record table, as far as can be told
            without the service; names the line
        """
        self.name = name
        self._lines: dict[str, int] = {}
        if len(text) > LARGEST:
            self._refuse(
                f'it has {len(text)} bytes: import at most {LARGEST} at once'
            )
        try:
            node = yaml.compose(text, Loader)
            document = None if node is None else self._value(node, '')
        except Wrong as error:
            self._refuse(str(error))
        except yaml.YAMLError as error:
            self._refuse(_told(error))
        except (RecursionError, ValueError):
            self._refuse('it is nested too deeply, or a number too long')
        self.document = self._checked(document)

    def _checked(self, document: typing.Any) -> client.Record:
        if not isinstance(document, dict):
            self._refuse("it is no mapping: begin with 'version: 1'")
        if document.get('version') != VERSION:
            self._refuse(
                f'version: this client reads version {VERSION} of the file:'
                f" write 'version: {VERSION}' first"
            )
        return typing.cast(client.Record, document)

    def _refuse(self, why: str) -> typing.NoReturn:
        """End the command.

        :raises CommandError: always
        """
        raise exceptions.CommandError(f'{self.name}: {why}')

    def line(self, path: str) -> int | None:
        """Give the line of a path, or of what is around it.

        :param path: as the service writes it: ``.policies[0].quota.count``
        """
        while path not in self._lines:
            if not path:
                return None
            path = path[: max(path.rfind('.'), path.rfind('['), 0)]
        return self._lines[path]

    def located(self, message: str) -> str:
        """Put file and line before what the service said of the document."""
        match = REFUSED.match(message)
        if match is None:
            return message
        line = self.line(match['path'])
        where = self.name if line is None else f'{self.name}, line {line}'
        rest = message.removeprefix('record_table').lstrip('.:').lstrip()
        return f'{where}: {rest}'

    def _value(self, node: typing.Any, path: str) -> typing.Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            _check_tag(node, 'map')
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            _check_tag(node, 'seq')
            return [
                self._value(each, f'{path}[{position}]')
                for position, each in enumerate(node.value)
            ]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str) -> client.Record:
        found: client.Record = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Wrong(key.start_mark, 'a key must be text')
            name = str(key.value)
            if name in found:
                raise Wrong(
                    key.start_mark, f'{name!r} is given twice: give it once'
                )
            self._lines[f'{path}.{name}'] = key.start_mark.line + 1
            found[name] = self._value(value, f'{path}.{name}')
        return found


def write(document: client.Record) -> str:
    """Write a document as YAML: the same one always as the same text."""
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=10000,
    )
    return text


def write_line(value: typing.Any) -> str:
    """Write a value in one line, for a person to read."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=float('inf'),
    )
    return text.removesuffix('\n').removesuffix('\n...')


class _Dumper(yaml.SafeDumper):
    """Writes lists of mappings indented, and no aliases."""

    def increase_indent(
        self, flow: bool = False, indentless: bool = False
    ) -> None:
        """Indent a list under its key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: typing.Any) -> bool:
        """Write out what comes twice."""
        return True


def _check_tag(node: typing.Any, *tags: str) -> str:
    """Give the short tag of a node.

    :raises Wrong: it is none of those
    """
    tag = node.tag.removeprefix(_PREFIX)
    if tag not in tags:
        raise Wrong(node.start_mark, f'the tag {node.tag!r} is not read')
    return str(tag)


def _scalar(node: yaml.ScalarNode) -> typing.Any:
    tag = _check_tag(node, 'str', 'null', 'bool', 'int', 'float')
    readers: dict[str, typing.Any] = {
        'str': str,
        'null': lambda text: None,
        'bool': lambda text: text.lower() == 'true',
        'int': int,
        'float': float,
    }
    try:
        return readers[tag](node.value)
    except ValueError as error:
        raise Wrong(
            node.start_mark, f'{node.value[:40]!r} is no {tag}'
        ) from error


def _told(error: yaml.YAMLError) -> str:
    """Say in one line what the reader of YAML says in several."""
    mark = getattr(error, 'problem_mark', None)
    problem = getattr(error, 'problem', None) or str(error).splitlines()[0]
    where = '' if mark is None else f'line {mark.line + 1}: '
    return f'{where}it is not YAML: {problem}'
