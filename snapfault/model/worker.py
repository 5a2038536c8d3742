"""Workers: the processes that do the work, and their signs of life."""

import dataclasses
import datetime
import enum
import typing


class WorkerStatus(enum.StrEnum):
    """How a worker is, as its signs of life tell."""

    UP = 'up'
    DOWN = 'down'  #: no sign of life for as long as it may hold a lease
    STOPPED = 'stopped'  #: it has said goodbye
    UNKNOWN = 'unknown'  #: it holds something, and has no row


@dataclasses.dataclass(frozen=True)
class Worker:
    """One process that is, or was, at work."""

    id: str  #: as ``claimed_by`` of what it holds has it
    host: str
    pid: int
    version: str  #: of snapfault
    lease: int  #: seconds without a sign of life until others go on
    started_at: datetime.datetime
    seen_at: datetime.datetime  #: its last sign of life
    stopped_at: datetime.datetime | None

    def status(self, now: datetime.datetime) -> WorkerStatus:
        """Say how it is."""
        if self.stopped_at is not None:
            return WorkerStatus.STOPPED
        patience = datetime.timedelta(seconds=self.lease)
        is_up = now - self.seen_at <= patience
        return WorkerStatus.UP if is_up else WorkerStatus.DOWN


@dataclasses.dataclass(frozen=True)
class Holdings:
    """How much a worker holds by a lease, over or not."""

    tasks: int = 0
    recoveries: int = 0
    drills: int = 0

    @property
    def all(self) -> int:
        """All of it together."""
        return self.tasks + self.recoveries + self.drills


NOTHING: typing.Final = Holdings()
