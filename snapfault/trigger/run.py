"""Turn the snapshot record table into the list of due tasks."""

import collections.abc
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import drill_dues
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import task_dues
from snapfault.db import task_holds
from snapfault.trigger import drills
from snapfault.trigger import plan

LOG = logging.getLogger(__name__)

#: Protections that are read and moved on at once.
PAGE = 1000


def fire(
    database: api.Database, now: datetime.datetime, page: int = PAGE
) -> list[model.Task]:
    """Insert a waiting task for each protection whose run is due.

    Every worker may do so at any time: a run gives one task however many
    try. What waits past its deadline is missed first, so that it is in no
    new task's way.

    :returns: the tasks that this call inserted
    """
    miss(database, now)
    inserted: list[model.Task] = []
    after: model.Protection | None = None
    while True:
        found = protections.due(database, now, page, after)
        rules = policies.by_ids(database, {each.policy_id for each in found})
        dues = plan.due(found, rules, now)
        inserted += _schedule(database, dues, now)
        planned = {each.protection_id for each in dues}
        for each in found:
            if each.id not in planned:
                _warn(database, each, rules, now)
        if len(found) < page:
            return inserted
        after = found[-1]


def rehearse(
    database: api.Database, now: datetime.datetime, page: int = PAGE
) -> None:
    """Insert a waiting drill for each protection whose drill is due.

    Every worker may do so at any time; what is more than a page is seen by
    the next tick.
    """
    found = drill_dues.due(database, now, page)
    if not found:
        return
    rules = policies.by_ids(database, {each.policy_id for each in found})
    for drill in drill_dues.schedule(
        database, drills.due(found, rules, now), now
    ):
        LOG.info(
            'Drill %s of %s is %s', drill.id, drill.business_id, drill.cause
        )


def miss(
    database: api.Database, now: datetime.datetime, page: int = PAGE // 2
) -> None:
    """End the tasks that did not begin before their deadline."""
    missed = task_holds.miss(database, now, page)
    while missed:
        for task_id, protection_id in missed.items():
            LOG.warning(
                'Task %s of protection %s is missed: its deadline is past',
                task_id,
                protection_id,
            )
        missed = task_holds.miss(database, now, page)


def hold_back(
    database: api.Database,
    candidates: collections.abc.Collection[model.Candidate],
    now: datetime.datetime,
) -> list[model.Candidate]:
    """Put off what may not begin now, and give the others."""
    holds = plan.holds(candidates, now)
    task_holds.defer(database, holds)
    for task_id, hold in holds.items():
        LOG.info('Task %s waits: %s', task_id, hold.reason)
    return [each for each in candidates if each.task.id not in holds]


def _schedule(
    database: api.Database,
    dues: collections.abc.Collection[plan.Due],
    now: datetime.datetime,
) -> list[model.Task]:
    inserted = task_dues.schedule(database, dues, now)
    for task in inserted:
        LOG.info(
            'Task %s of protection %s is due since %s for %s',
            task.id,
            task.protection_id,
            task.scheduled_at,
            ', '.join(task.labels),
        )
    for due in dues:
        if due.let_go:
            LOG.warning(
                'Protection %s: runs since %s were missed and are let go: %s',
                due.protection_id,
                due.was,
                ', '.join(due.let_go),
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
            plan.check(policy)
    except errors.InvalidInput as error:
        cause = str(error)
    text = f'policy {protection.policy_id} plans no runs: {cause}'
    if protections.set_alarm(database, protection.id, text, now):
        LOG.warning(
            'Protection %(protection)s: %(text)s',
            {'protection': protection.id, 'text': text},
        )
