"""What the tests of requests share: canned services, and a way to them."""

import pytest

from snapfault import model
from tests.unit.cloud import canned


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def door(tmp_path, services):
    return canned.sessions(tmp_path, services).by_delegation(
        model.Delegation('p', 't')
    )
