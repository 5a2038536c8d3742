"""Holds: what automatic recoveries are measured by, and why one waits."""

import dataclasses
import enum


class HoldCause(enum.StrEnum):
    """What makes a recovery that nobody asked for wait for a person."""

    APPROVAL = 'approval'  #: its policy wants a person to look first
    BUDGET = 'budget'  #: enough is under way, or was begun of late
    STORM = 'storm'  #: many servers failed at once: look at the cloud first


@dataclasses.dataclass(frozen=True)
class Hold:
    """Why a recovery waits for a person."""

    cause: HoldCause
    reason: str  #: one sentence, which says what to do


@dataclasses.dataclass(frozen=True)
class Pressure:
    """How much recovery goes on already, when one more is to begin.

    Those that wait for a person are under none of the counts.
    """

    open: int  #: wait for a worker or are under way
    open_on_host: int  #: of these, on the host of the new one; 0: unknown
    open_in_project: int
    begun: int  #: made within the last hour
    faulty: int  #: servers found faulty within the window of a storm
