"""Fail each call of each step in each way: it comes to a decided end.

Refused, not answered, answered with the answer lost, away for a while, and
accepted and then failed or never ended: a recovery is done or says what
stands where, and once the cloud is well again another one succeeds.
"""

import dataclasses
import datetime

from snapfault import errors
from snapfault import model
from tests.fake import faults
from tests.functional.matrix import forks
from tests.functional.matrix import scenario
from tests.functional.matrix import strays

OUTAGE = datetime.timedelta(minutes=5)
STEP_TIMEOUT = datetime.timedelta(minutes=1)
AWAY = errors.CloudUnavailable('503')
REFUSALS = (
    errors.CloudRefused('400'),
    errors.DelegationDead('the role is gone'),
)
#: What a change may be answered with, beside that.
CHANGE_REFUSALS = (
    errors.CloudConflict('409'),
    errors.NotFound('404'),
    errors.QuotaExceeded('413'),
)


@dataclasses.dataclass(frozen=True)
class Fault:
    """One way in which a call fails."""

    name: str
    error: errors.SnapfaultError | None = None
    always: bool = False  #: the method from then on, not this call alone
    after: bool = False  #: the call acts, and its answer is lost
    late: bool = False  #: not answered; done once it is asked for again
    outage: bool = False  #: nothing is answered for a while
    fate: str = ''  #: what becomes of what is accepted


READ_FAULTS = (
    Fault('503', AWAY),
    Fault('outage', outage=True),
    *(Fault(f'refused {e}', e) for e in REFUSALS),
    *(Fault(f'always refused {e}', e, always=True) for e in REFUSALS),
)
CHANGE_FAULTS = (
    *READ_FAULTS,
    *(Fault(f'refused {e}', e) for e in CHANGE_REFUSALS),
    *(Fault(f'always refused {e}', e, always=True) for e in CHANGE_REFUSALS),
    Fault('lost answer', AWAY, after=True),
    Fault('fails later', fate='error'),
    Fault('hangs', fate='hang'),
)
#: What makes something, which a marker tells from what is there; so there may
#: be two of it.
MAKES = ('create_snapshot', 'create_volume')
MAKE_FAULTS = (*CHANGE_FAULTS, Fault('lands later', AWAY, late=True))
#: Of a volume: Cinder dies before a backend has heard of it.
VOLUME_FAULTS = (*MAKE_FAULTS, Fault('lost', fate='lost'))


def faults_of(method):
    """Give the ways in which a method can fail."""
    if method == 'create_volume':
        return VOLUME_FAULTS
    if method in MAKES:
        return MAKE_FAULTS
    return CHANGE_FAULTS if method in faults.CHANGES else READ_FAULTS


class Calls:
    """Counts the calls of a worker; in copies of it, those chosen fail."""

    def __init__(self, stage, chosen=()):
        """Begin to count.

        :param chosen: pairs of the number of a call and a fault's name
        """
        self.methods = []
        self.forks = forks.trials()
        self._stage = stage
        self._chosen = {}
        for number, name in chosen:
            self._chosen.setdefault(number, []).append(name)

    def at(self, method):
        """Be at a call; in a child the fault is armed for it."""
        if self.forks.tried is not None:
            return
        number = len(self.methods)
        self.methods.append(method)
        by_name = {each.name: each for each in faults_of(method)}
        for name in self._chosen.get(number, ()):
            if self.forks.split((number, method, name)):
                self._arm(method, by_name[name])
                return

    def _arm(self, method, fault):
        cloud = self._stage.cloud
        times = None if fault.always else 1
        if fault.late:
            cloud.land_later(method, fault.error)
        elif fault.error is not None:
            cloud.fail(method, fault.error, times, after=fault.after)
        elif fault.fate:
            cloud.break_next(method, fate=fault.fate)
        else:
            services = set(faults.SERVICES.values())
            cloud.faults.down = Away(services, self._stage)


class Away(set):
    """Services that are away until a time has come."""

    def __init__(self, services, stage):
        super().__init__(services)
        self._stage = stage
        self._until = stage.now + OUTAGE

    def __contains__(self, service):
        return self._stage.now < self._until and super().__contains__(service)


