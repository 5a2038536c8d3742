"""Drills: rehearsed recoveries into throw-away resources."""

import dataclasses
import datetime
import enum
import typing

from snapfault.model import recovery


class DrillStatus(enum.StrEnum):
    """Where a drill stands."""

    WAITING = 'waiting'  #: asked for or due; nobody works on it yet
    RUNNING = 'running'  #: a worker holds it, up to the last removal
    DONE = 'done'  #: the point came up and passed every check
    FAILED = 'failed'  #: it did not; ``reason`` says why
    #: It was not begun, or broke off for a reason that is not the point's:
    #: it says nothing of the point.
    REFUSED = 'refused'


OPEN_DRILL: typing.Final = frozenset(
    {DrillStatus.WAITING, DrillStatus.RUNNING}
)


@dataclasses.dataclass(frozen=True)
class Drill:
    """One rehearsal of one recovery point."""

    id: str
    project_id: str
    protection_id: str
    business_id: str
    status: DrillStatus
    cause: str  #: 'asked for by a person', or what schedule
    point_id: str | None  #: None: the newest good one, once it begins
    reason: str
    generation: int
    claimed_by: str | None
    lease_until: datetime.datetime | None
    steps: tuple[recovery.StepRecord, ...]
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    #: Seconds from its begin until the service was verified; None: it was
    #: not, or not by the worker that began.
    took: float | None = None
    #: What it ends as, once all that it made is gone; None: not known yet.
    outcome: DrillStatus | None = None
