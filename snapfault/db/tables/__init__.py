"""The tables, one file a noun; rows are read as values of the model."""

from snapfault.db.tables.delegation import Delegation as Delegation
from snapfault.db.tables.drill import Drill as Drill
from snapfault.db.tables.drill import DrillStep as DrillStep
from snapfault.db.tables.evidence import Evidence as Evidence
from snapfault.db.tables.gate import Gate as Gate
from snapfault.db.tables.kept import Kept as Kept
from snapfault.db.tables.point import Member as Member
from snapfault.db.tables.point import Point as Point
from snapfault.db.tables.policy import Policy as Policy
from snapfault.db.tables.project_gate import ProjectGate as ProjectGate
from snapfault.db.tables.protection import Protection as Protection
from snapfault.db.tables.recovery import Attempt as Attempt
from snapfault.db.tables.recovery import Recovery as Recovery
from snapfault.db.tables.recovery import RecoveryEvent as RecoveryEvent
from snapfault.db.tables.recovery import Step as Step
from snapfault.db.tables.share import PolicyShare as PolicyShare
from snapfault.db.tables.task import Task as Task
from snapfault.db.tables.worker import Worker as Worker
