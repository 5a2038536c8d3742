"""A recovery that began by itself, and a server that somebody mends.

Whoever was quicker: what is well again is not rebuilt, for all that it has
written since would be lost.
"""

import dataclasses
import functools

import pytest

from snapfault import model
from snapfault import rules
from snapfault.db import evidence
from tests import build
from tests.fake import crash
from tests.functional import stage as stages
from tests.functional.matrix import races

AUTOMATIC = rules.RecoveryRules(automatic=True, margin=0, repair=True)
WEBHOOK = model.Source.WEBHOOK
DONE = model.RecoveryStatus.DONE
REFUSED = model.RecoveryStatus.REFUSED
FAILED = model.RecoveryStatus.FAILED


def _stage(**changes):
    """Give a service with a good point."""
    chosen = dataclasses.replace(AUTOMATIC, **changes)
    stage = stages.Stage(recovery=chosen)
    stage.protect()
    stage.run()
    stage.wait(minutes=5)
    return stage


def _broken(**changes):
    """Give one that is in ERROR, and whose recovery began by itself."""
    stage = _stage(**changes)
    stage.cloud.break_server(_server(stage))
    stage.watch(3)
    (opened,) = stage.recoveries()
    assert opened.automatic
    return stage


def _server(stage):
    return stage.servers['shop']


def _recover(stage, cloud=None, worker='worker-1'):
    """Recover on a cloud that takes some seconds for everything."""
    return stage.recover(cloud, worker, lambda: stage.wait(seconds=3))


def _mend(stage):
    """Bring the server back as a person does, unless it is rebuilt by now."""
    server = _server(stage)
    if server.status == 'ERROR':
        server.status, server.task_state = 'ACTIVE', None
        return True
    return False


@functools.cache
def _calls():
    """Name the calls of a recovery that nobody meddles with."""
    stage = _broken()
    counting = races.Meddling(stage.cloud, 0, lambda: None)
    assert _recover(stage, counting).status is DONE
    return tuple(counting.names)


def test_a_server_that_is_mended_until_the_last_look():
    """Whatever it is at: it looks once more right before the rebuild."""
    for number in range(1, races.last_look(_calls())):
        stage = _broken()
        before = stage.cloud.contents_of(_server(stage))
        ended = _recover(
            stage,
            races.Meddling(stage.cloud, number, lambda s=stage: _mend(s)),
        )
        assert _server(stage).rebuilds == 0, number
        assert ended.status in (REFUSED, FAILED), number
        assert 'ACTIVE by now' in ended.reason, number
        assert _server(stage).status == 'ACTIVE', number
        assert stage.cloud.contents_of(_server(stage)) == before, number


def _die(stage, number):
    """Let the worker die after so many calls."""

    def die():
        raise crash.Crash

    with pytest.raises(crash.Crash):
        _recover(stage, races.Meddling(stage.cloud, number, die))


def test_a_server_that_is_mended_before_another_worker_goes_on():
    """All workers were away for a day, and a person was not."""
    stage = _broken()
    _die(stage, _calls().index('create_snapshot') + 1)
    assert [a.number for a in stage.recoveries()[0].attempts] == [0]
    _mend(stage)
    stage.wait(days=1)
    ended = _recover(stage, worker='worker-2')
    assert (ended.status, _server(stage).rebuilds) == (FAILED, 0)
    assert 'ACTIVE by now' in ended.reason


def test_what_a_person_asked_for_is_done_all_the_same():
    stage = _stage()
    stage.cloud.break_server(_server(stage))
    stage.ask_for_recovery()
    _die(stage, 12)
    _mend(stage)
    stage.wait(minutes=5)
    ended = _recover(stage, worker='worker-2')
    assert (ended.status, _server(stage).rebuilds) == (DONE, 1)


@pytest.mark.parametrize('status', ['ACTIVE', 'SHUTOFF'])
def test_a_reboot_that_took_too_long(status):
    """It came up in the end, or a person has stopped it."""
    stage = _broken(reboot_first=True)
    server = _server(stage)
    stage.cloud.break_next('reboot_server', fate='hang')
    looks = []

    def late():
        looks.append(stage.now)
        if looks[-1] - looks[0] > stage.step_timeout * 1.5:
            server.status, server.task_state = status, None

    ended = stage.recover(pause=late)
    assert [each.way for each in ended.attempts] == [model.Way.REBOOT]
    assert (ended.status, server.rebuilds) == (FAILED, 0)
    assert f'{status} by now' in ended.reason


def test_a_reboot_after_which_the_service_does_not_work():
    """Nova sees no fault any more, and the policy's own check does."""
    says = rules.Check('console', {'text': 'never said'}, timeout=30)
    stage = _broken(reboot_first=True, checks=(says,))
    ended = _recover(stage)
    ways = [each.way for each in ended.attempts]
    assert ways == [model.Way.REBOOT, model.Way.FULL]
    assert _server(stage).rebuilds == 1


def _say(stage, times=3):
    for _ in range(times):
        said = evidence.Said(WEBHOOK, 'guest', 'no answer', build.HOUR)
        evidence.say(stage.database, stage.protection(), said, stage.now)
        stage.wait(seconds=40)


def _over(stage):
    ours = [stage.protection().id]
    evidence.withdraw(stage.database, ours, WEBHOOK, 'guest')


def _stopped(stage):
    _server(stage).status = 'SHUTOFF'


@pytest.mark.parametrize(
    ('meanwhile', 'status'),
    [
        (lambda stage: None, DONE),
        (_over, REFUSED),
        (lambda stage: stage.wait(hours=2), REFUSED),
        (_stopped, REFUSED),
    ],
    ids=['it goes on', 'it is over', 'it is not said again', 'stopped'],
)
def test_an_alarm_while_its_recovery_waits(meanwhile, status):
    stage = _stage()
    _say(stage)
    stage.watch(1)
    (opened,) = stage.recoveries()
    assert opened.automatic
    meanwhile(stage)
    ended = stage.recover()
    assert (ended.status, _server(stage).rebuilds) == (status, status is DONE)
    assert (
        'openstack recovery create shop' in ended.reason or status is DONE
    ), ended.reason
