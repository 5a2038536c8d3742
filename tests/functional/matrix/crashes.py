"""Die at every moment of every scenario, and see another go on. Invariant 4.

Every call of the cloud and every commit of the database has a moment before
and one after it. Their number is found by a run that nothing disturbs.
"""

import dataclasses

from tests.functional import stage as stages
from tests.functional.matrix import dying
from tests.functional.matrix import forks
from tests.functional.matrix import scenario


@dataclasses.dataclass(frozen=True)
class Undisturbed:
    """A scenario that nobody disturbs: how it ends, and its moments."""

    outcome: dict
    moments: tuple[str, ...]


def undisturbed(each):
    """Play a scenario to its end, and count."""
    stage = each.build()
    moments = dying.Moments()
    _work_with(each, stage, moments)
    return Undisturbed(scenario.outcome(stage), tuple(moments.names))


def unlike(each, found):
    """Say in what an outcome is not what the scenario promises."""
    wanted = {**each.ends, 'strays': []}
    return scenario.differences(found, wanted)


def die(each, before, chosen, settled):
    """Die at each of the chosen moments; give what ended otherwise.

    :param before: the same scenario, undisturbed
    :param chosen: numbers of moments
    :param settled: those after which the cloud ends all that it was at
        before the next worker looks; after the others it finds that going on
    :returns: how many died, and what ended otherwise
    """
    found = {}
    for some in forks.rounds(chosen):
        found |= _die(each, some, settled)
    wanted = {
        what: value
        for what, value in before.outcome.items()
        if what not in each.open
    }
    wrong = [
        f'{each.name}, died {name} (moment {number}): {difference}'
        for (number, name), ended in found.items()
        for difference in scenario.differences(ended, wanted)
    ]
    return len(found), wrong


def _die(each, chosen, settled):
    """Play a scenario, die at these moments in a copy each, and go on."""
    stage = each.build()
    forks.share(stage.database)
    moments = dying.Moments(chosen)

    def goes_on(died, _):
        if died[0] in settled:
            stage.cloud.settle()
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
        scenario.work(stage, None, 'the next', each.meanwhile)
        return scenario.outcome(stage)

    return moments.forks.run(lambda: _work_with(each, stage, moments), goes_on)


def sample(each, most, chance):
    """Die at so many moments of a scenario, at all if there are no more.

    :returns: how many they were, and what ended otherwise
    """
    before = undisturbed(each)
    wrong = [
        f'{each.name}, undisturbed: {difference}'
        for difference in unlike(each, before.outcome)
    ]
    every = range(len(before.moments))
    chosen = chance.sample(every, min(most, len(every)))
    settled = {number for number in chosen if chance.random() < 0.5}
    count, differences = die(each, before, chosen, settled)
    return count, wrong + differences


def _work_with(each, stage, moments):
    """Have a worker work that may die at each moment."""
    real = stage.database
    stage.database = dying.Database(moments, real)
    try:
        dies = dying.Cloud(moments, stage.cloud)
        scenario.work(stage, dies, 'the first', each.meanwhile)
    finally:
        stage.database = real
