"""Somebody meddles at every moment of a recovery. Invariants 2, 4 and 7.

A moment is just after a call of the cloud. What is done there is done once,
and the recovery goes on, or another worker's does. However it ends, it ends
clearly: nothing is there twice, nothing is an orphan, no data is gone but
what the meddler took, and no server runs on data of two moments.

A person asked for the recovery, or it began by itself: that one rebuilds
nothing which it can see to be well again.
"""

import contextlib
import datetime
import functools

from snapfault import errors
from snapfault import model
from snapfault import rules
from tests.fake import faults
from tests.functional import stage as stages
from tests.functional.matrix import deeds
from tests.functional.matrix import scenario
from tests.functional.matrix import strays

DONE = model.RecoveryStatus.DONE
REFUSED = model.RecoveryStatus.REFUSED
FAILED = model.RecoveryStatus.FAILED
ENDS = frozenset(model.RecoveryStatus) - model.OPEN_RECOVERY
#: Long enough for every step, and soon over where one cannot be done.
STEP_TIMEOUT = datetime.timedelta(seconds=40)
SPOILT = stages.SPOILT
RESTORED = {
    '/dev/vdb': 'shop-0 at first',
    '/dev/vdc': 'shop-1 at first',
}


class Meddling:
    """A cloud in which somebody does a deed after the n-th call."""

    def __init__(self, cloud, number, do):
        self._cloud = cloud
        self._number = number
        self._do = do
        self.names = []  #: of the calls, in order

    def project(self, delegation):
        """Act for a project, on the same count."""
        return _Project(self, self._cloud.project(delegation))

    def __getattr__(self, name):
        return self.count(name, getattr(self._cloud, name))

    def count(self, name, function):
        """Have the deed done after one call of the port."""
        if name not in faults.SERVICES:
            return function

        def counted(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            finally:
                self.names.append(name)
                if len(self.names) == self._number:
                    self._do()

        return counted


class _Project:
    def __init__(self, counting, project):
        self._counting = counting
        self._project = project

    def __getattr__(self, name):
        return self._counting.count(name, getattr(self._project, name))


def by_person(stage):
    """Have a person ask for a recovery."""
    stage.wait(minutes=1)
    stage.ask_for_recovery()


def by_itself(stage):
    """Have the watch see the fault for long enough to open a recovery.

    The cloud takes some seconds for everything: what was read for the plan
    is not of this moment any more once the server is to be rebuilt.
    """
    stage.watch(3)
    (opened,) = stage.recoveries()
    assert opened.automatic
    stage.pause = lambda: stage.wait(seconds=3)


BEGINNINGS = (by_person, by_itself)


def _staged(begin):
    """Give a service that failed, its data spoilt, and who will recover it."""
    stage = stages.Stage(quota=rules.Quota(3))  # of itself no point goes
    stage.protect()
    for _ in range(2):  # a person may delete either
        stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.pause = None  #: what happens beside each look at the cloud
    begin(stage)
    stage.step_timeout = STEP_TIMEOUT
    stage.taken = set()  # the volumes that a person took off
    stage.sent_off = set()  # the snapshots of points that a person deleted
    return stage


@functools.cache
def calls(begin):
    """Name the calls of a recovery that nobody meddles with."""
    stage = _staged(begin)
    counting = Meddling(stage.cloud, 0, lambda: None)
    assert stage.recover(counting, pause=stage.pause).status is DONE
    return tuple(counting.names)


def last_look(names):
    """Number the last call that reads the server before it is rebuilt.

    :param names: of the calls of a recovery that nobody meddles with
    """
    before = names[: names.index('rebuild_server')]
    last = len(before) - before[::-1].index('get_server')
    assert last > names.index('create_snapshot') + 1, names
    return last


def race(begin, deed, number):
    """Do a deed after the n-th call; give what came out wrong."""
    in_vain = (
        deed.mends and begin is by_itself and number < last_look(calls(begin))
    )
    stage = _staged(begin)
    found = []
    before = _data(stage)
    meddling = Meddling(
        stage.cloud, number, lambda: found.append(deed.do(stage))
    )
    with contextlib.suppress(errors.LeaseLost, errors.Conflict):
        stage.recover(meddling, pause=stage.pause)
    scenario.work(stage, worker='the next')
    stage.cloud.settle()
    wrong = [
        *(each for each in found if each),
        *_strays(stage, before),
        *_unclear(stage, deed.harms or in_vain),
        *_mixed(stage, deed.harms or in_vain),
        *(_rebuilt(stage) if in_vain else ()),
    ]
    if not deed.takes:
        gone = before - _data(stage) - stage.sent_off
        wrong += [f'{each} is gone' for each in gone]
    where = f'{begin.__name__}: {deed.name} after call {number}'
    return [f'{where}: {each}' for each in wrong]


def _strays(stage, before):
    """Give what nobody knows.

    What a person took off a recovered server is that person's, and what was
    there before and is attached again is back.
    """
    world = stage.cloud.world
    known = {v.id for v in world.volumes.values() if v.server_ids} & before
    if stage.recoveries()[0].status is DONE:
        known |= stage.taken
    found = strays.strays(stage.cloud.project(stage.right), stage.database)
    return [line for line in found if not any(each in line for each in known)]


def _data(stage):
    world = stage.cloud.world
    return {*world.volumes, *world.snapshots}


def _unclear(stage, may_fail):
    (ended,) = stage.recoveries()
    if ended.status not in ENDS:
        yield f'it does not end: {ended.status}, {ended.reason}'
    elif ended.status is not DONE and not ended.reason:
        yield f'it is {ended.status} and does not say why'
    if ended.status is not DONE and not may_fail:
        yield f'it is {ended.status}: {ended.reason}'
    if any(each.rebuilds > 1 for each in stage.cloud.world.servers.values()):
        yield 'the server was rebuilt twice'


def _mixed(stage, may_fail):
    server = stage.servers['shop']
    if server.id not in stage.cloud.world.servers:
        return
    reads = stage.cloud.contents_of(server)
    if len({each == SPOILT for each in reads.values()}) > 1:
        yield f'the data is of two moments: {reads}'
    (ended,) = stage.recoveries()
    is_well = reads == RESTORED and server.status == 'ACTIVE'
    if ended.status is DONE and not may_fail and not is_well:
        yield f'it is done, and the server {server.status} with {reads}'


def _rebuilt(stage):
    """Say in what a server that was mended in time is not as it was."""
    server = stage.servers['shop']
    (ended,) = stage.recoveries()
    if server.rebuilds:
        yield 'the server was well, and is rebuilt'
    if ended.status not in (REFUSED, FAILED):
        yield f'the server was well, and it is {ended.status}'
    elif 'ACTIVE by now' not in ended.reason:
        yield f'it does not say that the server was well: {ended.reason}'
    reads = stage.cloud.contents_of(server)
    if server.status != 'ACTIVE' or set(reads.values()) != {SPOILT}:
        yield f'the server was well, and is {server.status} with {reads}'


def races(count, chance, progress=lambda done: None):
    """Have each deed done at its share of so many moments.

    :param count: of races; at most all moments of both recoveries, for each
        deed
    :returns: how many races there were, and what came out wrong
    """
    kinds = [(begin, deed) for begin in BEGINNINGS for deed in deeds.DEEDS]
    run, wrong = 0, []
    for begin, deed in kinds:
        moments = range(1, len(calls(begin)) + 1)
        share = min(max(count // len(kinds), 1), len(moments))
        for number in chance.sample(moments, share):
            wrong += race(begin, deed, number)
            run += 1
            progress(min(run, count))
    return run, wrong
