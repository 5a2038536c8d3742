"""Every way of a recovery, every variant of one, and a snapshot run."""

import functools

from tests.functional import stage as stages
from tests.functional.matrix import beginnings
from tests.functional.matrix import scenario


def _reads(*contents, root=None):
    """Give what the guest must read, by device.

    :param root: what is on the volume it boots from; None: there is none
    """
    devices = (f'/dev/vd{letter}' for letter in 'bcd')
    read = dict(zip(devices, contents, strict=False))
    return {'shop': read | ({} if root is None else {'/dev/vda': root})}


SPOILT = stages.SPOILT
PUBLISHED = 'cirros as published'  #: what is on a root of the image
UNTOUCHED = {'stands': {'shop': ('ACTIVE', 0)}}
REBUILT = {'stands': {'shop': ('ACTIVE', 1)}}
ENDED_WELL = {'reads': _reads(*beginnings.FIRST)}
LEFT_ALONE = {'reads': _reads(SPOILT, SPOILT)}
Scenario = scenario.Scenario

SCENARIOS = (
    Scenario(
        'snapshot', beginnings.snapshot_run, {'good points': {'shop': 2}}
    ),
    Scenario('drill', beginnings.drill, {'proofs': ['proven']} | LEFT_ALONE),
    Scenario(
        'drill-volume-backed',
        functools.partial(beginnings.drill, volume_backed=True),
        {'proofs': ['proven'], 'reads': _reads(SPOILT, SPOILT, root=SPOILT)},
    ),
    Scenario('full', beginnings.failed, ENDED_WELL),
    Scenario(
        'automatic',
        beginnings.automatic,
        ENDED_WELL,
        # one that dies once the recovery is open, and before its own run is
        # noted as failed, leaves that run to be made again afterwards
        open=frozenset({'tasks', 'snapshots', 'good points', 'alarms'}),
    ),
    Scenario('stopped', beginnings.stopped, ENDED_WELL),
    Scenario(
        'volume-backed',
        functools.partial(beginnings.failed, volume_backed=True, volumes=2),
        # the root is the image's again: nothing else of it is recovered
        {'reads': _reads(*beginnings.FIRST, root=PUBLISHED)},
    ),
    Scenario(
        'reboot',
        functools.partial(beginnings.failed, reboot_first=True),
        LEFT_ALONE,
    ),
    Scenario('reboot-fails', beginnings.reboot_fails, ENDED_WELL),
    Scenario('data', beginnings.data, ENDED_WELL),
    Scenario(
        'data-volume-backed',
        functools.partial(beginnings.data, volume_backed=True),
        # what it boots from is as it was
        {'reads': _reads(*beginnings.FIRST, root=SPOILT)} | UNTOUCHED,
    ),
    Scenario('gone', beginnings.gone, ENDED_WELL),
    Scenario('server', beginnings.server_only, LEFT_ALONE),
    Scenario(
        'without-point',
        beginnings.without_point,
        {'good points': {'shop': 0}} | LEFT_ALONE | REBUILT,
    ),
    Scenario('evacuate', beginnings.evacuate, LEFT_ALONE),
    Scenario(
        'evacuate-volume-backed',
        functools.partial(beginnings.evacuate, volume_backed=True),
        {'reads': _reads(SPOILT, SPOILT, root=SPOILT)} | UNTOUCHED,
    ),
    Scenario('undo', beginnings.undo, LEFT_ALONE),
    Scenario(
        'undo-volume-backed',
        functools.partial(beginnings.undo, volume_backed=True),
        # the root was not replaced, but written anew; so it stays
        {'reads': _reads(SPOILT, SPOILT, root=PUBLISHED)} | REBUILT,
    ),
    Scenario(
        'reaping',
        beginnings.reaping,
        ENDED_WELL
        | {
            'kept': [('snapshot', 'removed')] * 2 + [('volume', 'removed')] * 2
        },
    ),
    Scenario('steps-back', beginnings.steps_back, ENDED_WELL),
    Scenario(
        'data-steps-back',
        functools.partial(beginnings.steps_back, lost=True),
        ENDED_WELL,
    ),
    Scenario(
        'no-step-back',
        functools.partial(beginnings.steps_back, steps_back=0),
        LEFT_ALONE,
    ),
    Scenario('compensation', beginnings.compensation, LEFT_ALONE),
    Scenario('abort', beginnings.busy, LEFT_ALONE, meanwhile=beginnings.abort),
)
BY_NAME = {each.name: each for each in SCENARIOS}
