"""Due runs, and what ranks them."""

import collections.abc
import dataclasses
import datetime
import enum

from snapfault import rules
from snapfault.model import protection as protections


class TaskStatus(enum.StrEnum):
    """Where one due snapshot run stands."""

    WAITING = 'waiting'  #: due; nobody works on it, or its retry is not due
    RUNNING = 'running'  #: a worker holds it
    DONE = 'done'  #: its recovery point is good
    FAILED = 'failed'  #: given up; ``reason`` says why
    MISSED = 'missed'  #: not begun before its deadline


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric and the time it stands for."""

    value: float
    measured_at: datetime.datetime


#: What is known of one server. A metric that is not in it is absent data:
#: never zero.
Measures = collections.abc.Mapping[rules.Metric, Measure]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One weigher's share of a weight; ``raw`` None means absent data."""

    weigher: str
    raw: float | None
    #: 0..1 over the candidates ranked together; where the weigher's scale
    #: is absolute, ``raw`` itself, beyond 1 too; neutral for absent data.
    normalised: float
    multiplier: float
    weight: float  #: ``normalised`` times ``multiplier``


@dataclasses.dataclass(frozen=True)
class Task:
    """One due snapshot run of one protection."""

    id: str
    project_id: str
    protection_id: str
    scheduled_at: datetime.datetime  #: unique with ``protection_id``
    #: Of the schedules that fell due together; empty: only a person asked.
    labels: tuple[str, ...]
    #: It is ``missed`` unless begun before; None: it may begin at any time.
    deadline_at: datetime.datetime | None
    status: TaskStatus
    attempts: int  #: how often it was begun; not, gone on with
    not_before: datetime.datetime  #: do not begin (again) earlier
    generation: int  #: the fence: each change of holder raises it
    claimed_by: str | None
    lease_until: datetime.datetime | None
    weight: float | None  #: of the last ranking; None: never ranked
    breakdown: tuple[Part, ...]
    reason: str  #: why it failed or waits; empty otherwise
    point_id: str | None
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    #: A person asked for it, or for it to begin at once: nothing holds it.
    by_hand: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A waiting task and what ranking may look at."""

    task: Task
    protection: protections.Protection
    policy: protections.Policy
    last_good_at: datetime.datetime | None  #: None: no good point yet
    now: datetime.datetime
    failures: int = 0  #: failed runs since the last one that was done
