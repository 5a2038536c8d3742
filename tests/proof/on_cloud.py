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
from tests.outages import trial as outages
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


def struck(trial: claim.Trial) -> claim.Outcome:
    """Strike so many parts of an installation, and look how it comes back."""
    state = trial.folder / 'minicloud'
    plant = trial.folder / 'plant'
    plant.mkdir()
    try:
        lifecycle.up(state)
        found = outages.outages(
            state, plant, trial.count, trial.chance, trial.progress
        )
    finally:
        lifecycle.down(state, purge=True)
    trial.progress.say(str(found))
    wrong = [f'{e.name}: {each}' for e in found.cases for each in e.wrong]
    wrong += [f'{each} has done nothing' for each in found.idle]
    slowest = max(found.cases, key=lambda each: each.done)
    detail = f'slowest to be well: {slowest.name}, {slowest.done:.0f} s'
    return claim.Outcome(len(found.cases), tuple(wrong), detail)
