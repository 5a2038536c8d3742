"""Set back whose runs have failed, a little."""

from snapfault import model
from snapfault.rank import weigher


class Failures(weigher.Weigher):
    """What a protection loses by its failed runs since its last good point.

    Unit: none; 0 without a failed run, -1/2 after one, -2/3 after two, and
    so on toward -1, which it never reaches. Source: snapfault's own records.

    The scale is absolute, so that one failing protection among sound ones
    does not gain or lose by how many the others are. The bound: it is set
    back by less than this weigher's multiplier, that is by less than ``m``
    RPOs' waiting under ``rpo``'s multiplier of 1, and ``m`` days' under
    ``staleness``'s. Waiting grows without a bound, so it always comes to the
    front again; it does not stay there, for those two start anew, at the
    deadline, with each task of it: see :mod:`snapfault.rank.ageing`.
    """

    absolute = True

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the setback, from 0 down; it is always known."""
        failures = max(0, candidate.failures)
        return -failures / (1 + failures)
