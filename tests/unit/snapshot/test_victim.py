"""Whether there is room for a point, and what goes first if there is not."""

import dataclasses
import datetime

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import model
from snapfault import rules
from snapfault.snapshot import plan
from snapfault.snapshot import retain
from snapfault.snapshot import victim
from tests import build

GOOD = model.PointStatus.GOOD
FAILED = model.PointStatus.FAILED
CREATING = model.PointStatus.CREATING
DELETING = model.PointStatus.DELETING
KEEP_ALL = rules.Quota()
FULL = build.headroom(snapshots=0)


def _points(*statuses):
    """Give points by status, the oldest first, numbered from 1."""
    return [
        build.point(number, status)
        for number, status in enumerate(statuses, 1)
    ]


def _coming(*members, **changes):
    values = {
        'id': 'coming',
        'members': members or (build.member(1), build.member(2)),
        'created_at': build.NOW,
    }
    return build.point(0, CREATING, **values | changes)


def _make_room(points, coming, headroom, quota, in_use=(), failures=0):
    held = victim.Held(frozenset(in_use), failures, 2)
    return victim.make_room(points, coming, headroom, quota, held)


def _refused(number):
    return build.point(
        number, DELETING, not_before=build.NOW, reason='a clone depends on it'
    )


@pytest.mark.parametrize(
    ('statuses', 'headroom', 'enough', 'pruned'),
    [
        ((GOOD,), build.headroom(), True, None),
        ((GOOD,), build.headroom(snapshots=2, gigabytes=2), True, None),
        ((GOOD, GOOD), build.headroom(snapshots=1), False, 'point-1'),
        ((GOOD, GOOD), build.headroom(gigabytes=1), False, 'point-1'),
        ((GOOD, GOOD, GOOD), FULL, False, 'point-1'),
        ((GOOD,), FULL, False, None),
        ((), FULL, False, None),
        # all that may go would not be enough: none goes for nothing
        ((GOOD, GOOD), build.headroom(snapshots=-3), False, None),
        ((GOOD, GOOD, GOOD), build.headroom(-2), False, 'point-1'),
        ((GOOD, GOOD, GOOD), build.headroom(-3), False, None),
        # what is being removed makes room by itself
        ((GOOD, GOOD, FAILED), FULL, False, None),
        ((GOOD, FAILED, GOOD), FULL, False, None),
        ((DELETING, GOOD, GOOD), FULL, False, None),
        # a limit on a type that is not needed
        ((GOOD, GOOD), build.headroom(ssd=(0, 0)), True, None),
        ((GOOD, GOOD), build.headroom(fake=(2, 2)), True, None),
        ((GOOD, GOOD), build.headroom(fake=(1, None)), False, 'point-1'),
        ((GOOD, GOOD), build.headroom(fake=(None, 1)), False, 'point-1'),
    ],
)
def test_make_room_only_if_a_limit_demands_it(
    statuses, headroom, enough, pruned
):
    found = _make_room(_points(*statuses), _coming(), headroom, KEEP_ALL)
    assert found.enough is enough
    assert (found.prune and found.prune.point_id) == pruned
    assert bool(found.reason) is not enough


def test_what_is_lacking_is_said_limit_by_limit():
    found = _make_room([], _coming(), build.headroom(1, fake=(0, 1)), KEEP_ALL)
    assert found.reason == (
        'the project has room for 1 more snapshots and 2 are needed;'
        ' volume type fake has room for 0 more snapshots and 2 are needed;'
        ' volume type fake has room for 1 GiB more and 2 are needed;'
        ' no older point that may go helps'
    )


def test_a_point_of_another_type_is_not_given_up_for_nothing():
    old, helps, _ = points = _points(GOOD, GOOD, GOOD)
    points[0] = dataclasses.replace(
        old, members=(build.member(volume_type='tape'),)
    )
    headroom = build.headroom(fake=(0, None))
    found = _make_room(points, _coming(), headroom, KEEP_ALL)
    assert found.prune.point_id == helps.id


@pytest.mark.parametrize(
    ('refused', 'failures', 'pruned', 'reason'),
    [
        (0, 0, True, 'needed'),
        (0, 2, True, 'needed'),
        (0, 3, False, 'the last 3 runs have failed'),
        # one that Cinder will not let go of does not keep the next
        (1, 0, True, 'needed'),
        (
            2,
            0,
            False,
            '2 points that were to make room could not be removed, the last'
            ' because a clone depends on it',
        ),
    ],
)
def test_history_is_not_eaten_while_it_does_not_help(
    refused, failures, pruned, reason
):
    points = [_refused(30 + n) for n in range(refused)]
    points += _points(GOOD, GOOD)
    found = _make_room(points, _coming(), FULL, KEEP_ALL, failures=failures)
    assert (found.prune is not None) is pruned
    assert reason in found.reason


@pytest.mark.parametrize(
    ('quota', 'changes', 'pruned'),
    [
        (KEEP_ALL, {}, 'point-1'),
        # the first of the day is worth more than the second
        (
            rules.Quota(count=2, tiers=rules.Tiers(daily=3)),
            {},
            'point-2',
        ),
        (KEEP_ALL, {1: {'pinned': True}}, 'point-2'),
        (rules.Quota(minimum=4), {}, None),
        (rules.Quota(minimum=3), {}, 'point-1'),
        (rules.Quota(minimum=3), {1: {'pinned': True}}, None),
    ],
)
def test_what_the_quota_values_least_goes_first(quota, changes, pruned):
    points = [
        dataclasses.replace(point, **changes.get(point.sequence, {}))
        for point in _points(GOOD, GOOD, GOOD, GOOD)
    ]
    found = _make_room(points, _coming(), FULL, quota)
    assert (found.prune and found.prune.point_id) == pruned


def test_a_point_that_a_recovery_reads_from_stays():
    found = _make_room(
        _points(GOOD, GOOD),
        _coming(),
        FULL,
        KEEP_ALL,
        in_use=frozenset({'point-1'}),
    )
    assert found.prune is None


@hypothesis.given(
    statuses=strategies.lists(
        strategies.sampled_from(list(model.PointStatus)), max_size=12
    ),
    count=strategies.integers(-2, 5) | strategies.none(),
    minimum=strategies.integers(-1, 4),
    left=strategies.integers(-2, 5),
    in_use=strategies.sets(strategies.integers(1, 12)),
    pinned=strategies.sets(strategies.integers(1, 12)),
    failures=strategies.integers(0, 4),
)
def test_invariant_1_what_stays_firmly_never_goes(
    statuses, count, minimum, left, in_use, pinned, failures
):
    points = [
        dataclasses.replace(point, pinned=point.sequence in pinned)
        for point in _points(*statuses)
    ]
    used = frozenset(f'point-{number}' for number in in_use)
    quota = rules.Quota(count=count, minimum=minimum)
    chosen = plan.prune(points, quota, build.NOW, used)
    found = _make_room(
        points,
        _coming(created_at=build.NOW + datetime.timedelta(minutes=1)),
        build.headroom(snapshots=left),
        quota,
        in_use=used,
        failures=failures,
    )
    if found.prune is not None:
        chosen.append(found.prune)
    gone = {each.point_id for each in chosen}
    good = retain.good_newest_first(points)
    assert gone <= {point.id for point in good}
    assert not gone & {point.id for point in good[: max(minimum, 1)]}
    assert not gone & {point.id for point in good if point.pinned}
    assert not gone & used
