"""The last of stage 3: end the runs whose points are good."""

import collections.abc
import dataclasses
import datetime
import logging

from snapfault import bearing
from snapfault import model
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import points
from snapfault.db import task_claims
from snapfault.snapshot import run as snapshot

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Good:
    """A run of ours, and the point that it has made."""

    order: snapshot.Order
    point: model.RecoveryPoint
    #: When it was made, by Cinder's clock; None: that was not seen.
    made_at: datetime.datetime | None = None


def call_good(
    database: api.Database,
    worker: str,
    ready: collections.abc.Collection[Good],
    now: datetime.datetime,
) -> None:
    """Call points good that are all there, and end their runs."""
    if not ready:
        return
    good = points.call_good(database, [each.point for each in ready], now)
    by_id = {point.id: point for point in good}
    made = []
    for each in ready:
        point = by_id.get(each.point.id)
        if point is None:
            LOG.warning('Point %s was taken over', each.point.id)
        else:
            made.append(dataclasses.replace(each, point=point))
    finish(database, worker, made, now)


def finish(
    database: api.Database,
    worker: str,
    made: collections.abc.Collection[Good],
    now: datetime.datetime,
) -> None:
    """Prune for each, and then call them done, in a few statements.

    In this order: nobody looks at a run that has ended.
    """
    if not made:
        return
    histories = points.histories(
        database, {_service(each.point) for each in made}
    )
    for each in made:
        task, point = each.order.task, each.point
        with bearing.work('task', task.id, task.project_id):
            LOG.info(
                'Recovery point %s of %s is good', point.id, point.business_id
            )
            history = histories[_service(point)]
            snapshot.prune(database, each.order, history, now, each.made_at)
    tasks = {each.order.task.id: each.point.id for each in made}
    ended = task_claims.finish_good(database, tasks, worker, now)
    alarms.backups_are_well(
        database,
        {
            each.order.protection.id
            for each in made
            if each.order.task.id in ended
        },
    )


def _service(point: model.RecoveryPoint) -> tuple[str, str]:
    return point.project_id, point.business_id
