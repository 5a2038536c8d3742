"""What our commands cost those who ask the client for help, held to bounds."""

import math

from bench import help as bench
from tests.proof import claim

#: Rounds below which the time is told and not held: one run varies by more.
ENOUGH = 15
MODULES = 50  #: that are loaded because of our commands, all of them ours


def asked(trial: claim.Trial) -> claim.Outcome:
    """Ask for help so many times with our commands and without them."""
    rounds: list[object] = []

    def tell(*both: object) -> None:
        rounds.append(both)
        trial.progress(len(rounds))

    cost = bench.measured(trial.count, tell)
    bound = bench.BOUND if trial.count >= ENOUGH else math.inf
    return claim.Outcome(trial.count, *compared(cost, bound))


def compared(
    cost: bench.Cost, bound: float = bench.BOUND
) -> tuple[tuple[str, ...], str]:
    """Give what is beyond its bound, and what was measured.

    :param bound: of the time
    """
    others = sorted(
        each for each in cost.modules if each.partition('.')[0] != 'snapfault'
    )
    found = {
        f'{cost.ratio:.3f} of the time': cost.ratio <= bound,
        f'{len(cost.modules)} modules more': len(cost.modules) <= MODULES,
        f'{len(others)} of others': not others,
    }
    beyond = tuple(text for text, is_held in found.items() if not is_held)
    return beyond, ', '.join(found)
