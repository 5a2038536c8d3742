"""How often a recovery looks at what the cloud does."""

import datetime

import pytest

from snapfault.recover import pace
from snapfault.recover import tools

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


@pytest.mark.parametrize('seconds', [0, 1, 100])
def test_it_looks_the_more_seldom_the_longer_it_takes(seconds):
    found = pace.Pace(NOW)
    rest = found.rest(NOW + seconds * SECOND)
    assert rest == pytest.approx(pace.SHARE * seconds)


def test_what_moves_is_looked_at_soon_again():
    found = pace.Pace(NOW)
    found.moved(NOW + 100 * SECOND)
    assert found.rest(NOW + 101 * SECOND) == pytest.approx(pace.SHARE)


@pytest.mark.parametrize(
    ('at_most', 'expected'),
    [(None, 0.5), (0, tools.SHORTEST), (0.3, 0.3), (60, 0.5)],
)
def test_it_sleeps_no_longer_than_the_operator_chose(at_most, expected):
    assert tools.sleep(at_most, 0.5) == expected
