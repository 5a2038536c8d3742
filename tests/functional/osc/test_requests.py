"""What each command asks of the API."""

import pytest

from tests.functional.osc import table


@pytest.fixture
def furnished(cloud):
    """Give a cloud with one resource of each kind."""
    cloud.servers.update({'web-1': table.SERVER, 'shop-1': table.SERVER})
    cloud.keep(
        'policies',
        1,
        name='gold',
        quota={'count': 2},
        schedules=[{'cron': '1 2 * * *', 'time_zone': 'Europe/Rome'}],
        recovery={'automatic': True, 'margin': 5},
    )
    cloud.keep('protections', 2, business_id='shop', policy_id=table.GOLD)
    cloud.keep('tasks', 3, protection_id=table.SHOP, status='failed')
    cloud.keep('recovery-points', 4, business_id='shop', members=[])
    cloud.keep('recoveries', 5, business_id='shop')
    cloud.keep('drills', 8, business_id='shop')
    return cloud


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
