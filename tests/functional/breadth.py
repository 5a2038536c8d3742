"""How much longer the recovery of more volumes takes by our own doing.

The cloud is the fake with a latency. Nova detaches and attaches the volumes
of one server one after another, whoever asks; the fake does all at once, so
that what more volumes cost here is what the service itself waits for in turn.
"""

import dataclasses
import datetime
import time

from snapfault import clock
from snapfault import model
from snapfault.db import tasks
from tests import build
from tests.fake import cloud as fake
from tests.functional import stage as stages
from tests.functional import test_worker

LATENCY = 0.1  #: seconds that each call takes
VOLUMES = (1, 8)
SETTINGS = dataclasses.replace(
    test_worker.FAST, poll=0.1, lease=datetime.timedelta(seconds=60)
)
PATIENCE = 120  #: seconds


def measure(folder, volumes):
    """Recover a service of so many volumes.

    :returns: the seconds from the request until it was done, and what is
        wrong with how it ended
    """
    stage = stages.Stage(folder)
    stage.cloud = fake.FakeCloud(settle='auto')
    stage.right = stage.cloud.add_project(build.PROJECT)
    stage.protect(volumes=volumes)
    with test_worker.working(stage, settings=SETTINGS):
        task = tasks.create_now(
            stage.database, stage.protection(), clock.now()
        )
        test_worker.until(test_worker.ended(stage, task))
        stage.spoil()
        stage.now = clock.now() + datetime.timedelta(seconds=1)
        stage.cloud.latency = LATENCY
        began = time.monotonic()
        stage.ask_for_recovery()
        test_worker.until(
            lambda: stage.recoveries()[0].status not in model.OPEN_RECOVERY,
            PATIENCE,
        )
        seconds = time.monotonic() - began
    stage.database.close()
    return seconds, _wrong(stage, volumes)


def _wrong(stage, volumes):
    (recovery,) = stage.recoveries()
    reads = sorted(stage.cloud.contents_of(stage.servers['shop']).values())
    wanted = [f'shop-{number} at first' for number in range(volumes)]
    if (recovery.status, reads) == (model.RecoveryStatus.DONE, wanted):
        return []
    return [f'{volumes} volumes: {recovery.status}, it reads {reads}']


def measured(folder, rounds, progress):
    """Recover services of one volume and of eight, in turn.

    :returns: the least seconds of all rounds by volumes, and all that was
        wrong
    """
    seconds = {volumes: [] for volumes in VOLUMES}
    wrong = []
    for number in range(rounds):
        for volumes in VOLUMES:
            own = folder / f'{number}-{volumes}'
            own.mkdir()
            took, found = measure(own, volumes)
            seconds[volumes].append(took)
            wrong += found
        progress(number + 1)
    return {volumes: min(each) for volumes, each in seconds.items()}, wrong