class Cloud:
    """A cloud, or a project of it, whose calls are counted."""

    def __init__(self, calls, cloud):
        """Stand before it."""
        self._calls = calls
        self._cloud = cloud

    def project(self, delegation):
        """Act for a project, on the same count."""
        return Cloud(self._calls, self._cloud.project(delegation))

    def __getattr__(self, name):
        """Give a method; those of the port are counted."""
        real = getattr(self._cloud, name)
        if name not in faults.SERVICES:
            return real

        def call(*args, **kwargs):
            self._calls.at(name)
            return real(*args, **kwargs)

        return call


def methods_of(each):
    """Give the calls of a scenario that nothing disturbs, in order."""
    stage = each.build()
    calls = Calls(stage)
    scenario.work(stage, Cloud(calls, stage.cloud), meanwhile=each.meanwhile)
    return calls.methods


def sample(each, most, chance):
    """Fail so many calls of a scenario, each in one way.

    :returns: how many they were, and which came to no decided end
    """
    every = [
        (number, fault.name)
        for number, method in enumerate(methods_of(each))
        for fault in faults_of(method)
    ]
    chosen = chance.sample(every, min(most, len(every)))
    found = {}
    for some in forks.rounds(chosen):
        found |= _fail(each, some)
    return len(found), [
        f'{each.name}, {method} (call {number}) {name}: {wrong}'
        for (number, method, name), said in found.items()
        for wrong in ([said] if isinstance(said, str) else said)
    ]


def _fail(each, chosen):
    """Play a scenario in which each of these calls fails, in a copy each."""
    stage = each.build()
    stage.step_timeout = STEP_TIMEOUT
    forks.share(stage.database)
    calls = Calls(stage, chosen)
    good = len(stage.good())

    def work():
        scenario.work(
            stage, Cloud(calls, stage.cloud), meanwhile=each.meanwhile
        )

    def judge(_, error):
        if error is not None:
            raise error
        return _judge(each, stage, good)

    return calls.forks.run(work, judge)


def _judge(each, stage, good):
    """See what stands, and that a person can go on from there."""
    ended = stage.recoveries()
    wrong = [
        f'recovery {one.status}: {one.reason or "no reason"}'
        for one in ended
        if one.status in model.OPEN_RECOVERY
        or not (one.reason or one.status is model.RecoveryStatus.DONE)
    ]
    stage.cloud.heal()
    stage.cloud.settle()
    _reset(stage)
    for _ in range(4):  # a removal that was refused often is asked for late
        scenario.work(stage)
    if not scenario.is_over(stage):
        wrong.append(f'no end: {scenario.outcome(stage)}')
    if len(stage.good()) < min(good, 1):
        wrong.append('the last good point is lost')
    at_once = [
        one.status is model.RecoveryStatus.DONE and len(one.attempts) == 1
        for one in ended
    ]
    if at_once and all(at_once):
        wanted = {k: v for k, v in each.ends.items() if k == 'reads'}
        wrong += scenario.differences(scenario.outcome(stage), wanted)
    return wrong + (_strays(stage) or _again(stage))


def _reset(stage):
    """Do what only an admin can, as the alarms ask for it."""
    world = stage.cloud.world
    for each in (*world.volumes.values(), *world.snapshots.values()):
        if each.status == 'error_deleting':
            each.status = 'error'


def _again(stage):
    """Recover once more, from what stands: the data must come back.

    Where no point ever was, the server alone does.
    """
    point = next(reversed(stage.good()), None)
    stage.wait(minutes=1)
    stage.ask_for_recovery(point_id=point and point.id)
    scenario.work(stage)
    last = stage.recoveries()[0]
    if last.status is not model.RecoveryStatus.DONE:
        return [f'another recovery is {last.status}: {last.reason}']
    if last.attempts[-1].way is model.Way.EVACUATE:
        return _strays(stage)  # its host is down still
    members = point.members if point else ()
    wanted = {each.snapshot_id for each in members if not each.root}
    attached = stage.cloud.volumes_of(stage.servers['shop'])
    if missing := wanted - {each.snapshot_id for each in attached}:
        return [f'after another recovery nothing is restored from {missing}']
    return _strays(stage)


def _strays(stage):
    return strays.strays(stage.cloud.project(stage.right), stage.database)
