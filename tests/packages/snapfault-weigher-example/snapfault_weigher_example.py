"""A weigher that another project ships: snapshot the largest first."""

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher

USED = rules.Metric('memory.usage')


class Memory(weigher.Weigher):
    """The memory that the server's guest uses.

    Unit: MiB. Source: Gnocchi, ``memory.usage``, mean.
    """

    needs = (USED,)

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give what is used; None when it is not known."""
        used = measures.get(USED)
        return None if used is None else used.value
