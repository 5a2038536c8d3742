"""Compare how a service performs with its policy's thresholds."""

import math
import typing

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher

#: No relation is larger: a value that is a hundred times beyond its
#: threshold, or nothing where something is wanted, must not push everybody
#: else to the bottom of the scale.
LARGEST: typing.Final = 100.0


class Performance(weigher.Weigher):
    """How far the service is along to its thresholds, or beyond them.

    Unit: a relation without dimension, 1.0 where load begins, so that
    metrics of different units compare. The values come from the source of
    load, in the metric's unit.

    * ``over``: value / (over - margin). At 80 with a margin of 10, load
      begins at 70.
    * ``under``: (under + margin) / value. At 100 with a margin of 10, load
      begins at 110.

    Either is at most :data:`LARGEST`, which is what a value of 0 under a
    threshold gives. Of several thresholds the largest relation counts: one
    resource that runs out is enough to bring a service down, however idle
    the others are. A threshold that no policy may hold is no data.

    Posture ``risk`` gives the relation itself: who is loaded comes sooner.
    Posture ``calm`` gives it negated: who is loaded comes later. An idle
    service weighs about 0 in either, so where both postures are ranked
    together the loaded ``risk`` ones come first, the idle ones of both
    next, and the loaded ``calm`` ones last.
    """

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the largest relation; None when no threshold has a measure."""
        largest = None
        for threshold in candidate.policy.thresholds:
            measure = measures.get(threshold.metric)
            if measure is None:
                continue
            found = relation(threshold, measure.value)
            if found is not None and (largest is None or found > largest):
                largest = found
        if largest is None:
            return None
        is_calm = candidate.policy.posture is rules.Posture.CALM
        return -largest if is_calm else largest


def relation(threshold: rules.Threshold, value: float) -> float | None:
    """Relate a value to a threshold; None where either cannot be."""
    over, under, margin = threshold.over, threshold.under, threshold.margin
    if not (value >= 0 and 0 <= margin < math.inf):
        return None
    if over is not None:
        usable = under is None and margin < over < math.inf
        return min(value / (over - margin), LARGEST) if usable else None
    if under is None or not 0 < under < math.inf:
        return None
    bound = under + margin
    return bound / value if value * LARGEST > bound else LARGEST
