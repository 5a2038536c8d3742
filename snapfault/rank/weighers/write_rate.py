"""Compare how much services write, and so how much each has to lose."""

import typing

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher

WRITTEN: typing.Final = rules.Metric('disk.device.write.bytes.rate')


class WriteRate(weigher.Weigher):
    """How fast the server's disks are written to.

    Unit: bytes per second, of all its disks together, over the last
    interval. Source: the source of load, ``disk.device.write.bytes`` of
    Ceilometer. It stands for how much has changed since the last good point:
    the more, the more is lost by a fault.

    The scale is that of the candidates ranked together, the least writer 0
    and the greatest 1, for no number of bytes is much by itself. Posture
    ``risk`` gives the rate itself: who writes more comes sooner. Posture
    ``calm`` gives it negated: a snapshot costs who writes, for each block
    written after it is first copied, and so it waits for a quieter time.

    It counts nothing unless a policy or the operator gives it a multiplier:
    only then is the metric read, by one more call a thousand servers.
    """

    needs = (WRITTEN,)
    multiplier = 0.0

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Give the rate; None where it is not measured."""
        measure = measures.get(WRITTEN)
        if measure is None:
            return None
        is_calm = candidate.policy.posture is rules.Posture.CALM
        return -measure.value if is_calm else measure.value
