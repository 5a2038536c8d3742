"""Which level of consistency can be had, and why not."""

import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.snapshot import levels
from tests import build

AVAILABLE = resource.Group('g', 'group', 'available', 'type')
CONSISTENT = levels.Grouping(AVAILABLE, consistent=True)
ALWAYS = rules.Window(datetime.time(0), datetime.time(0))
UTC = datetime.UTC


def volumes(*group_ids):
    return [
        build.volume(number, group_id=group_id)
        for number, group_id in enumerate(group_ids, 1)
    ]


def wanted(level, or_else=rules.OrElse.DEGRADE, **more):
    return rules.Consistency(level=level, or_else=or_else, **more)


def choose(consistency, found=(), others=(), grouping=CONSISTENT, **server):
    return levels.choose(
        consistency,
        build.server(**server),
        list(found),
        [*found, *others],
        lambda group_id: grouping,
        build.NOW,
    )


def never(group_id):
    raise AssertionError(f'{group_id} was looked at')


def test_crash_looks_at_nothing():
    server = build.server(status='PAUSED', task_state='pausing')
    choice = levels.choose(
        rules.Consistency(), server, volumes('g'), [], never, build.NOW
    )
    assert choice == levels.CRASH


def test_a_group_that_will_do():
    choice = choose(wanted(rules.Level.GROUP), volumes('g', 'g'))
    assert choice == levels.Choice(rules.Level.GROUP, group_id='g')


@pytest.mark.parametrize(
    ('found', 'others', 'grouping', 'reason'),
    [
        (volumes(None, None), [], CONSISTENT, 'volume-1 is in no group'),
        (volumes('g', None), [], CONSISTENT, 'volume-2 is in no group'),
        (volumes('g', 'h'), [], CONSISTENT, 'its volumes are in groups g, h'),
        (
            volumes('g'),
            [build.volume(3, group_id='g')],
            CONSISTENT,
            'also has volume volume-3',
        ),
        (volumes('g'), [], levels.Grouping(None, None), 'group g is gone'),
        (
            volumes('g'),
            [],
            levels.Grouping(AVAILABLE, None),
            'group:access_group_types_specs',
        ),
        (
            volumes('g'),
            [],
            levels.Grouping(AVAILABLE, consistent=False),
            'does not promise',
        ),
        (
            volumes('g'),
            [],
            levels.Grouping(
                resource.Group('g', 'group', 'updating', 'type'),
                consistent=True,
            ),
            'group g is updating',
        ),
    ],
)
def test_a_group_that_will_not_do(found, others, grouping, reason):
    choice = choose(wanted(rules.Level.GROUP), found, others, grouping)
    assert (choice.level, choice.group_id) == (rules.Level.CRASH, None)
    assert choice.reason.startswith('group was asked for: ')
    assert reason in choice.reason
    strict = wanted(rules.Level.GROUP, rules.OrElse.FAIL)
    with pytest.raises(levels.Unreachable, match=reason):
        choose(strict, found, others, grouping)


def test_another_group_in_the_project_is_no_matter():
    others = [build.volume(3, group_id='h'), build.volume(4)]
    choice = choose(wanted(rules.Level.GROUP), volumes('g'), others)
    assert choice.level is rules.Level.GROUP


@pytest.mark.parametrize(
    ('status', 'power'),
    [('ACTIVE', model.Power.STOP), ('SHUTOFF', model.Power.FOUND)],
)
def test_a_server_that_can_be_had_stopped(status, power):
    consistency = wanted(rules.Level.STOPPED, maintenance=(ALWAYS,))
    choice = choose(consistency, status=status)
    assert choice == levels.Choice(rules.Level.STOPPED, power=power)


def test_one_that_is_off_needs_no_window():
    choice = choose(wanted(rules.Level.STOPPED), status='SHUTOFF')
    assert choice.level is rules.Level.STOPPED


@pytest.mark.parametrize(
    ('server', 'maintenance', 'reason'),
    [
        ({'status': 'PAUSED'}, (ALWAYS,), 'PAUSED'),
        ({'status': 'SUSPENDED'}, (ALWAYS,), 'SUSPENDED'),
        ({'locked': True}, (ALWAYS,), 'locked'),
        ({}, (), 'in no maintenance window'),
        (
            {},
            (rules.Window(datetime.time(1), datetime.time(2)),),
            '2026-03-01 12:00 UTC is in no maintenance window',
        ),
    ],
)
def test_a_server_that_cannot_be_stopped(server, maintenance, reason):
    soft = wanted(rules.Level.STOPPED, maintenance=maintenance)
    choice = choose(soft, **server)
    assert (choice.level, choice.power) == (
        rules.Level.CRASH,
        model.Power.LEFT,
    )
    assert reason in choice.reason
    hard = wanted(
        rules.Level.STOPPED, rules.OrElse.FAIL, maintenance=maintenance
    )
    with pytest.raises(levels.Unreachable, match=reason):
        choose(hard, **server)


def test_a_server_that_nova_is_at_work_on_may_be_tried_later():
    busy = {'task_state': 'image_uploading'}
    hard = wanted(
        rules.Level.STOPPED, rules.OrElse.FAIL, maintenance=(ALWAYS,)
    )
    with pytest.raises(errors.CloudConflict, match='image_uploading'):
        choose(hard, **busy)
    soft = wanted(rules.Level.STOPPED, maintenance=(ALWAYS,))
    assert 'image_uploading' in choose(soft, **busy).reason


SUNDAY = datetime.datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ('window', 'hour', 'minute', 'inside'),
    [
        (('08:00', '18:00'), 7, 59, False),
        (('08:00', '18:00'), 8, 0, True),
        (('08:00', '18:00'), 17, 59, True),
        (('08:00', '18:00'), 18, 0, False),
        (('22:00', '02:00'), 21, 59, False),
        (('22:00', '02:00'), 22, 0, True),
        (('22:00', '02:00'), 1, 59, True),
        (('22:00', '02:00'), 2, 0, False),
        (('00:00', '00:00'), 0, 0, True),
        (('12:00', '12:00'), 11, 59, True),
    ],
)
def test_window(window, hour, minute, inside):
    begin, end = map(datetime.time.fromisoformat, window)
    now = SUNDAY.replace(hour=hour, minute=minute)
    assert levels.is_open(rules.Window(begin, end), now) is inside


@pytest.mark.parametrize(
    ('days', 'hour', 'inside'),
    [
        ((rules.Weekday.SUNDAY,), 23, True),
        ((rules.Weekday.SUNDAY,), 1, False),  # that is Saturday's night
        ((rules.Weekday.SATURDAY,), 1, True),
        ((rules.Weekday.SATURDAY,), 23, False),
        ((rules.Weekday.MONDAY,), 23, False),
    ],
)
def test_a_window_is_of_the_day_it_begins_on(days, hour, inside):
    window = rules.Window(datetime.time(22), datetime.time(2), days)
    assert levels.is_open(window, SUNDAY.replace(hour=hour)) is inside


@pytest.mark.parametrize(
    ('zone', 'hour', 'inside'),
    [
        ('Asia/Tokyo', 13, True),
        ('Asia/Tokyo', 12, False),
        ('America/New_York', 3, True),
        ('America/New_York', 4, False),
    ],
)
def test_a_window_is_read_in_its_zone(zone, hour, inside):
    window = rules.Window(datetime.time(22), datetime.time(23), time_zone=zone)
    assert levels.is_open(window, SUNDAY.replace(hour=hour)) is inside
