"""Drills on the stage: asked for, carried out, and what is left of them."""

import datetime

from snapfault import resource
from snapfault.db import drill_claims
from snapfault.db import drills
from snapfault.db import policies
from snapfault.db import protections
from snapfault.drill import run
from snapfault.drill import tools
from tests import build
from tests.functional import stage as stages

BOUNDS = drill_claims.Bounds(overall=4, project=2)
SETTINGS = tools.Settings(
    step_timeout=datetime.timedelta(seconds=60),
    timeout=datetime.timedelta(minutes=4),
    retry=datetime.timedelta(minutes=5),
)


def ask(stage, point_id=None, business_id='shop'):
    """Ask for a drill as a person does."""
    protection = stage.protection(business_id)
    return drills.create(
        stage.database,
        drills.new(protection, drills.ASKED, stage.now, point_id),
    )


def is_claimable(stage):
    """Say whether a worker would find a drill to take."""
    found = drill_claims.claimable(stage.database, stage.now, 1, BOUNDS)
    return bool(found)


def claim(stage, worker='worker-1'):
    """Win what waits, as a worker does."""
    (waiting,) = drill_claims.claimable(stage.database, stage.now, 1, BOUNDS)
    until = stage.now + stages.LEASE
    claimed = drill_claims.claim(
        stage.database, waiting, worker, stage.now, until, BOUNDS
    )
    assert claimed is not None
    return claimed


def rehearse(stage, cloud=None, worker='worker-1', pause=None):
    """Carry out what waits, as a worker does; gives how it ended."""

    def look_later():
        stage.cloud.tick()
        stage.wait(seconds=1)
        if pause is not None:
            pause()

    claimed = claim(stage, worker)
    handed = tools.Tools(
        stage.database,
        cloud or stage.cloud,
        SETTINGS,
        lambda: stage.now,
        look_later,
        stages.Inline(),
    )
    return run.run(
        handed,
        claimed,
        protections.get(stage.database, None, claimed.protection_id),
        policies.get(stage.database, None, stage.policy.id).recovery,
    )


def drill(stage):
    """Read the only drill there is."""
    (found,) = drills.list_page(stage.database, None, limit=2)
    return found


def left(stage):
    """Give what bears a mark of a recovery or a drill: its markers."""
    world = stage.cloud.world
    return sorted(
        each.metadata[resource.MARKER]
        for each in (*world.servers.values(), *world.volumes.values())
        if resource.MARKER in each.metadata
    )


def service(stage):
    """Give all of the service that a drill must not touch."""
    server = stage.servers['shop']
    return {
        'server': server.show(),
        'boots': server.boots,
        'volumes': [
            (each.id, each.status, each.content)
            for each in stage.cloud.volumes_of(server)
        ],
        'snapshots': [
            (each.id, each.status, each.content)
            for each in stage.cloud.snapshots_of(build.PROJECT)
        ],
        'servers': len(stage.cloud.world.servers),
        'all volumes': len(stage.cloud.world.volumes),
    }
