"""Let an operator say which services come first, whatever is measured."""

import typing

from snapfault import model
from snapfault.rank import weigher

HIGHEST: typing.Final = 100


class Priority(weigher.Weigher):
    """The class that the policy puts its protections in.

    Unit: ``policy.priority`` over 100, from -1 to 1; 0 where the policy does
    not say. Source: the policy.

    The scale is absolute: what a class is worth does not depend on which
    others happen to wait. The step from 0 to 100 weighs as much as one whole
    RPO used up, or the largest load against none. So that the highest class
    always goes before the lowest, however they measure, give it a multiplier
    as large as the others' sum; ageing still gets all of them their turn.
    """

    absolute = True

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the class; it is always known."""
        return candidate.policy.priority / HIGHEST
