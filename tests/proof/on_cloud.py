"""What is claimed of real OpenStack services: a minicloud for each trial."""

import contextlib

from tests.cloud import fleet as fleets
from tests.cloud import http_calls
from tests.cloud import ordeal
from tests.cloud import tenant
from tests.cloud import test_fleet
from tests.demo import service
from tests.demo import world
from tests.minicloud import lifecycle
from tests.proof import claim

VOLUMES = 2  #: of a server
SERVICES = 4  #: whose recoveries and runs are killed


@contextlib.contextmanager
def running(trial: claim.Trial):
    """Start the services, and snapfault on them; none outlives the block."""
    state = trial.folder / 'minicloud'
    try:
        lifecycle.up(state)
        process = service.Snapfault(
            trial.folder / 'snapfault',
            service.read_minicloud(state),
            http_calls.OPTIONS,
        )
        try:
            process.start()
            yield process, state
        finally:
            process.stop()
    finally:
        lifecycle.down(state, purge=True)


def calls(trial: claim.Trial) -> claim.Outcome:
    """Count what a cycle of so many volumes asks, its pruning included."""
    with running(trial) as (process, state):
        owner = tenant.Tenant(world.connect(state / 'clouds.yaml', 'alpha'))
        made = fleets.make(owner, trial.count // VOLUMES, VOLUMES)
        fleet = fleets.Fleet(owner, made)
        found, wrong = test_fleet.calls_of_a_cycle(
            process, service.read_minicloud(state), fleet, trial.progress
        )
    by_service = http_calls.by_service(found)
    each = by_service.total() / trial.count
    if each > test_fleet.PER_VOLUME:
        wrong.append(f'{each:.2f} calls a volume')
    detail = ', '.join(f'{name} {n}' for name, n in by_service.most_common())
    return claim.Outcome(
        trial.count, tuple(wrong), f'{each:.2f} calls each: {detail}'
    )


def killed(trial: claim.Trial) -> claim.Outcome:
    """Kill so many workers at work, and look at what is left."""
    state = trial.folder / 'minicloud'
    try:
        lifecycle.up(state)
        tried = ordeal.Ordeal(state, trial.folder, SERVICES, trial.chance)
        found = tried.go(trial.count, trial.progress)
    finally:
        lifecycle.down(state, purge=True)
    return claim.Outcome(found.kills.total(), tuple(found.wrong), str(found))
