"""What is noted of a point while it is made, by compare-and-swap."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import makings
from snapfault.db import points
from snapfault.db import protections
from tests.functional.db import samples

BARE = {
    'level': rules.Level.STOPPED,
    'level_reason': '',
    'skew': None,
    'group_snapshot_id': None,
    'root_image_id': None,
    'power': model.Power.STOP,
    'asked_at': None,
}


@pytest.fixture
def point(database: api.Database) -> model.RecoveryPoint:
    return points.create(database, samples.point(**BARE))


def again(
    database: api.Database, point: model.RecoveryPoint
) -> model.RecoveryPoint:
    return points.get(database, None, point.id)


def test_the_asking_begins_once(
    database: api.Database, point: model.RecoveryPoint
) -> None:
    begun = makings.begin(database, point, samples.NOW)
    assert begun.asked_at == samples.NOW
    assert again(database, point) == begun
    with pytest.raises(errors.Conflict):
        makings.begin(database, point, samples.NOW)


def test_what_has_failed_is_not_asked_for(
    database: api.Database, point: model.RecoveryPoint
) -> None:
    points.move(
        database, point, model.PointStatus.FAILED, now=samples.NOW, reason='so'
    )
    with pytest.raises(errors.Conflict):
        makings.begin(database, point, samples.NOW)
    with pytest.raises(errors.Conflict):
        makings.degrade(database, point, rules.Level.CRASH, 'so')


def test_a_point_is_degraded_once(
    database: api.Database, point: model.RecoveryPoint
) -> None:
    less = makings.degrade(database, point, rules.Level.CRASH, 'r' * 1001)
    assert (less.level, less.level_reason) == (rules.Level.CRASH, 'r' * 1000)
    assert again(database, point) == less
    with pytest.raises(errors.Conflict):
        makings.degrade(database, point, rules.Level.CRASH, 'again')


def test_the_power_is_swapped(
    database: api.Database, point: model.RecoveryPoint
) -> None:
    moved = makings.set_power(database, point, model.Power.START)
    assert again(database, point) == moved
    with pytest.raises(errors.Conflict):
        makings.set_power(database, point, model.Power.LEFT)


def test_the_first_note_stays(
    database: api.Database, point: model.RecoveryPoint
) -> None:
    for made in ('first', 'second'):
        makings.record_group_snapshot(database, point.id, made)
        makings.record_root_image(database, point.id, made)
    assert again(database, point) == dataclasses.replace(
        point, group_snapshot_id='first', root_image_id='first'
    )


@pytest.mark.parametrize(
    ('beginning', 'left'),
    [
        ('server a was stopped', ''),
        ('server b', 'server a was stopped: 409'),
        ('server _', 'server a was stopped: 409'),
        ('%', 'server a was stopped: 409'),
    ],
)
def test_an_alarm_is_taken_back(
    database: api.Database, beginning: str, left: str
) -> None:
    made = samples.kept_protection(database)
    text = 'server a was stopped: 409'
    protections.set_alarm(database, made.id, text, samples.NOW)
    alarms.clear(database, made.id, beginning)
    found = protections.get(database, None, made.id)
    assert (found.alarm, found.alarm_at is None) == (left, left == '')


def _running(
    database: api.Database, worker: str, status: model.PointStatus
) -> model.RecoveryPoint:
    """Keep a point of a task that a worker holds."""
    task = samples.held_task(database, worker)
    return points.create(
        database, samples.point(task_id=task.id, status=status)
    )


def test_a_worker_looks_at_its_own_and_at_what_nobody_makes(
    database: api.Database,
) -> None:
    status = model.PointStatus
    mine = _running(database, 'mine', status.CREATING)
    theirs = _running(database, 'theirs', status.CREATING)
    left = points.create(database, samples.point(status=status.CREATING))
    waits = points.create(
        database,
        samples.point(
            task_id=samples.kept_task(database).id, status=status.CREATING
        ),
    )
    leaving = [
        _running(database, 'theirs', each)
        for each in (status.FAILED, status.DELETING)
    ]
    _running(database, 'mine', status.GOOD)
    assert makings.to_look_at(database, 'mine') == [
        mine,
        left,
        waits,
        *leaving,
    ]
    assert theirs in makings.to_look_at(database, 'theirs')


def test_what_tasks_have_come_to(database: api.Database) -> None:
    status = model.PointStatus
    made = {
        each: _running(database, 'mine', each) for each in model.PointStatus
    }
    ids = [each.task_id for each in made.values()]
    assert makings.of_tasks(database, ids) == {
        made[each].task_id: made[each]
        for each in (status.CREATING, status.GOOD)
    }
    assert makings.of_tasks(database, []) == {}
