"""Tallies: what is counted over all projects, for an operator."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class Ended:
    """What has ended within the window, with one result."""

    count: int
    seconds: float  #: all their durations together
    longest: float  #: seconds


@dataclasses.dataclass(frozen=True)
class Age:
    """How long ago a protection's last good point was complete."""

    protection_id: str
    project_id: str
    policy_id: str
    status: str
    last_good_at: datetime.datetime | None  #: None: it has none
    created_at: datetime.datetime
