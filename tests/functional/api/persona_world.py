"""A service that two projects use alike, so that neither may see the other.

Every text that is only the other project's has the word ``theirs`` in it, so
that an answer that holds the word gives something away.
"""

import dataclasses

from snapfault import model
from snapfault.db import drills
from snapfault.db import journal
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from tests import build
from tests.functional.api import world as worlds
from tests.functional.db import samples

RECOVERIES = {
    'held': model.RecoveryStatus.HELD,
    'waiting': model.RecoveryStatus.WAITING,
    'failed': model.RecoveryStatus.FAILED,
    'done': model.RecoveryStatus.DONE,
}


def fill(world):
    """Put the same into each project; give the ids that we do not choose.

    :returns: ``task-mine`` to the task's id, and so on
    """
    ids = {}
    for offset, who in ((0, worlds.MINE), (100, worlds.THEIRS)):
        ids |= _fill(world, who, offset)
    return ids


def furnish(world):
    """Give a world, whose tables are filled, the servers that they name.

    The service has a role in our project, as an admin may have seen to. The
    fake cloud gives the same ids in each run.
    """
    world.cloud.world.keystone.assigned.add(worlds.MINE)
    for who in (worlds.MINE, worlds.THEIRS):
        for _ in range(3):
            world.cloud.add_server(who)


def _fill(world, who, offset):
    for name in ('policy', 'spare_policy'):
        world.policy(who, id=f'{name}-{who}', name=f'{name}-{who}')
    for name in ('protection', 'spare_protection'):
        world.protection(
            who, id=f'{name}-{who}', business_id=f'{name}-business-{who}'
        )
    for number in range(1, 4):
        world.point(
            offset + number,
            id=f'recovery_point_{number}-{who}',
            project_id=who,
            protection_id=f'protection-{who}',
            business_id=f'protection-business-{who}',
            task_id=f'task-of-{who}',
            server_id=f'server-of-{who}',
            pinned=number == 3,
        )
    spare = protections.get(world.database, who, f'spare_protection-{who}')
    protected = protections.get(world.database, who, f'protection-{who}')
    for name, status in RECOVERIES.items():
        is_open = status in model.OPEN_RECOVERY
        _recovery(world, name, status, spare if is_open else protected)
    drill = drills.new(spare, drills.ASKED, build.NOW)
    drills.create(
        world.database, dataclasses.replace(drill, id=f'drill-{who}')
    )
    task = tasks.create_now(world.database, spare, build.NOW)
    free = world.cloud.add_server(who)
    return {f'task-{who}': task.id, f'server-{who}': free.id}


def _recovery(world, name, status, of):
    who = of.project_id
    made = recoveries.create(
        world.database,
        build.recovery(
            id=f'recovery_{name}-{who}',
            project_id=who,
            protection_id=of.id,
            business_id=of.business_id,
            server_id=f'server-{name}-{who}',
            status=status,
            cause=f'seen by {who}',
            claimed_by=None,
            lease_until=None,
        ),
    )
    if status is model.RecoveryStatus.DONE:
        kept = samples.kept(made, id=f'kept-{who}', resource_id=f'v-{who}')
        journal.keep(world.database, made, (kept,))
