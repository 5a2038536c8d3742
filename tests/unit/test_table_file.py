"""The record table as a YAML file: what is read, refused and written."""

import hypothesis
from hypothesis import strategies as st
from osc_lib import exceptions
import pytest

from snapfault.osc import table_file

FILE = b"""\
version: 1
policies:
  - name: gold
    schedules:
      - {label: day, interval: 3600}
    quota: {count: 7}
protections:
  - business_id: shop
    server: web
"""


def read(text):
    """Read a file's bytes."""
    return table_file.TableFile('t.yaml', text)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('08:00', '08:00'),
        ('2026-01-01', '2026-01-01'),
        ('on', 'on'),
        ('NO', 'NO'),
        ('0o17', '0o17'),
        ('017', '017'),
        ('1_000', '1_000'),
        ('0x1F', '0x1F'),
        ('1e3', '1e3'),
        ('.inf', '.inf'),
        ('=', '='),
        ('true', True),
        ('False', False),
        ('', None),
        ('~', None),
        ('-7', -7),
        ('0', 0),
        ('80.5', 80.5),
        ('1.0e+18', 1e18),
        ('"80"', '80'),
        ('[1, {a: b}]', [1, {'a': 'b'}]),
        ('{1: x, true: y}', {'1': 'x', 'true': 'y'}),
    ],
)
def test_values_are_those_of_json(text, expected):
    found = read(f'version: 1\nx: {text}\n'.encode()).document['x']
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        (b'', "it is no mapping: begin with 'version: 1'"),
        (b'- 1', 'it is no mapping'),
        (b'policies: []', "version: this client reads version 1"),
        (b'version: 2', 'version: this client reads version 1'),
        (b'version: 1\nversion: 1', "line 2: 'version' is given twice"),
        (b'version: 1\nx: {a: 1, a: 2}', "line 2: 'a' is given twice"),
        (b'version: 1\nx: &a [1]\ny: *a', 'line 3: write it out: aliases'),
        (b'version: 1\nx: &a [*a]', 'line 2: write it out: aliases'),
        (
            b'version: 1\nx: !!python/object/apply:os.system [ls]',
            'line 2: the tag ',
        ),
        (b'version: 1\nx: !!binary aGk=', 'line 2: the tag '),
        (b'version: 1\nx: !!set {a}', 'line 2: the tag '),
        (b'version: 1\nx: !mine {}', "line 2: the tag '!mine' is not read"),
        (b'version: 1\nx: !!int many', "line 2: 'many' is no int"),
        (b'version: 1\n? [a]\n: 1', 'line 2: a key must be text'),
        (b'version: 1\nx: [', 'line 2: it is not YAML'),
        (b'version: 1\n\tx: 1', 'line 2: it is not YAML'),
        (b'version: 1\n---\nversion: 1', 'line 2: it is not YAML'),
        (b'version: 1\nx: \xff', 'it is not YAML'),
        (b'version: 1\nx: \x00', 'it is not YAML'),
        (b'[' * 10000, 'it is nested too deeply'),
        (b'x: ' + b'y' * 1024 * 1024, 'it has 1048579 bytes'),
    ],
)
def test_what_is_refused_names_the_line(text, expected):
    with pytest.raises(exceptions.CommandError) as refused:
        read(text)
    assert str(refused.value).startswith(f't.yaml: {expected}')


@pytest.mark.parametrize(
    ('path', 'line'),
    [
        ('', 1),
        ('.version', 1),
        ('.policies', 2),
        ('.policies[0]', 3),
        ('.policies[0].schedules[0].interval', 5),
        ('.policies[0].schedules[0].cron', 5),
        ('.policies[0].rpo', 3),
        ('.protections[0].server', 9),
        ('.protections[7]', 7),
        ('.elsewhere', 1),
    ],
)
def test_lines(path, line):
    assert read(FILE).line(path) == line


@pytest.mark.parametrize(
    ('message', 'expected'),
    [
        (
            'record_table.policies[0].quota.count: no: 0 is too few',
            't.yaml, line 6: policies[0].quota.count: no: 0 is too few',
        ),
        ('record_table.policies[0]: bad', 't.yaml, line 3: policies[0]: bad'),
        ('record_table: bad', 't.yaml, line 1: bad'),
        ('query: bad', 'query: bad'),
    ],
)
def test_what_the_service_says_is_found_in_the_file(message, expected):
    assert read(FILE).located(message) == expected


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=['Cs', 'Cc', 'Cn', 'Co'])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(categories=['L', 'N', 'P', 'Z'])),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@hypothesis.given(VALUES)
def test_what_is_written_reads_as_it_was(value):
    document = {'version': 1, 'x': value}
    text = table_file.write(document)
    assert read(text.encode()).document == document
    assert table_file.write(read(text.encode()).document) == text
