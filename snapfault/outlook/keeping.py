"""Why each recovery point is there still: what the next pruning would say.

A read: it asks the very function that the pipeline prunes by, and changes
nothing.
"""

import collections.abc
import datetime

from snapfault import model
from snapfault.db import api
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import standing
from snapfault.snapshot import retain


def rules_of(
    database: api.Database,
    shown: collections.abc.Iterable[model.RecoveryPoint],
    now: datetime.datetime,
) -> dict[str, str]:
    """Give the rule that decides on each good point, by its id.

    In a few statements, however many points there are. Left out are points
    that are not good, or whose service is under no policy any more.
    """
    keys = {
        (each.project_id, each.business_id)
        for each in shown
        if each.status is model.PointStatus.GOOD
    }
    protected = standing.protecting(database, keys)
    if not protected:
        return {}
    by_id = policies.by_ids(
        database, {each.policy_id for each in protected.values()}
    )
    in_use = point_guards.in_use(database)
    histories = points.histories(database, protected.keys())
    return {
        decision.point_id: decision.rule
        for key, protection in protected.items()
        if protection.policy_id in by_id
        for decision in retain.decide(
            histories[key], by_id[protection.policy_id].quota, now, in_use
        )
    }
