"""What a recovery took away and keeps, and until when."""

import dataclasses
import datetime
import enum


class KeptKind(enum.StrEnum):
    """What kind of resource is kept."""

    VOLUME = 'volume'  #: damaged, and replaced
    SNAPSHOT = 'snapshot'  #: of a volume as the fault left it


class KeptStatus(enum.StrEnum):
    """Where it stands."""

    KEPT = 'kept'
    RETURNED = 'returned'  #: an undo has put it back
    REMOVING = 'removing'  #: its removal was asked for
    REMOVED = 'removed'  #: it was seen gone after that
    GONE = 'gone'  #: somebody else removed it, or attached it elsewhere


@dataclasses.dataclass(frozen=True)
class Kept:
    """One resource in quarantine."""

    id: str
    project_id: str
    protection_id: str
    recovery_id: str
    kind: KeptKind
    resource_id: str
    device: str  #: where a volume was attached; empty for a snapshot
    tag: str | None
    delete_on_termination: bool
    status: KeptStatus
    keep_until: datetime.datetime
    reason: str  #: why it could not be removed; empty otherwise
    attempts: int  #: how often its removal was asked for
    not_before: datetime.datetime | None  #: ask for its removal no sooner
    created_at: datetime.datetime
