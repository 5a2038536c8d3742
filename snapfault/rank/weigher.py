"""What a weigher is: the contract behind ``snapfault.rank.weighers``."""

import abc
import typing

from snapfault import model
from snapfault import rules


class Weigher(abc.ABC):
    """Says how much one candidate matters, in the weigher's own unit.

    Larger is sooner. A weigher is pure: it reads the candidate and the
    measures it asked for in ``needs`` (those of the policy's thresholds are
    there too), and nothing else. It is made without arguments, once a
    process, and several threads may ask it at once.
    """

    #: The metrics to fetch for every candidate.
    needs: typing.ClassVar[tuple[rules.Metric, ...]] = ()

    #: False: only the order of the raw values counts, and ranking brings
    #: them to 0..1 over the candidates ranked together. True: they are on
    #: that scale already and are taken as they are, beyond 1 too.
    absolute: typing.ClassVar[bool] = False

    #: How much it counts where neither policy nor operator says. One that
    #: counts 0 for every candidate is not asked, nor is what it needs.
    multiplier: typing.ClassVar[float] = 1.0

    @abc.abstractmethod
    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Weigh one candidate.

        :param measures: of the candidate's server; may be empty
        :returns: None where the data to do so is absent
        """
