"""A database in memory, of which there is no more than its connection."""

import time

import sqlalchemy as sa

from snapfault.db import tables
from tests.functional import databases


def test_a_trial_may_take_hours(monkeypatch):
    database = databases.opened()
    later = time.time() + 86_400
    monkeypatch.setattr(time, 'time', lambda: later)
    with database.reader() as session:
        assert session.scalars(sa.select(tables.Policy)).all() == []
    database.close()
