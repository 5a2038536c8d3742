"""Workers that die at any call, one after another. Invariant 4.

The matrices of test_snapshot and test_recover kill one worker, at each call
in turn. Here a second may die as well, of services of one to four volumes;
``make proof`` tries many more of these than a test can.
"""

import contextlib
import dataclasses
import functools
import itertools

import pytest

from snapfault import model
from snapfault.db import recoveries
from snapfault.db import tasks
from tests import build
from tests.fake import crash
from tests.functional import stage as stages

VOLUMES = (1, 2, 4)


@dataclasses.dataclass(frozen=True)
class Kill:
    """Where a worker dies: at which call, and whether it still acts."""

    calls: int
    acts: bool


def interrupted_run(folder, volumes, kills):
    """Let a worker take a point, kill it, let the next go on; and so on.

    :returns: in what the end differs from that of an undisturbed run
    """
    stage = _before_a_run(folder, volumes)
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    for number, kill in enumerate(kills):
        dying = crash.CrashAfter(stage.cloud, kill.calls, kill.acts)
        with contextlib.suppress(crash.Crash):
            stage.tick(8, cloud=dying, worker=f'worker-{number}')
        stage.cloud.settle()
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    for _ in range(4):
        stage.tick(8, worker='the last')
        stage.wait(minutes=3)
    ended = tasks.get(stage.database, None, task.id)
    left = {str(point.status) for point in stage.history()}
    return _differences(
        {
            'task': (ended.status, model.TaskStatus.DONE),
            'good points': (len(stage.good()), 2),
            'points': (left, {'good', 'deleted'}),
            'snapshots': (
                len(stage.cloud.snapshots_of(build.PROJECT)),
                2 * volumes,
            ),
            'recoveries': (stage.recoveries(), []),
        }
    )


def _before_a_run(folder, volumes):
    """Give a service whose quota the next run will exceed."""
    stage = stages.Stage(folder)
    stage.protect(volumes=volumes)
    stage.run()
    stage.run()
    stage.wait(minutes=1)
    return stage


def _differences(found):
    return [
        f'{what}: {is_}, not {wanted}'
        for what, (is_, wanted) in found.items()
        if is_ != wanted
    ]


def calls_of_a_run(folder, volumes):
    """Count what an undisturbed run asks of the cloud."""
    stage = _before_a_run(folder, volumes)
    before = stage.cloud.count()
    stage.run(ticks=8)
    return stage.cloud.count() - before


def interrupted_recovery(folder, volumes, kills):
    """Let a worker recover a service, kill it, let the next go on.

    :returns: in what the end differs from that of an undisturbed recovery
    """
    stage = _before_a_recovery(folder, volumes)
    for number, kill in enumerate(kills):
        dying = crash.CrashAfter(stage.cloud, kill.calls, kill.acts)
        if recoveries.claimable(stage.database, stage.now, 1):
            with contextlib.suppress(crash.Crash):
                stage.recover(dying, f'worker-{number}')
        stage.wait(seconds=stages.LEASE.total_seconds() + 1)
    if recoveries.claimable(stage.database, stage.now, 1):
        stage.recover(worker='the last')
    server = stage.servers['shop']
    reads = stage.cloud.contents_of(server).values()
    spare = [
        each.content
        for each in stage.cloud.world.volumes.values()
        if each.status == 'available'
    ]
    (ended,) = stage.recoveries()
    return _differences(
        {
            'recovery': (ended.status, model.RecoveryStatus.DONE),
            'server': (server.status, 'ACTIVE'),
            'rebuilds': (server.rebuilds, 1),
            'restored': (
                sorted(reads),
                [f'shop-{number} at first' for number in range(volumes)],
            ),
            'kept damage': (spare, ['spoilt'] * volumes),
            'snapshots': (
                len(stage.cloud.snapshots_of(build.PROJECT)),
                2 * volumes,
            ),
        }
    )


def _before_a_recovery(folder, volumes):
    """Give a service with a good point that failed since."""
    stage = stages.Stage(folder)
    stage.protect(volumes=volumes)
    stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    return stage


def calls_of_a_recovery(folder, volumes):
    """Count what an undisturbed recovery asks of the cloud."""
    stage = _before_a_recovery(folder, volumes)
    before = stage.cloud.count()
    stage.recover()
    return stage.cloud.count() - before


def cases(calls, chance):
    """Give volumes and kills: one at each call first, then pairs by chance.

    :param calls: how many calls an undisturbed run makes, by volumes
    """
    single = [
        (volumes, (Kill(number, acts),))
        for volumes, most in calls.items()
        for number in range(most)
        for acts in (False, True)
    ]
    chance.shuffle(single)
    yield from single
    while True:
        volumes = chance.choice(list(calls))
        first, second = (
            Kill(chance.randrange(calls[volumes]), chance.random() < 0.5)
            for _ in range(2)
        )
        yield volumes, (first, second)


def tried(folder, count, chance, progress, interrupted, calls_of):
    """Try so many cases; give the violations, each with its case."""
    calls = {
        volumes: calls_of(_new(folder, f'calls-{volumes}'), volumes)
        for volumes in VOLUMES
    }
    found = []
    for number, (volumes, kills) in enumerate(
        itertools.islice(cases(calls, chance), count)
    ):
        where = _new(folder, str(number))
        for each in interrupted(where, volumes, kills):
            found.append(f'{volumes} volumes, {kills}: {each}')
        progress(number + 1)
    return found


def _new(folder, name):
    made = folder / name
    made.mkdir()
    return made


#: The two kinds of work in which workers are killed, as claims call them.
RUNS = functools.partial(
    tried, interrupted=interrupted_run, calls_of=calls_of_a_run
)
RECOVERIES = functools.partial(
    tried, interrupted=interrupted_recovery, calls_of=calls_of_a_recovery
)


@pytest.mark.parametrize('kills', [(), (Kill(3, True), Kill(5, False))])
def test_a_run_ends_whoever_dies(tmp_path, kills):
    assert interrupted_run(tmp_path, 2, kills) == []


@pytest.mark.parametrize('kills', [(), (Kill(20, True), Kill(2, False))])
def test_a_recovery_ends_whoever_dies(tmp_path, kills):
    assert interrupted_recovery(tmp_path, 2, kills) == []


def test_what_is_not_as_it_should_be_is_told(tmp_path, monkeypatch):
    once = dataclasses.replace(stages.SETTINGS, attempts=1)
    monkeypatch.setattr(stages, 'SETTINGS', once)
    found = []
    for calls in range(2, 7):  # at one of them a point is half taken
        folder = tmp_path / str(calls)
        folder.mkdir()
        found += interrupted_run(folder, 2, [Kill(calls, True)])
    assert 'task: failed, not done' in found
