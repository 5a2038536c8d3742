"""How old a reading is that a rebuild goes by."""

import datetime

import pytest

from snapfault.recover import glance
from tests import build


@pytest.mark.parametrize(
    ('seconds', 'is_used'), [(0, True), (2, True), (2.1, False), (-1, False)]
)
def test_of_now_is_what_was_begun_a_moment_ago(seconds, is_used):
    """By the wall clock, which may be set back between."""
    seen = glance.Glance(object(), build.NOW)
    now = build.NOW + datetime.timedelta(seconds=seconds)
    assert seen.is_of_now(now) is is_used
