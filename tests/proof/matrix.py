"""The matrices as claims: every scenario, disturbed in every way."""

from tests.functional.matrix import crashes
from tests.functional.matrix import races
from tests.functional.matrix import scenarios
from tests.proof import claim


def crash(trial: claim.Trial) -> claim.Outcome:
    """Die at so many moments of each scenario, at all it has by default."""
    died, found, chance = 0, [], trial.chance
    for each in scenarios.SCENARIOS:
        count, wrong = crashes.sample(each, trial.count, chance)
        died += count
        found += wrong
        trial.progress(min(died, trial.count), f'{each.name} is through')
    return claim.Outcome(
        died, tuple(found), f'{len(scenarios.SCENARIOS)} scenarios'
    )


def meddled(trial: claim.Trial) -> claim.Outcome:
    """Have each deed done at its share of the moments of a recovery."""
    count, found = races.races(trial.count, trial.chance, trial.progress)
    return claim.Outcome(count, tuple(found), f'{len(races.DEEDS)} deeds')
