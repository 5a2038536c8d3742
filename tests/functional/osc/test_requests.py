"""What each command asks of the API."""

import pytest

from tests.functional.osc import table


@pytest.mark.parametrize(
    ('line', 'asked'), table.CASES, ids=[c[0] for c in table.CASES]
)
def test_asks(furnished, run, line, asked):
    ran = run(line)
    assert furnished.asked == asked
    assert ran.code == (1 if line in table.FAIL else 0), ran.err


def test_a_server_with_an_id_is_not_looked_up(furnished, run):
    line = f'protection create web --server {table.SERVER} --policy gold'
    assert run(line).code == 0
    assert {path for _, path in furnished.elsewhere} == {
        '/identity/v3/auth/tokens'
    }


def test_every_command_is_in_the_table(commands):
    lines = [line for line, _ in table.CASES]
    asked = {
        name
        for name in commands
        if any(line == name or line.startswith(f'{name} ') for line in lines)
    }
    assert set(commands) == asked
