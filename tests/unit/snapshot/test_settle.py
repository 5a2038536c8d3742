"""What a listing of the cloud says about unfinished points."""

import dataclasses
import datetime

import pytest

from snapfault import model
from snapfault.snapshot import settle
from tests import build

LIMIT = datetime.timedelta(minutes=10)
POINT = build.point(24, model.PointStatus.CREATING)


def _found(*statuses, point=POINT, **changes):
    """Give a listing with a snapshot of each member in that status."""
    return settle.by_marker(
        build.snapshot(number, point, status=status, **changes)
        for number, status in enumerate(statuses, 1)
        if status is not None
    )


@pytest.mark.parametrize(
    ('statuses', 'minutes', 'done', 'failed'),
    [
        (('available', 'available'), 0, True, ''),
        (('available', 'creating'), 0, False, ''),
        (('creating', 'creating'), 9, False, ''),
        (('available', 'creating'), 11, False, 'not all snapshots'),
        (('available', 'error'), 0, False, 'is in error'),
        (('error', 'creating'), 0, False, 'is in error'),
        (('available', 'deleting'), 0, False, 'is in deleting'),
        (('available', None), 0, False, 'is gone'),
        (('available', 'unheard-of'), 0, False, 'is in unheard-of'),
    ],
)
def test_invariant_6_good_is_every_member_seen_available(
    statuses, minutes, done, failed
):
    now = POINT.created_at + datetime.timedelta(minutes=minutes)
    making = settle.making(POINT, _found(*statuses), now, LIMIT)
    assert making.done is done
    assert failed in making.failed
    assert bool(making.failed) is bool(failed)


def _unrecorded():
    return build.point(
        24,
        model.PointStatus.CREATING,
        members=(build.member(1), build.member(2, snapshot_id=None)),
    )


def test_a_snapshot_whose_answer_was_lost_is_found_by_its_marker():
    point = _unrecorded()
    making = settle.making(
        point, _found('available', 'available'), point.created_at, LIMIT
    )
    assert making.done
    assert making.seen['member-2'] == 'snapshot-2'


@pytest.mark.parametrize(('minutes', 'failed'), [(1, False), (3, True)])
def test_a_create_that_never_shows_fails_the_point(minutes, failed):
    point = _unrecorded()
    now = point.created_at + datetime.timedelta(minutes=minutes)
    making = settle.making(point, _found('available'), now, LIMIT)
    assert bool(making.failed) is failed
    assert not making.done


def test_a_foreign_snapshot_under_our_tag_makes_no_point_good():
    found = _found('available', 'available', volume_id='another')
    assert not settle.making(POINT, found, POINT.created_at, LIMIT).done


GOING = build.point(1, model.PointStatus.DELETING)


@pytest.mark.parametrize(
    ('statuses', 'done', 'asked', 'refused'),
    [
        ((None, None), True, [], ''),
        (('available', 'available'), False, ['snapshot-1', 'snapshot-2'], ''),
        (('deleting', 'available'), False, ['snapshot-2'], ''),
        (('deleting', None), False, [], ''),
        (('creating', None), False, [], ''),
        (('error', None), False, ['snapshot-1'], ''),
        (('error_deleting', None), False, ['snapshot-1'], 'an admin must'),
    ],
)
def test_removal_asks_for_what_is_left(statuses, done, asked, refused):
    removal = settle.removal(GOING, _found(*statuses, point=GOING), build.NOW)
    assert removal.done is done
    assert [snapshot.id for _, snapshot in removal.ask] == asked
    assert (removal.refused is not None) is bool(refused)
    if refused:
        assert refused in settle.refusal(removal.refused)


def test_available_again_after_a_delete_is_a_refusal():
    going = build.point(
        1,
        model.PointStatus.DELETING,
        members=(build.member(1, delete_attempts=1),),
    )
    removal = settle.removal(
        going, _found('available', point=going), build.NOW
    )
    assert removal.refused.id == 'snapshot-1'
    assert 'was not deleted and is available again' in settle.refusal(
        removal.refused
    )


def test_invariant_7_removal_never_asks_for_a_foreign_snapshot():
    for change in ({'volume_id': 'other'}, {'metadata': {}}):
        found = {
            'member-1': [build.snapshot(1, GOING, **change)],
        }
        assert settle.removal(GOING, found, build.NOW).ask == ()


@pytest.mark.parametrize('recorded', ['snapshot-1', None])
def test_invariant_7_a_copy_of_our_tags_is_left_alone(recorded):
    """Whoever made it: only one of the two was asked for by us."""
    going = build.point(
        1,
        model.PointStatus.DELETING,
        members=(build.member(1, snapshot_id=recorded),),
    )
    later = going.created_at + datetime.timedelta(seconds=1)
    twice = [
        build.snapshot(1, going, id='a-copy', created_at=later),
        build.snapshot(1, going),
    ]
    removal = settle.removal(going, settle.by_marker(twice), build.NOW)
    assert {s.id for _, s in removal.ask} == {'snapshot-1'}
    if recorded:
        left = settle.removal(going, settle.by_marker(twice[:1]), build.NOW)
        assert left.done


def test_a_failed_point_waits_for_a_create_whose_answer_was_lost():
    point = build.point(
        24,
        model.PointStatus.FAILED,
        members=(build.member(1, snapshot_id=None),),
    )
    soon = point.created_at + datetime.timedelta(seconds=30)
    assert not settle.removal(point, {}, soon).done
    assert settle.removal(point, {}, soon + settle.LATE).done


@pytest.mark.parametrize(
    ('attempts', 'wait'), [(0, 60), (1, 120), (4, 960), (30, 86400)]
)
def test_refused_deletes_back_off_up_to_a_day(attempts, wait):
    point = build.point(
        1,
        model.PointStatus.DELETING,
        members=(build.member(1, delete_attempts=attempts),),
    )
    later = settle.retry_at(point, build.NOW)
    assert later - build.NOW == datetime.timedelta(seconds=wait)


def test_what_lies_between_the_first_and_the_last_is_measured():
    point = build.point(status=model.PointStatus.CREATING)
    later = point.created_at + datetime.timedelta(seconds=2.5)
    found = settle.by_marker(
        [
            build.snapshot(1, point),
            build.snapshot(2, point, created_at=later, status='creating'),
        ]
    )
    state = settle.making(point, found, later, build.HOUR)
    assert (state.skew, state.taken, state.done) == (2.5, False, False)


def test_what_takes_its_time_is_counted_from_the_asking():
    point = build.point(
        status=model.PointStatus.CREATING,
        members=(build.member(1, snapshot_id=None),),
    )
    point = dataclasses.replace(point, asked_at=point.created_at + build.HOUR)
    now = point.asked_at + settle.LATE
    assert settle.making(point, {}, now, build.HOUR).failed == ''
    assert not settle.removal(
        point, {}, now - datetime.timedelta(seconds=1)
    ).done
    now += datetime.timedelta(seconds=1)
    assert (
        'no snapshot yet' in settle.making(point, {}, now, build.HOUR).failed
    )
