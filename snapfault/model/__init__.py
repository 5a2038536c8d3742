"""The nouns of snapfault and the statuses they go through, one file a noun.

Frozen values only: what stands here may be read by every room. The rules of
a policy have a package of their own, :mod:`snapfault.rules`. Times are aware
and in UTC, sizes are whole GiB, durations whole seconds, ids are text as the
service that made them wrote them.
"""

from snapfault.model.delegation import Credential as Credential
from snapfault.model.delegation import Delegation as Delegation
from snapfault.model.delegation import DelegationKind as DelegationKind
from snapfault.model.delegation import Offer as Offer
from snapfault.model.delegation import Right as Right
from snapfault.model.drill import OPEN_DRILL as OPEN_DRILL
from snapfault.model.drill import Drill as Drill
from snapfault.model.drill import DrillStatus as DrillStatus
from snapfault.model.evidence import Evidence as Evidence
from snapfault.model.evidence import Source as Source
from snapfault.model.hold import Hold as Hold
from snapfault.model.hold import HoldCause as HoldCause
from snapfault.model.hold import Pressure as Pressure
from snapfault.model.kept import Kept as Kept
from snapfault.model.kept import KeptKind as KeptKind
from snapfault.model.kept import KeptStatus as KeptStatus
from snapfault.model.limited import UNLIMITED as UNLIMITED
from snapfault.model.limited import Limited as Limited
from snapfault.model.limited import Limits as Limits
from snapfault.model.news import Level as Level
from snapfault.model.news import News as News
from snapfault.model.point import HELD_POWER as HELD_POWER
from snapfault.model.point import Member as Member
from snapfault.model.point import PointStatus as PointStatus
from snapfault.model.point import Power as Power
from snapfault.model.point import Proof as Proof
from snapfault.model.point import RecoveryPoint as RecoveryPoint
from snapfault.model.protection import ALL_PROJECTS as ALL_PROJECTS
from snapfault.model.protection import Enrolment as Enrolment
from snapfault.model.protection import Policy as Policy
from snapfault.model.protection import Protection as Protection
from snapfault.model.protection import ProtectionStatus as ProtectionStatus
from snapfault.model.recovery import HALT_STEP as HALT_STEP
from snapfault.model.recovery import OPEN_RECOVERY as OPEN_RECOVERY
from snapfault.model.recovery import POWER_STEPS as POWER_STEPS
from snapfault.model.recovery import RESTORING as RESTORING
from snapfault.model.recovery import START_STEP as START_STEP
from snapfault.model.recovery import STOP_STEP as STOP_STEP
from snapfault.model.recovery import Attempt as Attempt
from snapfault.model.recovery import AttemptStatus as AttemptStatus
from snapfault.model.recovery import Outcome as Outcome
from snapfault.model.recovery import Recovery as Recovery
from snapfault.model.recovery import RecoveryEvent as RecoveryEvent
from snapfault.model.recovery import RecoveryKind as RecoveryKind
from snapfault.model.recovery import RecoveryStatus as RecoveryStatus
from snapfault.model.recovery import StepRecord as StepRecord
from snapfault.model.recovery import StepStatus as StepStatus
from snapfault.model.recovery import Way as Way
from snapfault.model.tally import Age as Age
from snapfault.model.tally import Ended as Ended
from snapfault.model.task import Candidate as Candidate
from snapfault.model.task import Measure as Measure
from snapfault.model.task import Measures as Measures
from snapfault.model.task import Part as Part
from snapfault.model.task import Task as Task
from snapfault.model.task import TaskStatus as TaskStatus
from snapfault.model.worker import NOTHING as NOTHING
from snapfault.model.worker import Holdings as Holdings
from snapfault.model.worker import Worker as Worker
from snapfault.model.worker import WorkerStatus as WorkerStatus
