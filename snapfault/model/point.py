"""Recovery points: the sets of snapshots taken."""

import dataclasses
import datetime
import enum
import typing

from snapfault import rules


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


#: In which a server may be off because of a point, and is to run again.
HELD_POWER: typing.Final = frozenset({Power.STOP, Power.START})


class Proof(enum.StrEnum):
    """What drills say of a point."""

    NONE = 'none'  #: it was never drilled
    PROVEN = 'proven'  #: its last drill brought the service up
    DISPROVEN = 'disproven'  #: its last drill did not; no recovery takes it


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
    #: The server boots from it; a recovery makes it anew from the image.
    root: bool = False


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
    proof: Proof = Proof.NONE
    proof_at: datetime.datetime | None = None  #: when its last drill ended
    rto: float | None = None  #: seconds that its last good drill took
    #: Each change that people make of it raises it.
    generation: int = 1
