"""What ranking costs, held to its bounds."""

import math

from bench import rank
from tests.proof import claim

CPU = 2.0  #: seconds
PEAK = 300.0  #: MB of the whole process, the tasks included
GROWTH = 11.0  #: times what a tenth of the tasks takes, collector apart
#: Tasks below which growth is told and not held: a few milliseconds vary more.
#: tests/unit/rank/test_cost.py counts the steps of few, too.
ENOUGH = 50_000


def ranked(trial: claim.Trial) -> claim.Outcome:
    """Rank so many tasks, and a tenth of them, each in its own process."""
    few = rank.measured(trial.count // 10)
    trial.progress(trial.count // 10)
    many = rank.measured(trial.count)
    bound = GROWTH if trial.count >= ENOUGH else math.inf
    return claim.Outcome(trial.count, *compared(few, many, bound))


def compared(
    few: rank.Cost, many: rank.Cost, bound: float = GROWTH
) -> tuple[tuple[str, ...], str]:
    """Give what is beyond its bound, and what was measured.

    :param bound: of the growth
    """
    growth = many.own / few.own
    found = {
        f'CPU {many.seconds:.2f} s': many.seconds <= CPU,
        f'peak {many.peak:.0f} MB': many.peak <= PEAK,
        f'growth {growth:.1f}x': growth <= bound,
    }
    beyond = tuple(text for text, is_held in found.items() if not is_held)
    return beyond, ', '.join(found)
