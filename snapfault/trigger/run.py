"""Turn the snapshot record table into the list of due tasks."""

import collections.abc
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.trigger import plan

LOG = logging.getLogger(__name__)

#: Protections that are read and moved on at once.
PAGE = 1000


def fire(
    database: api.Database, now: datetime.datetime, page: int = PAGE
) -> list[model.Task]:
    """Insert a waiting task for each protection whose run is due.

    Every worker may do so at any time: a run gives one task however many
    try.

    :returns: the tasks that this call inserted
    """
    inserted: list[model.Task] = []
    after: model.Protection | None = None
    while True:
        found = protections.due(database, now, page, after)
        rules = policies.by_ids(database, {each.policy_id for each in found})
        dues = plan.due(found, rules, now)
        inserted += tasks.schedule(database, dues, now)
        planned = {each.protection_id for each in dues}
        for each in found:
            if each.id not in planned:
                _warn(database, each, rules, now)
        if len(found) < page:
            break
        after = found[-1]
    for task in inserted:
        LOG.info(
            'Task %s of protection %s is due since %s',
            task.id,
            task.protection_id,
            task.scheduled_at,
        )
    return inserted


def _warn(
    database: api.Database,
    protection: model.Protection,
    rules: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> None:
    policy = rules.get(protection.policy_id)
    cause = 'it cannot be read'
    try:
        if policy is not None:
            plan.check_all(policy.schedules)
    except errors.InvalidInput as error:
        cause = str(error)
    text = f'policy {protection.policy_id} plans no runs: {cause}'
    if protections.set_alarm(database, protection.id, text, now):
        LOG.warning(
            'Protection %(protection)s: %(text)s',
            {'protection': protection.id, 'text': text},
        )
