"""What people are told of a worker's drills."""

import dataclasses
import datetime
import threading

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault.db import drills
from snapfault.db import protections
from snapfault.drill import tools
from snapfault.worker import drilling
from tests import build
from tests.fake import cloud as fake
from tests.functional import rehearsal
from tests.functional import stage as stages

DUE = 'due at 2026-03-01T02:00:00Z by its policy'
OURS = 'drill an-older-one has proven nothing'
THEIRS = 'recovery 7 failed'
SETTINGS = drilling.Settings(
    rehearsal.BOUNDS,
    tools.Settings(
        step_timeout=datetime.timedelta(minutes=1),
        timeout=datetime.timedelta(minutes=2),
        retry=datetime.timedelta(seconds=-1),
    ),
    tick=0.01,
    poll=0.01,
    lease=stages.LEASE,
)


@pytest.fixture
def live(tmp_path):
    """Give a service with a good point, on a cloud that goes on by itself."""
    made = stages.Stage(tmp_path)
    made.cloud = fake.FakeCloud(settle='auto')
    made.right = made.cloud.add_project(build.PROJECT)
    made.protect()
    made.run()
    made.now = clock.now()
    return made


def carry_out(live, cause=drills.ASKED):
    """Have a worker take a drill that is asked for so; gives its end."""
    made = drills.new(live.protection(), cause, live.now)
    drills.create(live.database, made)
    return _go_on(live, made)


def _go_on(live, made):
    worker = drilling.Drills(
        SETTINGS, live.database, live.cloud, 'worker-1', threading.Event()
    )
    worker.start(stages.Inline(), clock.now())
    return drills.get(live.database, None, made.id)


def alarm(live, text=None):
    """Read the alarm of the service, once it is set."""
    if text is not None:
        protections.set_alarm(
            live.database, live.protection().id, text, live.now
        )
    return live.protection().alarm


@pytest.mark.parametrize(('before', 'after'), [(OURS, ''), (THEIRS, THEIRS)])
def test_a_drill_that_is_done_ends_alarms_of_drills(live, before, after):
    alarm(live, before)
    assert carry_out(live).status is model.DrillStatus.DONE
    assert alarm(live) == after


def test_a_due_drill_that_proves_nothing_alarms(live):
    live.cloud.fail('create_server', errors.QuotaExceeded('cores: 4 of 4'))
    ended = carry_out(live, DUE)
    assert ended.status is model.DrillStatus.REFUSED
    assert alarm(live) == (
        f'drill {ended.id} has proven nothing: cores: 4 of 4; once that is'
        ' mended, openstack recovery drill create shop'
    )


@pytest.mark.parametrize('before', ['', OURS, THEIRS])
def test_who_asked_reads_it_in_the_drill(live, before):
    alarm(live, before)
    live.cloud.fail('create_server', errors.QuotaExceeded('cores: 4 of 4'))
    assert carry_out(live).status is model.DrillStatus.REFUSED
    assert alarm(live) == before


def test_an_alarm_of_another_kind_stands(live):
    alarm(live, THEIRS)
    live.cloud.fail('create_server', errors.QuotaExceeded('cores: 4 of 4'))
    carry_out(live, DUE)
    assert alarm(live) == THEIRS


@pytest.mark.parametrize('between', ['', THEIRS])
def test_a_backup_that_is_well_does_not_end_the_alarm_of_a_drill(
    live, between
):
    """Nor does one that was said between, and is over."""
    live.cloud.fail('create_server', errors.QuotaExceeded('cores: 4 of 4'))
    failed = carry_out(live, DUE)
    told = alarm(live)
    assert told.startswith(f'drill {failed.id} has proven nothing')
    if between:
        alarm(live, between)
    assert live.run().status is model.TaskStatus.DONE
    assert alarm(live) == told
    assert live.protection().alarm_at is not None
    assert carry_out(live, DUE).status is model.DrillStatus.DONE
    assert alarm(live) == ''
    alarm(live, THEIRS)
    assert live.run().status is model.TaskStatus.DONE
    assert alarm(live) == ''


def test_what_cannot_be_removed_is_told_until_it_is(live):
    live.cloud.fail('delete_server', errors.CloudRefused('no'))
    held = carry_out(live)
    assert held.status is model.DrillStatus.RUNNING
    assert alarm(live) == (
        f'drill {held.id} cannot remove what it has made, and goes on trying:'
        f' no; `openstack recovery drill show {held.id}` names each server'
        ' and volume'
    )
    assert rehearsal.left(live)
    assert _go_on(live, held).status is model.DrillStatus.DONE
    assert (alarm(live), rehearsal.left(live)) == ('', [])


def test_a_bug_leaves_it_to_the_next(live):
    live.cloud.fail('create_server', RuntimeError('a bug'))
    held = carry_out(live)
    assert held.status is model.DrillStatus.RUNNING
    assert held.claimed_by == 'worker-1'


@pytest.mark.parametrize(
    ('status', 'cause', 'says'),
    [
        (
            model.DrillStatus.FAILED,
            drills.ASKED,
            'has disproven recovery point',
        ),
        (model.DrillStatus.FAILED, DUE, 'has disproven recovery point'),
        (model.DrillStatus.REFUSED, DUE, 'has proven nothing'),
    ],
)
def test_what_is_told(live, status, cause, says):
    made = drills.new(live.protection(), cause, live.now)
    ended = dataclasses.replace(made, status=status, reason='why')
    text = drills.report(ended)
    assert text.startswith(drills.BEGINNING)
    assert says in text
    assert 'why' in text
