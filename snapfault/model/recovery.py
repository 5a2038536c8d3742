"""Recoveries: runs of stage 4, and their journals."""

import collections.abc
import dataclasses
import datetime
import enum
import typing


class RecoveryStatus(enum.StrEnum):
    """Where one run of stage 4 stands."""

    HELD = 'held'  #: it begins when a person approves it
    WAITING = 'waiting'  #: asked for; nobody works on it yet
    RUNNING = 'running'  #: a worker holds it
    DONE = 'done'  #: the service runs from the restored data
    REFUSED = 'refused'  #: the plan said no, before anything was touched
    FAILED = 'failed'  #: stopped half way; ``reason`` says what stands where
    ABORTED = 'aborted'  #: a person stopped it; ``reason`` as for failed


OPEN_RECOVERY: typing.Final = frozenset(
    {
        RecoveryStatus.HELD,
        RecoveryStatus.WAITING,
        RecoveryStatus.RUNNING,
    }
)


class RecoveryKind(enum.StrEnum):
    """What a recovery is to reach."""

    RESTORE = 'restore'  #: the service from a recovery point
    UNDO = 'undo'  #: the volumes that ``origin_id`` has replaced


#: The steps that turn the server off and on. By them the next recovery sees
#: whether one has left it stopped, so that it stays as long as that is asked.
STOP_STEP: typing.Final = 'stop'
HALT_STEP: typing.Final = 'halt'
START_STEP: typing.Final = 'start'
POWER_STEPS: typing.Final = frozenset({STOP_STEP, HALT_STEP, START_STEP})


class Way(enum.StrEnum):
    """How one attempt goes about it."""

    REBOOT = 'reboot'  #: hard, and look: nothing is lost
    FULL = 'full'  #: rebuild from the original image, and restore the volumes
    DATA = 'data'  #: restore the volumes of a server that is well
    SERVER = 'server'  #: rebuild, and keep the volumes, which are well
    EVACUATE = 'evacuate'  #: the server away from a dead host
    PUT_BACK = 'put-back'  #: attach again what a recovery has replaced


#: By these a point's data is put into service.
RESTORING: typing.Final = frozenset({Way.FULL, Way.DATA})


class AttemptStatus(enum.StrEnum):
    """How one attempt of a recovery goes."""

    RUNNING = 'running'
    DONE = 'done'
    FAILED = 'failed'  #: the next one begins from what stands


class StepStatus(enum.StrEnum):
    """Where one journalled step stands."""

    PLANNED = 'planned'
    STARTED = 'started'  #: written before the cloud is asked
    DONE = 'done'
    FAILED = 'failed'


@dataclasses.dataclass(frozen=True)
class StepRecord:
    """One line of the journal of a recovery or a drill."""

    position: int
    phase: int  #: steps of one phase run at once
    name: str
    arguments: collections.abc.Mapping[str, typing.Any]
    status: StepStatus
    detail: str
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    attempt: int = 0  #: the number of the attempt it belongs to
    request_ids: tuple[str, ...] = ()  #: the cloud's, of what it was asked


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One plan of a recovery, and what became of it."""

    number: int  #: 0 is the first
    way: Way
    point_id: str | None  #: None: it restores no volume
    status: AttemptStatus
    reason: str  #: why it failed; empty otherwise
    started_at: datetime.datetime
    finished_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class RecoveryEvent:
    """One thing that people are told of a recovery."""

    number: int  #: 0 is the first
    at: datetime.datetime
    status: RecoveryStatus  #: where the recovery stood then
    text: str  #: one sentence


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
    kind: RecoveryKind = RecoveryKind.RESTORE
    origin_id: str | None = None  #: the recovery it undoes or tries again
    automatic: bool = False  #: no person asked for it
    host_id: str = ''  #: Nova's mark of the host it ran on; empty: unknown
    #: Only points complete before it; None: the onset and margin decide.
    before_at: datetime.datetime | None = None
    #: A person named ``point_id``: no other point is taken.
    point_named: bool = False
    #: A person has seen that the volumes are well: only the server is rebuilt.
    keep_volumes: bool = False
    abort_asked: bool = False  #: a person wants it to stop at the next look
    attempts: tuple[Attempt, ...] = ()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What of a recovery that is done counts for those after it."""

    recovery_id: str
    kind: RecoveryKind
    origin_id: str | None  #: the recovery that an undo has undone
    onset_at: datetime.datetime
    before_at: datetime.datetime | None
    finished_at: datetime.datetime
    point_id: str | None  #: whose data it put into service; None: no point's
