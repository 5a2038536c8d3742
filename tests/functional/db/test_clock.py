"""Everybody who shares a database goes by its clock."""

import datetime
import types

import pytest

from snapfault import clock
from snapfault.db import api

HOUR = datetime.timedelta(hours=1)
SOON = datetime.timedelta(seconds=10)


def _real():
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(params=[HOUR, -HOUR], ids=['ahead', 'behind'])
def astray(request, monkeypatch):
    """Set this machine's clock wrong, as far as snapfault can see.

    Patched: no test may set the machine's.
    """

    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.now(tz) + request.param

    module = types.SimpleNamespace(**vars(datetime))
    module.datetime = Wrong
    monkeypatch.setattr(clock, 'datetime', module)
    monkeypatch.setattr(clock, '_told', None)
    assert abs(clock.now() - _real()) > HOUR - SOON
    return request.param


def test_a_wrong_clock_gives_way_to_the_servers(url, astray):
    database = api.Database(url)
    database.tell_time()
    wrong = clock.now() - _real()
    if database.is_sqlite:  # all that use it are on this machine
        assert abs(wrong - astray) < SOON
    else:
        assert abs(wrong) < SOON
    database.close()


def test_a_connection_is_enough(url, astray):
    database = api.Database(url)
    with database.reader() as session:
        session.connection()
    assert database.is_sqlite or abs(clock.now() - _real()) < SOON
    database.close()


def test_what_took_long_to_say_is_not_heeded(monkeypatch):
    counts = iter([0.0, 0.5, 10.0, 12.0, 20.0, 100.0])
    monkeypatch.setattr(clock, '_told', None)
    # patched: seconds pass only when a test says so
    monkeypatch.setattr(clock.time, 'monotonic', lambda: next(counts))
    noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    clock.follow(lambda: noon)  # between 0 and 0.5
    clock.follow(lambda: noon)  # between 10 and 12: the process hung
    assert clock.now() == noon + datetime.timedelta(seconds=20 - 0.25)
    assert clock.now() == noon + datetime.timedelta(seconds=100 - 0.25)


def test_the_first_that_is_said_counts_however_long_it_took(monkeypatch):
    counts = iter([0.0, 60.0, 60.0])
    monkeypatch.setattr(clock, '_told', None)
    # patched: as above
    monkeypatch.setattr(clock.time, 'monotonic', lambda: next(counts))
    noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    clock.follow(lambda: noon)
    assert clock.now() == noon + datetime.timedelta(seconds=30)
