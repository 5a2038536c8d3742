"""What the functional tests share."""

import pytest

from tests.functional import stage as stages


@pytest.fixture
def stage(tmp_path):
    """Give a snapfault with one protected service, ``shop``."""
    made = stages.Stage(tmp_path)
    made.protect()
    return made
