"""Which good points are kept."""

import collections.abc
import dataclasses


@dataclasses.dataclass(frozen=True)
class Tiers:
    """How many periods keep one point each, the first one made in it.

    A point is of the period in which it was asked for. The most recent
    periods that have a good point count, empty ones are skipped. 0: the tier
    keeps nothing; tiers that are all 0 are as none.
    """

    hourly: int = 0
    daily: int = 0
    weekly: int = 0  #: weeks begin on Monday, as in ISO 8601
    monthly: int = 0
    yearly: int = 0
    time_zone: str = 'UTC'  #: where days, weeks, months and years begin


@dataclasses.dataclass(frozen=True)
class Limits:
    """Which good points are kept; nothing set keeps every one."""

    count: int | None = None  #: the newest so many; at least 1
    #: Of the members together of all points kept under these limits, those
    #: that stay in any case first, then the newest. A point that does not fit
    #: lets nothing older fit.
    gigabytes: int | None = None
    #: Seconds since a point, or one that was made before it, was complete.
    age: int | None = None
    tiers: Tiers | None = None


@dataclasses.dataclass(frozen=True)
class Quota(Limits):
    """Which good points a protection keeps.

    A point is kept by the first of these that holds: it is the newest good
    one; it is pinned, or a recovery or drill needs it; it is among the
    ``minimum`` newest; and, unless it is past ``age`` or ``gigabytes``, it
    is among the ``count`` newest or a tier's; where neither ``count`` nor
    ``tiers`` is set, every point is, up to ``age`` and ``gigabytes``.
    """

    minimum: int = 1  #: kept whatever age and gigabytes say; at least 1
    #: Limits of their own for the points of one schedule's label; the points
    #: of other labels, and those a person asked for, are under the ones
    #: above. A point of several labels stays if any of them keeps it.
    labels: collections.abc.Mapping[str, Limits] = dataclasses.field(
        default_factory=dict
    )
