"""What a worker is made of, and what it remembers."""

import concurrent.futures
import dataclasses
import datetime

from snapfault import trouble
from snapfault.cloud import port
from snapfault.db import api
from snapfault.rank import plan as rank_plan
from snapfault.rank import run as rank
from snapfault.snapshot import pace
from snapfault.snapshot import run as snapshot
from snapfault.snapshot import sight

#: How old a reading of a project may be that a task begins by. Whether the
#: server failed meanwhile is read anew before its point is called good.
SIGHT_LIFE = datetime.timedelta(seconds=10)


@dataclasses.dataclass
class Memory:
    """What one worker carries from tick to tick, in its loop's thread.

    Losing it costs some calls and nothing else.
    """

    sights: sight.Sights
    #: When each project's snapshots are looked at again.
    paces: dict[str, pace.Pace] = dataclasses.field(default_factory=dict)
    #: The last ranking, by task, and when it was made.
    ranked: dict[str, rank_plan.Ranked] = dataclasses.field(
        default_factory=dict
    )
    ranked_at: datetime.datetime | None = None
    reap_at: datetime.datetime | None = None  #: the next look at what is kept
    #: How many such looks at a project have failed since one did not.
    unreaped: dict[str, int] = dataclasses.field(default_factory=dict)
    projects_at: datetime.datetime | None = None  #: when they were listed
    #: When each project is reconciled next.
    reconcile_at: dict[str, datetime.datetime] = dataclasses.field(
        default_factory=dict
    )


def remember(cloud: port.Cloud) -> Memory:
    """Give the memory of a worker that has just begun."""
    return Memory(sight.Sights(cloud, SIGHT_LIFE))


@dataclasses.dataclass(frozen=True)
class Context:
    """What a worker is made of."""

    database: api.Database
    cloud: port.Cloud
    ranker: rank.Ranker
    snapshot: snapshot.Settings
    trouble: trouble.Tools
    worker: str  #: unique among all processes that share the database
    lease: datetime.timedelta
    limit: int  #: tasks looked at in one tick
    begin: concurrent.futures.Executor  #: tasks begun at once, in order
    calls: concurrent.futures.Executor  #: requests of one point at once
    memory: Memory
