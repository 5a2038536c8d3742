"""Keystone's limits of what is snapfault's."""

import pytest

from snapfault import errors
from snapfault import model


def test_without_a_configured_endpoint_there_are_none(world):
    assert world.cloud.limits(world.project_id) == {}


def test_a_project_has_the_registered_limits_or_its_own(world):
    """-1 is none, and what is not registered is limited to nothing."""
    limited = world.limited(
        registered={'protections': 500, 'protection_policies': -1},
        own={'protections': 7},
    )
    mine, theirs = limited.of(world.project_id), limited.of('f' * 32)
    assert mine == {
        model.Limited.PROTECTIONS: 7,
        model.Limited.POLICIES: -1,
        model.Limited.PINNED: 0,
    }
    assert theirs == {**mine, model.Limited.PROTECTIONS: 500}
    world.change_limit('protections', 9)
    assert limited.of(world.project_id)[model.Limited.PROTECTIONS] == 9


def test_a_keystone_that_does_not_answer_lets_nothing_in(world):
    limited = world.limited(registered={'protections': 1}, own={})
    with world.limits_away(), pytest.raises(errors.CloudUnavailable):
        limited.of(world.project_id)
