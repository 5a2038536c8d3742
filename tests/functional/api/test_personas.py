"""Every request by every persona, of its own project and of another's.

Invariant 9: what is another project's answers exactly as what does not exist,
and no answer holds a word of it.
"""

import collections
import dataclasses
import json
import re

import pytest

from snapfault.api import routes
from tests.functional import databases
from tests.functional.api import persona_table as table
from tests.functional.api import persona_world
from tests.functional.api import world as worlds

MINE, THEIRS, NOBODYS = worlds.MINE, worlds.THEIRS, 'nobody'
READS = ('GET',)
#: All who have a role in their project that means something.
SOMEBODY = table.PERSONAS[table.PERSONAS.index('reader') :]


def _matches(route, row):
    method, path = row.route
    pattern = re.sub('{.*?}', '[^/]+', route.path)
    return route.method == method and re.fullmatch(pattern, path)


def _names_ids(row):
    return 'WHO' in row.request


def _tokens(persona, project=MINE):
    if persona == 'none':
        return ''
    return 'member' if persona == 'unscoped' else f'{persona}@{project}'


class Asked:
    """A world for one row, made anew once it was changed."""

    def __init__(self, filled, folder, row):
        self._filled, self._folder, self.row = filled, folder, row
        self._world = None
        self.cells = collections.Counter()
        self.wrong = []

    def close(self):
        if self._world is not None:
            self._world.database.close()
            self._world = None

    def world(self):
        if self._world is None:
            self._world = worlds.World(databases.fresh(self._folder))
            databases.fill(self._world.database, self._filled.rows)
            persona_world.furnish(self._world)
            self._ids = self._filled.ids
        return self._world

    def ask(self, persona, who, wide=False, project=MINE):
        """Ask as a persona, naming what is somebody's; give the answer."""
        world = self.world()
        text = self.row.request.replace('WHO', who)
        for name, identity in self._ids.items():
            text = text.replace(name, identity)
        method, path, *body = text.split(' ', 2)
        if wide:
            path += ('&' if '?' in path else '?') + 'all_projects=true'
        response = world.request(
            method,
            path,
            json.loads(body[0]) if body else None,
            token=_tokens(persona, project),
        )
        if response.status_int < 300 and method not in READS:
            self.close()
        return response

    def told(self, response, who):
        """Give what an answer says, whoever's thing the request names."""
        text = response.text
        for name, identity in self._ids.items():
            text = text.replace(identity, name)
        text = re.sub(r'req-[0-9a-f-]+', 'REQ', text)
        return response.status_int, text.replace(who, 'WHO')

    def expect(self, kind, persona, expected, got):
        """Note one cell of the matrix."""
        self.cells[kind] += 1
        if expected != got:
            self.wrong.append((kind, persona, expected, got))


def _asked_own(asked):
    """Ask about what is the caller's own."""
    for persona in table.PERSONAS:
        response = asked.ask(persona, MINE)
        expected = asked.row.answer(persona)
        asked.expect('own', persona, expected, response.status_int)
        if persona in SOMEBODY and THEIRS in response.text:
            asked.wrong.append(('leak', persona, response.text))


def _asked_other(asked):
    """Ask about another's, and about what there is not."""
    row = asked.row
    for persona in table.PERSONAS:
        of_theirs = asked.ask(persona, THEIRS)
        theirs = asked.told(of_theirs, THEIRS)
        missing = asked.told(asked.ask(persona, NOBODYS), NOBODYS)
        own = row.answer(persona)
        is_let_in = own < 400 or _is_late(row, persona)
        expected = row.other if is_let_in else own
        asked.expect('other', persona, expected, theirs[0])
        asked.expect('missing', persona, missing, theirs)


def _is_late(row, persona):
    """Whether a persona is told what is missing before what it may not."""
    return row.late and persona in SOMEBODY[1:]


def _asked_wide(asked):
    """Say all_projects=true about another's: an admin may, where it is."""
    row = asked.row
    for persona in table.PERSONAS:
        response = asked.ask(persona, THEIRS, wide=True)
        expected = row.answer(persona)
        if expected < 400 or _is_late(row, persona):
            if not row.wide:
                expected = 400
            elif persona != 'admin':
                expected = 403
            elif MINE in row.request:
                expected = row.other  # it stays within one project
        asked.expect('wide', persona, expected, response.status_int)


@dataclasses.dataclass(frozen=True)
class Filled:
    """What every world begins as: copies are quicker than filling anew."""

    rows: list
    ids: dict


@pytest.fixture(scope='module')
def filled(tmp_path_factory):
    """Fill a world once."""
    world = worlds.World(databases.fresh(tmp_path_factory.mktemp('filled')))
    ids = persona_world.fill(world)
    rows = databases.rows_of(world.database)
    world.database.close()
    return Filled(rows, ids)


@pytest.fixture
def asked(filled, tmp_path, request):
    """Give the world of a row."""
    made = Asked(filled, tmp_path, request.param)
    yield made
    made.close()


ROWS = pytest.mark.parametrize(
    'asked', table.ROWS, ids=lambda row: row.request[:70], indirect=True
)


@ROWS
def test_each_persona_is_answered_as_the_table_says(asked):
    _asked_own(asked)
    if _names_ids(asked.row):
        _asked_other(asked)
    _asked_wide(asked)
    assert asked.wrong == []
    of_all = len(table.PERSONAS)
    once = {'own': of_all, 'wide': of_all}
    both = {'other': of_all, 'missing': of_all}
    assert asked.cells == once | (both if _names_ids(asked.row) else {})


@pytest.mark.parametrize(
    'route', routes.ROUTES, ids=lambda each: f'{each.method} {each.path}'
)
def test_each_route_has_its_rows(route):
    rows = [each for each in table.ROWS if _matches(route, each)]
    assert rows, 'add its lines to tests/functional/api/persona_table.py'
    if '{' in route.path:
        assert any('WHO' in each.route[1] for each in rows)
    takes = route.query.properties
    for name in takes - {'limit', 'status', 'all_projects', 'before_at'}:
        if name.endswith('id') or name in ('marker', 'name'):
            assert any(f'{name}=' in each.request for each in rows), name
    assert all(each.wide is ('all_projects' in takes) for each in rows)


def test_each_row_is_of_a_route():
    for row in table.ROWS:
        assert any(_matches(route, row) for route in routes.ROUTES), row


def test_the_size_of_the_matrix(record_property):
    """Requests that differ, times eight personas, times what they name."""
    cells = sum(
        len(table.PERSONAS) * (4 if _names_ids(row) else 2)
        for row in table.ROWS
    )
    record_property('cells', cells)
    assert cells >= 8 * 2 * len(routes.ROUTES)
