"""``protection import`` and ``export``: files, questions, and answers."""

import io
import sys

import pytest

from tests.functional.osc import standin
from tests.functional.osc import table

FILE = f"""\
version: 1
policies:
  - name: gold
    schedules:
      - interval: 3600
    quota:
      count: 7
protections:
  - business_id: shop
    server_id: {table.SERVER}
    policy: gold
"""
DOCUMENT = {
    'version': 1,
    'policies': [
        {
            'name': 'gold',
            'schedules': [{'interval': 3600}],
            'quota': {'count': 7},
        }
    ],
    'protections': [
        {'business_id': 'shop', 'server_id': table.SERVER, 'policy': 'gold'}
    ],
}
CHANGES = [
    {'action': 'create', 'kind': 'policy', 'name': 'gold', 'members': []},
    {
        'action': 'change',
        'kind': 'protection',
        'name': 'shop',
        'members': [
            {'name': 'policy', 'was': 'lead', 'now': 'gold'},
            {'name': 'paused', 'was': True, 'now': False},
        ],
    },
]
LOOK = ('PUT', '/v1/record-table?dry_run=true', {'record_table': DOCUMENT})
MAKE = ('PUT', '/v1/record-table', {'record_table': DOCUMENT})


@pytest.fixture
def file(tmp_path):
    """Give a file to import."""
    path = tmp_path / 'table.yaml'
    path.write_text(FILE)
    return path


@pytest.mark.parametrize('options', ['', '--yes', '--dry-run', '--prune'])
def test_nothing_to_change(cloud, run, file, options):
    ran = run(f'protection import {file} {options} -f json')
    assert ran.code == 0, ran.err
    assert ran.json == []
    assert 'There is nothing to change.' in ran.err
    assert [each[0] for each in cloud.asked] == ['PUT']


def test_a_dry_run_shows_and_changes_nothing(cloud, run, file):
    cloud.changes = CHANGES
    ran = run(f'protection import {file} --dry-run -f json')
    assert ran.code == 0, ran.err
    assert cloud.asked == [LOOK]
    assert ran.json == [
        {'Action': 'create', 'Kind': 'policy', 'Name': 'gold', 'Changes': ''},
        {
            'Action': 'change',
            'Kind': 'protection',
            'Name': 'shop',
            'Changes': 'policy: lead -> gold\npaused: true -> false',
        },
    ]
    assert 'Nothing was changed.' in ran.err


def test_with_yes_it_asks_nobody(cloud, run, file):
    cloud.changes = CHANGES
    ran = run(f'protection import {file} --yes')
    assert ran.code == 0, ran.err
    assert cloud.asked == [LOOK, MAKE]


def test_prune_is_passed_on(cloud, run, file):
    cloud.changes = CHANGES
    assert run(f'protection import {file} --prune --yes').code == 0
    assert [path for _, path, _ in cloud.asked] == [
        '/v1/record-table?prune=true&dry_run=true',
        '/v1/record-table?prune=true',
    ]


def test_a_person_is_shown_the_difference_and_agrees(
    cloud, run, file, terminal
):
    cloud.changes = CHANGES
    terminal('y\n')
    ran = run(f'protection import {file}')
    assert ran.code == 0, ran.err
    assert cloud.asked == [LOOK, MAKE]
    assert '+ policy gold\n~ protection shop\n    policy: lead -> ' in ran.err
    assert '2 changes are to be made.\nMake them? [y/N] ' in ran.err


@pytest.mark.parametrize('typed', ['', '\n', 'n\n', 'yellow\n'])
def test_a_person_does_not_agree(cloud, run, file, terminal, typed):
    cloud.changes = CHANGES
    terminal(typed)
    ran = run(f'protection import {file}')
    assert ran.code == 1
    assert 'Nothing was done.' in ran.err
    assert cloud.asked == [LOOK]


