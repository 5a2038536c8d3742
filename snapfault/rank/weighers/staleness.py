"""Let what waits grow more urgent, also where no deadline is set."""

import typing

from snapfault import model
from snapfault.rank import ageing
from snapfault.rank import weigher

DAY: typing.Final = 86400.0


class Staleness(weigher.Weigher):
    """How old the last good point is.

    Unit: days (its seconds over 86 400); before the first good point, since
    the protection was made. Source: snapfault's own records.

    The scale is absolute, for the reason that the one of ``rpo`` is: it must
    grow on, or a stream of heavier newcomers could pass a policy without an
    RPO for ever. A day weighs as much as one whole RPO, so that a deadline
    counts for more than mere age wherever it is shorter than a day. Failed
    runs are heeded as ``rpo`` does, with a day for the deadline.
    """

    absolute = True

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the age in days; it is always known."""
        return ageing.counted(candidate, DAY) / DAY
