"""Each command that shows something, in each format there is."""

import csv
import io

from osc_lib.command import command
import pytest

from tests.functional.osc import conftest
from tests.functional.osc import test_output

TARGETS = conftest.command_targets()


def of_kind(kind):
    """Name the commands that are of a kind of osc-lib's."""
    found = {name: conftest.load(name, TARGETS[name]) for name in TARGETS}
    return sorted(n for n, each in found.items() if issubclass(each, kind))


LISTS = of_kind(command.Lister)
SHOWS = of_kind(command.ShowOne)


@pytest.fixture
def stocked(furnished):
    """Give a cloud in which every list has a line."""
    furnished.plan = [test_output.planned('zoo', 1.0)]
    furnished.runs = [{'scheduled_at': test_output.AT, 'labels': ['hourly']}]
    furnished.recovery_plan = {'business_id': 'shop', 'possible': False}
    furnished.keep('readiness', 9, business_id='shop', policy_id='gold')
    furnished.changes = [
        {'action': 'create', 'kind': 'policy', 'name': 'a', 'members': []}
    ]
    return furnished


def plain(line):
    """Take a list's filters away, so that something is listed."""
    words, *_ = line.split(' --')
    return words if words.endswith(' list') else line


def test_all_that_shows_is_a_list_or_one():
    rest = set(TARGETS) - {*LISTS, *SHOWS}
    assert rest == {
        'protection export',
        *(name for name in TARGETS if name.endswith((' delete', 'pause'))),
    }


@pytest.mark.parametrize('name', LISTS)
def test_a_list(stocked, run, lines, name):
    line = plain(lines[name])
    ran = run(f'{line} -f json')
    assert ran.code == 0, ran.err
    rows = ran.json
    assert rows
    titles = list(rows[0])
    ran = run(f'{line} -f csv')
    assert ran.code == 0, ran.err
    head, *body = csv.reader(io.StringIO(ran.out))
    assert set(head) <= set(titles)
    assert len(body) == len(rows)
    ran = run(f'{line} -f value -c "{titles[0]}"')
    assert ran.out.splitlines() == [str(row[titles[0]]) for row in rows]
    ran = run(line)
    assert ran.code == 0, ran.err
    assert all(title in ran.out for title in head)


@pytest.mark.parametrize('name', SHOWS)
def test_one(stocked, run, lines, name):
    line = plain(lines[name])
    ran = run(f'{line} -f json')
    assert ran.code == 0, ran.err
    member = next(k for k, v in ran.json.items() if isinstance(v, str) and v)
    text = ran.json[member]
    ran = run(f'{line} -f value -c {member}')
    assert ran.code == 0, ran.err
    assert ran.out.strip().count('-') == text.count('-')
    ran = run(line)
    assert ran.code == 0, ran.err
    assert '| Field' in ran.out
    assert f'| {member} ' in ran.out
