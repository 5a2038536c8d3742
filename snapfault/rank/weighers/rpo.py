"""Let what waits grow more urgent, toward its deadline and past it."""

from snapfault import model
from snapfault.rank import ageing
from snapfault.rank import weigher


class Rpo(weigher.Weigher):
    """How much of the policy's RPO the last good point has used up.

    Unit: age of the last good recovery point over ``policy.rpo``, 1.0 at
    the deadline; before the first good point, the time since the
    protection was made. Source: snapfault's own records.

    The scale is absolute, and that is what keeps anyone from starving.
    Were it brought to 0..1 over the candidates like the others, the most
    overdue one would stay at 1 for good, and a stream of heavier newcomers
    could pass it for ever. So it grows on, whoever else is there: another
    weigher gives at most its multiplier, so with multipliers that sum up to
    ``s`` without this one's ``m``, whoever has waited ``s / m`` RPOs longer
    than another comes before it, whatever both measure.

    Where runs have failed since the last good point, it is 1.0 at most when
    the task falls due, and grows by the task's waiting: see
    :func:`snapfault.rank.ageing.counted`.
    """

    absolute = True

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the part used up; None where the policy sets no RPO."""
        rpo = candidate.policy.rpo
        return ageing.counted(candidate, rpo) / rpo if rpo else None
