"""The matrices as claims: every scenario, disturbed in every way."""

import functools
import typing

from tests.functional.matrix import crashes
from tests.functional.matrix import deeds
from tests.functional.matrix import failing
from tests.functional.matrix import races
from tests.functional.matrix import scenarios
from tests.proof import claim


def _matrix(sample: typing.Any, trial: claim.Trial) -> claim.Outcome:
    """Disturb each scenario so often, or in every way that there is."""
    tried, found, chance = 0, [], trial.chance
    for each in scenarios.SCENARIOS:
        count, wrong = sample(each, trial.count, chance)
        tried += count
        found += wrong
        trial.progress(min(tried, trial.count), f'{each.name} is through')
    return claim.Outcome(
        tried, tuple(found), f'{len(scenarios.SCENARIOS)} scenarios'
    )


def meddled(trial: claim.Trial) -> claim.Outcome:
    """Have each deed done at its share of the moments of the recoveries."""
    count, found = races.races(trial.count, trial.chance, trial.progress)
    begun = ' and '.join(each.__name__ for each in races.BEGINNINGS)
    return claim.Outcome(
        count, tuple(found), f'{len(deeds.DEEDS)} deeds, each {begun}'
    )


#: Die at every moment there is; fail every call in every way.
crash = functools.partial(_matrix, crashes.sample)
fail = functools.partial(_matrix, failing.sample)
