"""A few outages of real parts; ``make proof ONLY=outages`` has them all."""

import random

import pytest

from tests.outages import trial


@pytest.mark.timeout(900)
def test_invariant_8_no_outage_needs_a_person(state, tmp_path):
    found = trial.outages(
        state, tmp_path, 2, random.Random(8), lambda done, note: None
    )
    assert [each.wrong for each in found.cases] == [(), ()], str(found)
    assert found.idle == (), 'work is not shared'
