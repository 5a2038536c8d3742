"""The tables, one file a noun; rows are read as values of the model."""

from snapfault.db.tables.point import Member as Member
from snapfault.db.tables.point import Point as Point
from snapfault.db.tables.policy import Policy as Policy
from snapfault.db.tables.protection import Protection as Protection
from snapfault.db.tables.recovery import Recovery as Recovery
from snapfault.db.tables.recovery import Step as Step
from snapfault.db.tables.task import Task as Task
