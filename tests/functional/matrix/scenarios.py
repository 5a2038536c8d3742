"""Every way of a recovery, every variant of one, and a snapshot run.

Each is put up to where all is asked and nothing done; what follows is the
workers'.
"""

import dataclasses

from snapfault.db import tasks
from tests.functional import rehearsal
from tests.functional import stage as stages
from tests.functional.matrix import scenario

#: More than the operator's: a death counts as an attempt, and a point that
#: it left half taken as another.
ATTEMPTS = 9
RESTORED = {
    '/dev/vdb': 'shop-0 at first',
    '/dev/vdc': 'shop-1 at first',
}


class Stage(stages.Stage):
    """A stage whose tasks outlive several workers."""

    def context(self, *args, **kwargs):
        """Give what a worker is made of."""
        made = super().context(*args, **kwargs)
        patient = dataclasses.replace(made.trouble, attempts=ATTEMPTS)
        return dataclasses.replace(made, trouble=patient)


def _protected(volumes=2, **policy):
    """Give a service with one good point."""
    stage = Stage(**policy)
    stage.protect(volumes=volumes)
    stage.run()
    stage.wait(minutes=5)
    return stage


def damage(stage):
    """Spoil what the volumes hold, after the point was taken."""
    for volume in stage.cloud.volumes_of(stage.servers['shop']):
        volume.content = 'spoilt'


def full():
    """A server failed, and its data with it."""
    stage = _protected()
    damage(stage)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    return stage


def stopped():
    """The same of a server that its owner had stopped."""
    stage = _protected()
    stage.servers['shop'].status = 'SHUTOFF'
    damage(stage)
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    return stage


def snapshot_run():
    """A run falls due whose quota takes an older point."""
    stage = _protected()
    stage.run()
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    return stage


def drill():
    """A recovery is rehearsed."""
    stage = _protected()
    rehearsal.ask(stage)
    return stage


SCENARIOS = (
    scenario.Scenario('drill', drill, {'proofs': ['proven']}),
    scenario.Scenario('full', full, {'reads': {'shop': RESTORED}}),
    scenario.Scenario('stopped', stopped, {'reads': {'shop': RESTORED}}),
    scenario.Scenario('snapshot', snapshot_run, {'good points': {'shop': 2}}),
)
BY_NAME = {each.name: each for each in SCENARIOS}
