"""The nouns of snapfault and the statuses they go through.

Frozen values only: what stands here may be read by every room. The rules of
a policy have a module of their own, :mod:`snapfault.rules`. Times are aware
and in UTC, sizes are whole GiB, durations whole seconds, ids are text as the
service that made them wrote them.
"""

import collections.abc
import dataclasses
import datetime
import enum
import typing

from snapfault import rules


class ProtectionStatus(enum.StrEnum):
    """Whether runs of a protection fall due."""

    ACTIVE = 'active'
    PAUSED = 'paused'  #: a person said so; nothing falls due
    ORPHANED = 'orphaned'  #: its server is gone; its points stay


class TaskStatus(enum.StrEnum):
    """Where one due snapshot run stands."""

    WAITING = 'waiting'  #: due; nobody works on it, or its retry is not due
    RUNNING = 'running'  #: a worker holds it
    DONE = 'done'  #: its recovery point is good
    FAILED = 'failed'  #: given up; ``reason`` says why
    MISSED = 'missed'  #: not begun before its deadline


class PointStatus(enum.StrEnum):
    """Where a recovery point stands; only ``good`` ones ever count."""

    CREATING = 'creating'  #: its snapshots are asked for, not all seen
    GOOD = 'good'  #: every member was seen ``available``
    FAILED = 'failed'  #: incomplete; what was made of it is being removed
    DELETING = 'deleting'  #: pruned; its snapshots are being removed
    DELETED = 'deleted'  #: every member was seen gone
    LOST = 'lost'  #: was good; a member has vanished from the cloud


class Power(enum.StrEnum):
    """What is meant for the server of a recovery point being made."""

    LEFT = 'left'  #: nothing, or nothing any more
    FOUND = 'found'  #: it was off already, and has to stay so meanwhile
    STOP = 'stop'  #: it is stopped for the point, then to be started
    START = 'start'  #: it is to be started now


class RecoveryStatus(enum.StrEnum):
    """Where one run of stage 4 stands."""

    WAITING = 'waiting'  #: asked for; nobody works on it yet
    RUNNING = 'running'  #: a worker holds it
    DONE = 'done'  #: the service runs from the restored data
    REFUSED = 'refused'  #: the plan said no, before anything was touched
    FAILED = 'failed'  #: stopped half way; ``reason`` says what stands where


OPEN_RECOVERY: typing.Final = frozenset(
    {RecoveryStatus.WAITING, RecoveryStatus.RUNNING}
)


class StepStatus(enum.StrEnum):
    """Where one journalled step of a recovery stands."""

    PLANNED = 'planned'
    STARTED = 'started'  #: written before the cloud is asked
    DONE = 'done'
    FAILED = 'failed'


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric and the time it stands for."""

    value: float
    measured_at: datetime.datetime


#: What is known of one server. A metric that is not in it is absent data:
#: never zero.
Measures = collections.abc.Mapping[rules.Metric, Measure]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Policy(rules.Rules):
    """Preset rules that protections share, and whose they are."""

    id: str
    project_id: str
    name: str  #: unique in its project
    description: str
    #: By what right the selector enrols servers; None: there is no selector.
    trust_id: str | None = None
    alarm: str = ''  #: what its selector needs a person for; empty: nothing
    alarm_at: datetime.datetime | None = None
    created_at: datetime.datetime
    updated_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Delegation:
    """By what right snapfault acts in a project: a Keystone trust."""

    project_id: str
    trust_id: str


@dataclasses.dataclass(frozen=True)
class Enrolment:
    """What is learnt of a server, and granted, when it is protected."""

    server_id: str
    server_name: str
    image_id: str  #: the original image, which a recovery rebuilds from
    trust_id: str


@dataclasses.dataclass(frozen=True)
class Protection:
    """One business service under a policy: a row of the record table."""

    id: str
    project_id: str
    business_id: str  #: unique in its project
    policy_id: str
    server_id: str
    image_id: str  #: the original image of the server
    trust_id: str
    status: ProtectionStatus
    selected: bool  #: its policy's selector enrolled it, not a person
    next_run_at: datetime.datetime | None  #: None: no run ever falls due
    alarm: str  #: what needs a person now; empty when nothing does
    alarm_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime

    @property
    def delegation(self) -> Delegation:
        """The right to act for this protection's project."""
        return Delegation(self.project_id, self.trust_id)


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
    attempts: int  #: how often a worker began it
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
    protection: Protection
    policy: Policy
    last_good_at: datetime.datetime | None  #: None: no good point yet
    now: datetime.datetime
    failures: int = 0  #: failed runs since the last one that was done


@dataclasses.dataclass(frozen=True)
class Member:
    """One volume's snapshot within a recovery point."""

    id: str  #: also the marker in the snapshot's metadata
    volume_id: str
    size: int  #: GiB
    volume_type: str | None  #: Cinder counts each type's quota by itself
    device: str  #: '/dev/vdb'; where the volume was attached
    tag: str | None
    delete_on_termination: bool
    snapshot_id: str | None  #: None: not asked for, or not yet recorded
    delete_attempts: int = 0


@dataclasses.dataclass(frozen=True)
class RecoveryPoint:
    """The set of snapshots taken for one task, all or nothing."""

    id: str
    project_id: str
    protection_id: str
    business_id: str
    task_id: str
    sequence: int  #: order of making, over all points; never a clock's
    status: PointStatus
    server_id: str
    image_id: str
    flavor_id: str
    members: tuple[Member, ...]
    reason: str  #: why it failed, was pruned or could not be deleted
    scheduled_at: datetime.datetime
    created_at: datetime.datetime
    completed_at: datetime.datetime | None  #: when it was seen good
    not_before: datetime.datetime | None  #: ask for its delete no sooner
    labels: tuple[str, ...] = ()  #: the task's
    pinned: bool = False  #: kept until a person unpins it
    #: Reached, once it is good; what is tried for, before.
    level: rules.Level = rules.Level.CRASH
    level_reason: str = ''  #: why it is less than the policy asks
    #: Seconds between the first and the last member's creation, by Cinder's
    #: clock; None: not known yet.
    skew: float | None = None
    group_snapshot_id: str | None = None  #: holds the members together
    root_image_id: str | None = None  #: a Nova image of the root disk
    root_image: bool = False  #: whether one belongs to it, made or not
    power: Power = Power.LEFT
    #: When its snapshots were asked for; None: with its making, or not yet.
    asked_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True)
class StepRecord:
    """One line of a recovery's journal."""

    position: int
    phase: int  #: steps of one phase run at once
    name: str
    arguments: collections.abc.Mapping[str, typing.Any]
    status: StepStatus
    detail: str
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Recovery:
    """One run of stage 4."""

    id: str
    project_id: str
    protection_id: str
    business_id: str
    server_id: str
    status: RecoveryStatus
    cause: str  #: one sentence for people
    onset_at: datetime.datetime  #: when the fault began, at the latest
    evidence: collections.abc.Mapping[str, typing.Any]
    point_id: str | None  #: asked for by a person, or chosen by the plan
    reason: str
    generation: int
    claimed_by: str | None
    lease_until: datetime.datetime | None
    steps: tuple[StepRecord, ...]
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
