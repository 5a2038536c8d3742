"""What metrics are made of. Values only; :mod:`.read` reads them."""

import collections.abc
import dataclasses
import datetime

from snapfault import model


@dataclasses.dataclass(frozen=True)
class Reading:
    """All that was read at one moment."""

    at: datetime.datetime
    #: By noun in the plural, and by status.
    standing: collections.abc.Mapping[str, collections.abc.Mapping[str, int]]
    ended: collections.abc.Mapping[
        str, collections.abc.Mapping[str, model.Ended]
    ]
    snapshots: int  #: made within the window
    due: int  #: tasks that might begin now
    due_since: datetime.datetime | None  #: when the oldest was due
    alarmed: int  #: protections with an alarm
    powerless: int  #: those of which the delegation is dead
    kept: collections.abc.Mapping[str, int]
    ages: collections.abc.Sequence[model.Age]
    objectives: collections.abc.Mapping[str, int]  #: seconds, by policy
    pressure: model.Pressure
    workers: collections.abc.Sequence[model.Worker]
