"""Stage 3 in the long run: which project is reconciled when."""

import datetime
import logging
import typing

from snapfault import errors
from snapfault.cycle import context as contexts
from snapfault.db import inventory
from snapfault.db import protections
from snapfault.snapshot import reconcile as reconciling
from snapfault.snapshot import sight

LOG = logging.getLogger(__name__)

#: How often it is looked whether there are new projects, and how soon one
#: is tried again that could not be read.
AGAIN: typing.Final = datetime.timedelta(minutes=5)


def reconcile(context: contexts.Context, now: datetime.datetime) -> None:
    """Reconcile one project, if one is due: a tick should not take long."""
    memory, interval = context.memory, context.snapshot.reconcile
    if not interval:
        return
    _plan(context, now)
    due = [(at, each) for each, at in memory.reconcile_at.items() if at <= now]
    if not due:
        return
    _, project_id = min(due)
    memory.reconcile_at[project_id] = now + interval
    rights = protections.delegations(context.database, project_id, ())
    seen = sight.Sight(context.cloud, rights, now)
    try:
        reconciling.reconcile(context.database, seen, project_id, now)
    except errors.SnapfaultError as error:
        memory.reconcile_at[project_id] = now + min(AGAIN, interval)
        LOG.warning('Project %s is not reconciled: %s', project_id, error)


def _plan(context: contexts.Context, now: datetime.datetime) -> None:
    """Give each project that is new a time, and forget those gone."""
    memory = context.memory
    if memory.projects_at is not None and now - memory.projects_at < AGAIN:
        return
    memory.projects_at = now
    known = memory.reconcile_at
    memory.reconcile_at = {
        each: known.get(each)
        or reconciling.due_at(
            each, context.worker, now, context.snapshot.reconcile
        )
        for each in inventory.projects(context.database)
    }
