"""What a scenario is, and how one is played to its end."""

from collections import abc
import dataclasses
import datetime
import functools
import re
import typing

import sqlalchemy as sa

from snapfault import model
from snapfault.db import base
from snapfault.db import kept
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.drill import tools as drill_tools
from tests import build
from tests.functional import rehearsal
from tests.functional import stage as stages
from tests.functional.matrix import strays

#: Rounds until what is asked must be at its end, and how many of them go by
#: before time is let pass: a try that failed is made again only later.
ROUNDS = 80
AT_ONCE = 8
ID = re.compile(r'[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}')  #: the fake's
TIME = re.compile(r'\d{4}-\d\d-\d\dT[\d:.+]+')
DAY = datetime.timedelta(days=1)
BUSY_TASKS = (model.TaskStatus.WAITING, model.TaskStatus.RUNNING)
BUSY_POINTS = (model.PointStatus.CREATING, model.PointStatus.DELETING)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One way that a worker's work can go."""

    name: str
    #: Gives a stage on which all is asked, and nothing done yet.
    build: abc.Callable[[], stages.Stage]
    #: What a person would see in the end, whatever else it is.
    ends: abc.Mapping[str, typing.Any]
    #: Parts of the outcome that may come out one way or another.
    open: frozenset[str] = frozenset()
    #: What somebody else does while a recovery waits for the cloud.
    meanwhile: abc.Callable[[stages.Stage], None] | None = None


def work(stage, cloud=None, worker='worker-1', meanwhile=None):
    """Have one worker work until nothing is left to do."""
    pause = meanwhile and functools.partial(meanwhile, stage)
    for number in range(1, ROUNDS + 1):
        if recoveries.claimable(stage.database, stage.now, 1):
            stage.recover(cloud, worker, pause)
        if rehearsal.is_claimable(stage):
            _rehearse(stage, cloud, worker)
        stage.tick(cloud=cloud, worker=worker)
        if is_over(stage):
            return
        if not number % AT_ONCE:
            stage.wait(minutes=3 * 2 ** max(0, number // AT_ONCE - 4))


def _rehearse(stage, cloud, worker):
    """Rehearse; one that leaves something behind is taken up later."""
    try:
        rehearsal.rehearse(stage, cloud, worker)
    except drill_tools.LeftBehind:
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)


def is_over(stage):
    """Say whether nothing is left that a worker would do."""
    open_ = [
        (tables.Recovery, model.OPEN_RECOVERY - {model.RecoveryStatus.HELD}),
        (tables.Drill, model.OPEN_DRILL),
        (tables.Task, BUSY_TASKS),
        (tables.Point, BUSY_POINTS),
        (tables.Kept, (model.KeptStatus.REMOVING,)),
    ]
    # those too whose removal was refused and is asked again later
    due = kept.due(stage.database, stage.now + DAY, 1)
    with stage.database.reader() as session:
        return not due and not any(
            session.scalar(
                sa.select(sa.func.count()).where(table.status.in_(statuses))
            )
            for table, statuses in open_
        )


def outcome(stage):
    """Give all that a person would compare in the end.

    Nothing in it is an id, a time or a count of tries: those may differ.
    """
    return {
        **_in_the_cloud(stage),
        **_in_the_tables(stage),
        'strays': strays.strays(
            stage.cloud.project(stage.right), stage.database
        ),
    }


def differences(found, wanted):
    """Say in what an outcome is not what is wanted."""
    if isinstance(found, str):
        return [found]  # the traceback of one that broke off
    return [
        f'{what}: {found[what]}, not {value}'
        for what, value in wanted.items()
        if found[what] != value
    ]


def _in_the_cloud(stage):
    world = stage.cloud.world
    return {
        'servers': sorted(
            (each.name, each.status, each.rebuilds, each.image_id)
            for each in world.servers.values()
        ),
        # of the services alone: their status, and how often rebuilt
        'stands': {
            name: (server.status, server.rebuilds)
            for name, server in stage.servers.items()
        },
        'reads': {
            name: stage.cloud.contents_of(server)
            for name, server in stage.servers.items()
        },
        'volumes': sorted(
            (each.status, each.content) for each in world.volumes.values()
        ),
        'snapshots': sorted(
            (each.status, each.content)
            for each in stage.cloud.snapshots_of(build.PROJECT)
        ),
        'images': sorted(
            (each.name, each.status) for each in world.images.values()
        ),
    }


def _in_the_tables(stage):
    return {
        'recoveries': [
            _of_recovery(stage, each) for each in reversed(stage.recoveries())
        ],
        'kept': sorted(
            (str(each.kind), str(each.status))
            for each in _all(stage, tables.Kept)
        ),
        'drills': [str(each.status) for each in _all(stage, tables.Drill)],
        'proofs': sorted(
            {
                str(point.proof)
                for name in stage.servers
                for point in stage.good(name)
            }
        ),
        'tasks': [str(each.status) for each in _all(stage, tables.Task)],
        'good points': {name: len(stage.good(name)) for name in stage.servers},
        'alarms': {
            name: _without_ids(stage, stage.protection(name).alarm)
            for name in stage.servers
        },
    }


def _of_recovery(stage, recovery):
    """Give how a recovery ended.

    Of an attempt that failed, how far its other steps were is chance.
    """
    done = {
        each.number
        for each in recovery.attempts
        if each.status is model.AttemptStatus.DONE
    }
    return {
        'status': str(recovery.status),
        'reason': _without_ids(stage, recovery.reason),
        'attempts': [
            (str(each.way), str(each.status)) for each in recovery.attempts
        ],
        'steps': [
            (each.attempt, each.phase, each.name)
            + (str(each.status),) * (each.attempt in done)
            for each in recovery.steps
        ],
    }


def _all(stage, table):
    with stage.database.reader() as session:
        rows = session.scalars(sa.select(table).order_by(table.created_at))
        return [base.read(row) for row in rows.all()]


def _without_ids(stage, text):
    """Give a sentence without the ids and the times that are in it."""
    for each in stage.recoveries():
        text = text.replace(each.id, 'recovery')
    return TIME.sub('then', ID.sub('one', text))
