"""A service that ever had a good point has one, on the whole service."""

import pytest

from snapfault.db import point_guards
from tests.functional.retention import machine
from tests.functional.retention import mutate


def test_invariant_1_on_the_whole_service(request):
    seed = int(request.config.option.hypothesis_seed)
    found = machine.explore(histories=4, steps=30, seed=seed)
    assert found.steps > 40


def test_the_guard_is_missed_if_it_is_missing(monkeypatch, request):
    """A person who deletes the last one is stopped by nothing else.

    Now and then no history of a search has a person do so: then the next.
    """
    mutate.mutate(
        monkeypatch, point_guards, 'keep_last', ('== [point.id]', '== []')
    )
    seed = int(request.config.option.hypothesis_seed)
    for search in range(10):
        try:
            machine.explore(25, 40, seed + search, shrink=False)
        except AssertionError as error:
            assert 'no good point is left' in str(error)  # noqa: PT017
            return
    pytest.fail('no search missed the guard')
