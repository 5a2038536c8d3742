"""Cron in all the time zones that there are."""

import random

from tests.unit.trigger import reference


def test_every_zone_is_as_debian_has_it() -> None:
    """Around a change of the clocks in each; make proof takes more."""
    seed = random.randrange(2**32)
    print(f'seed {seed}')
    compared, at_changes = reference.sweep(seed, 1)
    assert compared > 500
    assert at_changes > 100
