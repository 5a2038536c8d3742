"""See once in a while that rows and cloud agree. Thin.

Any worker may do it at any time: it only ever takes a point that is proven
broken out of those that count, and notes what was missed. Several at once
do the same, and the compare-and-swap lets one of them.
"""

import dataclasses
import datetime
import hashlib
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.db import api
from snapfault.db import inventory
from snapfault.db import points
from snapfault.db import protections
from snapfault.snapshot import compare
from snapfault.snapshot import sight as sights

LOG = logging.getLogger(__name__)

#: Within so much of its start a worker looks at each project.
SOON: typing.Final = datetime.timedelta(minutes=5)


def reconcile(
    database: api.Database,
    sight: sights.Sight,
    project_id: str,
    now: datetime.datetime,
) -> compare.Difference:
    """Compare a project's rows with its snapshots, and act on it.

    :param sight: a new one: the rows are read before the snapshots
    :returns: what was found and is so
    :raises SnapfaultError: the project cannot be read; nothing was changed
    """
    found = look(database, sight, project_id)
    for each in found.adopted:
        LOG.info(
            'Snapshot %s is that of member %s, whose answer was lost',
            each.snapshot_id,
            each.member_id,
        )
        points.record_snapshot(database, each.member_id, each.snapshot_id)
    lost = [each for each in found.lost if _give_up(database, each, now)]
    for stray in found.strays:
        LOG.warning(
            'Snapshot %s of project %s has our tags and is left alone: %s',
            stray.snapshot.id,
            project_id,
            stray.reason,
        )
    return dataclasses.replace(found, lost=tuple(lost))


def look(
    database: api.Database, sight: sights.Sight, project_id: str
) -> compare.Difference:
    """Compare, and change nothing.

    :param sight: a new one: the rows are read before the snapshots
    :returns: what is proven
    :raises SnapfaultError: the project cannot be read
    """
    rows = inventory.living(database, project_id)
    found = compare.compare(rows, sight.snapshots())
    if found.lost:
        sight.project.check()
    return compare.Difference(
        tuple(each for each in found.lost if _is_gone(sight, each)),
        found.adopted,
        _strays(database, project_id, rows, found.strays),
    )


def _strays(
    database: api.Database,
    project_id: str,
    rows: list[model.RecoveryPoint],
    found: tuple[compare.Stray, ...],
) -> tuple[compare.Stray, ...]:
    """Look again: what began after the rows were read has a row by now.

    Snapshots that a recovery took of what it replaced are known as kept.
    """
    if not found:
        return ()
    known = inventory.accounted(database, project_id)
    mine = [
        each.snapshot
        for each in found
        if not known.knows(
            each.snapshot.id, each.snapshot.metadata[resource.MARKER]
        )
    ]
    later = inventory.of_members(
        database, [each.metadata[resource.MARKER] for each in mine]
    )
    return compare.strays(rows + later, mine)


def _is_gone(sight: sights.Sight, lost: compare.Lost) -> bool:
    """Prove it: a list may leave something out, so each one is asked for."""
    for snapshot_id in lost.gone:
        try:
            sight.project.get_snapshot(snapshot_id)
        except errors.NotFound:
            continue
        LOG.warning('The list left out snapshot %s', snapshot_id)
        return False
    return True


def _give_up(
    database: api.Database, lost: compare.Lost, now: datetime.datetime
) -> bool:
    """Take a point out of those that count, once its loss is proven."""
    try:
        points.move(
            database,
            lost.point,
            model.PointStatus.LOST,
            reason=lost.reason,
            now=now,
        )
    except errors.Conflict:
        return False  # pruned meanwhile, or found by another worker
    text = (
        f'recovery point {lost.point.id} is lost, and not by us: {lost.reason}'
    )
    LOG.warning('%s: %s', lost.point.business_id, text)
    protections.set_alarm(database, lost.point.protection_id, text, now)
    return True


def due_at(
    project_id: str,
    worker: str,
    now: datetime.datetime,
    interval: datetime.timedelta,
) -> datetime.datetime:
    """Give when a worker that has just begun looks at a project first.

    Soon, and not all projects at once, nor all workers at one.
    """
    text = f'{worker}/{project_id}'.encode()
    share = int.from_bytes(hashlib.sha256(text).digest()[:4], 'big') / 2**32
    return now + share * min(interval, SOON)
