"""Turn what is due into tasks. Thin."""

import datetime
import logging

from snapfault import model
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.trigger import plan

LOG = logging.getLogger(__name__)

#: Protections looked at in one tick; the rest are due at the next one.
LIMIT = 1000


def fire(database: api.Database, now: datetime.datetime) -> list[model.Task]:
    """Insert the tasks that fall due; every worker may do so at any time.

    :returns: those that this call inserted
    """
    waiting = protections.due(database, now, LIMIT)
    if not waiting:
        return []
    rules = policies.by_ids(database, {each.policy_id for each in waiting})
    fired = tasks.schedule(database, plan.due(waiting, rules, now), now)
    for task in fired:
        LOG.info(
            'Task %s of protection %s is due since %s',
            task.id,
            task.protection_id,
            task.scheduled_at,
        )
    return fired
