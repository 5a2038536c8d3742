"""The preset rules of a policy, as frozen values.

Standard library only. Durations are whole seconds, sizes whole GiB, times of
day are read in the zone beside them, which is a name of the IANA database.
"""

import collections.abc
import dataclasses

from snapfault.rules.quota import Limits as Limits
from snapfault.rules.quota import Quota as Quota
from snapfault.rules.quota import Tiers as Tiers
from snapfault.rules.ranking import Metric as Metric
from snapfault.rules.ranking import Posture as Posture
from snapfault.rules.ranking import Threshold as Threshold
from snapfault.rules.recovery import Check as Check
from snapfault.rules.recovery import DrillRules as DrillRules
from snapfault.rules.recovery import RecoveryRules as RecoveryRules
from snapfault.rules.recovery import Starts as Starts
from snapfault.rules.schedule import LABEL as LABEL
from snapfault.rules.schedule import CatchUp as CatchUp
from snapfault.rules.schedule import Schedule as Schedule
from snapfault.rules.schedule import Weekday as Weekday
from snapfault.rules.schedule import Window as Window
from snapfault.rules.taking import Consistency as Consistency
from snapfault.rules.taking import Level as Level
from snapfault.rules.taking import OrElse as OrElse
from snapfault.rules.taking import Selector as Selector


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """All that a policy presets."""

    schedules: tuple[Schedule, ...]  #: at least one
    quota: Quota
    blackouts: tuple[Window, ...] = ()  #: no run begins within one
    deadline: int | None = None  #: seconds to begin in, else it is missed
    stagger: int = 0  #: seconds over which protections are spread
    catch_up: CatchUp = CatchUp.ONE
    paused: bool = False  #: nothing falls due
    selector: Selector | None = None
    thresholds: tuple[Threshold, ...] = ()
    posture: Posture = Posture.RISK
    priority: int = 0  #: a static class, -100 to 100; larger runs sooner
    multipliers: collections.abc.Mapping[str, float] = dataclasses.field(
        default_factory=dict
    )  #: by weigher's name
    #: What absent data weighs on the common scale, 0 to 1; None: neutral.
    unknown: float | None = None
    rpo: int | None = None  #: seconds a good point may age; None: no deadline
    consistency: Consistency = dataclasses.field(default_factory=Consistency)
    recovery: RecoveryRules = dataclasses.field(default_factory=RecoveryRules)