def test_without_a_terminal_it_takes_yes(cloud, run, file, monkeypatch):
    cloud.changes = CHANGES
    monkeypatch.setattr(sys, 'stdin', io.StringIO('y\n'))
    ran = run(f'protection import {file}')
    assert ran.code == 1
    assert 'give --yes' in ran.err
    assert cloud.asked == [LOOK]


def test_from_a_pipe(cloud, run, monkeypatch):
    piped = io.TextIOWrapper(io.BytesIO(FILE.encode()))
    monkeypatch.setattr(sys, 'stdin', piped)
    assert run('protection import - --dry-run').code == 0
    assert cloud.asked == [LOOK]


def test_a_server_goes_by_its_name_too(cloud, run, file):
    cloud.servers['web-1'] = table.SERVER
    file.write_text(FILE.replace(f'_id: {table.SERVER}', ': web-1'))
    assert run(f'protection import {file} --dry-run').code == 0
    assert cloud.asked == [LOOK]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('server: nowhere', 'there is no server with the name or id'),
        ('server: 7', 'give either the name of one'),
        (f'server: web\n    server_id: {table.SERVER}', 'give either'),
    ],
)
def test_a_server_that_cannot_be_found(cloud, run, file, text, expected):
    file.write_text(FILE.replace(f'server_id: {table.SERVER}', text))
    ran = run(f'protection import {file} --yes')
    assert ran.code == 1
    assert f'{file}, line 10: protections[0].server: {expected}' in ran.err
    assert cloud.asked == []


@pytest.mark.parametrize(
    ('detail', 'expected'),
    [
        (
            "record_table.policies[0].quota.count: 'x' is not of type",
            "{file}, line 7: policies[0].quota.count: 'x' is not of type",
        ),
        (
            'record_table.protections[0].policy: there is no policy',
            '{file}, line 11: protections[0].policy: there is no policy',
        ),
    ],
)
def test_what_the_service_refuses_is_found_in_the_file(
    cloud, run, file, detail, expected
):
    cloud.refusal = [(400, standin.error(400, detail))]
    ran = run(f'protection import {file} --yes')
    assert ran.code == 1
    assert expected.format(file=file) in ran.err
    assert '[req-7]' in ran.err
    assert cloud.asked == [LOOK]


def test_a_conflict_between_the_look_and_the_change(cloud, run, file):
    cloud.changes = CHANGES
    cloud.refusal = [None, (409, standin.error(409, 'changed meanwhile'))]
    ran = run(f'protection import {file} --yes')
    assert ran.code == 1
    assert 'changed meanwhile' in ran.err


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        (None, 'cannot be read: '),
        ('', 'begin with'),
        ('version: 1\nx: &a []\ny: *a', 'line 3: '),
        ('x: ' + 'y' * 2**20, 'import at most'),
    ],
)
def test_a_file_that_cannot_be_read(cloud, run, file, text, expected):
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    ran = run(f'protection import {file} --yes')
    assert ran.code == 1
    assert f'{file}' in ran.err
    assert expected in ran.err
    assert 'Traceback' not in ran.err
    assert cloud.asked == []


def test_export_to_standard_output(cloud, run):
    cloud.record_table = DOCUMENT
    ran = run('protection export')
    assert (ran.code, ran.out) == (0, FILE)


def test_export_to_a_file(cloud, run, tmp_path):
    cloud.record_table = DOCUMENT
    path = tmp_path / 'out.yaml'
    ran = run(f'protection export {path}')
    assert (ran.code, ran.out) == (0, '')
    assert path.read_text() == FILE


def test_export_to_where_nothing_can_be_written(cloud, run, tmp_path):
    ran = run(f'protection export {tmp_path / "no" / "where.yaml"}')
    assert ran.code == 1
    assert 'cannot be written: ' in ran.err


def test_export_and_import_give_the_file_back(cloud, run, file):
    cloud.record_table = DOCUMENT
    assert run(f'protection export {file}').code == 0
    assert run(f'protection import {file}').code == 0
    assert cloud.asked[1:] == [LOOK]
