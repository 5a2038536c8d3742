"""What is asked of a server that is stopped for its point."""

import datetime

import pytest

from snapfault import model
from snapfault.snapshot import stopping
from tests import build

LIMIT = datetime.timedelta(minutes=5)
POINT = build.point(status=model.PointStatus.CREATING, power=model.Power.STOP)
Act = stopping.Act


@pytest.mark.parametrize(
    ('server', 'late', 'act'),
    [
        ({'status': 'ACTIVE'}, False, Act.STOP),
        ({'task_state': 'powering-off'}, False, Act.WAIT),
        ({'status': 'SHUTOFF', 'task_state': 'powering-off'}, False, Act.WAIT),
        ({'status': 'SHUTOFF'}, False, Act.TAKE),
        ({'status': 'SHUTOFF'}, True, Act.TAKE),
        ({'status': 'ACTIVE'}, True, Act.GIVE_UP),
        ({'task_state': 'powering-off'}, True, Act.GIVE_UP),
        ({'locked': True}, False, Act.GIVE_UP),
        ({'status': 'PAUSED'}, False, Act.GIVE_UP),
        ({'status': 'ERROR'}, False, Act.GIVE_UP),
    ],
)
def test_before(server, late, act):
    now = POINT.created_at + (LIMIT * 1.01 if late else LIMIT)
    found = stopping.before(POINT, build.server(**server), now, LIMIT)
    assert found.act is act
    assert bool(found.reason) is (act is Act.GIVE_UP)


@pytest.mark.parametrize(
    ('server', 'strayed'),
    [
        ({'status': 'SHUTOFF'}, False),
        ({'status': 'SHUTOFF', 'task_state': 'image_uploading'}, False),
        ({'status': 'SHUTOFF', 'task_state': 'powering-on'}, True),
        ({'status': 'ACTIVE'}, True),
        ({'status': 'ERROR'}, True),
    ],
)
def test_strayed(server, strayed):
    assert bool(stopping.strayed(build.server(**server))) is strayed


@pytest.mark.parametrize(
    ('server', 'act'),
    [
        ({'status': 'SHUTOFF'}, Act.START),
        ({'status': 'SHUTOFF', 'task_state': 'powering-on'}, Act.WAIT),
        ({'status': 'SHUTOFF', 'task_state': 'image_snapshot'}, Act.WAIT),
        ({'status': 'ACTIVE', 'task_state': 'powering-off'}, Act.WAIT),
        ({'status': 'ACTIVE'}, Act.LEAVE),
        ({'status': 'ERROR'}, Act.LEAVE),
        ({'status': 'PAUSED'}, Act.LEAVE),
    ],
)
def test_after(server, act):
    assert stopping.after(build.server(**server)).act is act
