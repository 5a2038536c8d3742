"""Compare how a service performs with its policy's thresholds."""

import math

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher


class Performance(weigher.Weigher):
    """How far the service is along to its thresholds, or beyond them.

    Unit: measured value over threshold, 1.0 at the threshold; without
    dimension, so metrics of different units compare. Of several thresholds
    the largest relation counts: one resource that runs out is enough to
    bring a service down, however idle the others are. The values come from
    the metric service, in the metric's unit.

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
        relations = [
            measure.value / over
            for threshold in candidate.policy.thresholds
            if (over := _bound(threshold)) is not None
            and (measure := measures.get(threshold.metric)) is not None
        ]
        if not relations:
            return None
        if candidate.policy.posture is rules.Posture.CALM:
            return -max(relations)
        return max(relations)


def _bound(threshold: rules.Threshold) -> float | None:
    """Keep what no threshold may be (0, below, NaN) out of the division."""
    over = threshold.over
    return over if over and over > 0 and math.isfinite(over) else None
