"""What to take and what to prune."""

import dataclasses

import hypothesis
from hypothesis import strategies
import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.snapshot import plan
from tests import build

GOOD = model.PointStatus.GOOD
FAILED = model.PointStatus.FAILED
CREATING = model.PointStatus.CREATING
DELETING = model.PointStatus.DELETING


def _points(*statuses):
    """Give points by status, the oldest first, numbered from 1."""
    return [
        build.point(number, status)
        for number, status in enumerate(statuses, 1)
    ]


@pytest.mark.parametrize(
    ('statuses', 'count', 'pruned'),
    [
        ((), 2, []),
        ((GOOD,), 1, []),
        ((GOOD, GOOD), 2, []),
        ((GOOD, GOOD, GOOD), 2, ['point-1']),
        ((GOOD, GOOD, GOOD, GOOD), 2, ['point-1', 'point-2']),
        ((GOOD, GOOD), 1, ['point-1']),
        # failed and unfinished points neither count nor are chosen
        ((GOOD, FAILED, FAILED, FAILED), 1, []),
        ((GOOD, GOOD, CREATING), 2, []),
        ((GOOD, DELETING, GOOD, GOOD), 2, ['point-1']),
        # a broken row's quota never takes the last one
        ((GOOD,), 0, []),
        ((GOOD, GOOD), -3, ['point-1']),
    ],
)
def test_prune_keeps_the_newest_that_the_quota_allows(statuses, count, pruned):
    chosen = plan.prune(_points(*statuses), rules.Quota(count))
    assert [each.point_id for each in chosen] == pruned
    assert all(each.reason for each in chosen)


def test_prune_leaves_a_point_that_a_recovery_reads_from():
    chosen = plan.prune(
        _points(GOOD, GOOD, GOOD), rules.Quota(1), frozenset({'point-1'})
    )
    assert [each.point_id for each in chosen] == ['point-2']


def test_prune_goes_by_the_order_of_making_not_by_a_clock():
    old = build.point(1)
    stepped_back = build.point(2, created_at=build.NOW - 99 * build.HOUR)
    chosen = plan.prune([stepped_back, old], rules.Quota(1))
    assert [each.point_id for each in chosen] == ['point-1']


@hypothesis.given(
    statuses=strategies.lists(
        strategies.sampled_from(list(model.PointStatus)), max_size=12
    ),
    count=strategies.integers(-2, 5),
    left=strategies.integers(0, 5),
    in_use=strategies.sets(strategies.integers(1, 12)),
)
def test_invariant_1_the_newest_good_point_never_goes(
    statuses, count, left, in_use
):
    points = _points(*statuses)
    used = frozenset(f'point-{number}' for number in in_use)
    chosen = [
        each.point_id for each in plan.prune(points, rules.Quota(count), used)
    ]
    room = plan.make_room(
        points, [build.member()] * 3, build.headroom(snapshots=left), used
    )
    if room.prune is not None:
        chosen.append(room.prune.point_id)
    newest = plan.good_newest_first(points)[:1]
    by_id = {point.id: point for point in points}
    assert not {point.id for point in newest} & set(chosen)
    assert not used & set(chosen)
    assert all(by_id[each].status is GOOD for each in chosen)


@pytest.mark.parametrize(
    ('statuses', 'headroom', 'enough', 'pruned'),
    [
        ((GOOD,), build.headroom(), True, None),
        ((GOOD,), build.headroom(snapshots=2, gigabytes=2), True, None),
        ((GOOD, GOOD), build.headroom(snapshots=1), False, 'point-1'),
        ((GOOD, GOOD), build.headroom(gigabytes=1), False, 'point-1'),
        ((GOOD, GOOD, GOOD), build.headroom(0), False, 'point-1'),
        ((GOOD,), build.headroom(snapshots=1), False, None),
        ((), build.headroom(snapshots=1), False, None),
        # while taking fails, pruning would only eat the history
        ((GOOD, GOOD, FAILED), build.headroom(0), False, None),
    ],
)
def test_make_room_only_if_a_limit_demands_it(
    statuses, headroom, enough, pruned
):
    room = plan.make_room(
        _points(*statuses), [build.member(1), build.member(2)], headroom
    )
    assert room.enough is enough
    assert (room.prune and room.prune.point_id) == pruned
    assert bool(room.reason) is not enough


def test_new_point_has_all_that_is_attached():
    disks = [
        (build.attachment(1, tag='db'), build.volume(1, size=4)),
        (build.attachment(2), build.volume(2)),
    ]
    point = plan.new_point(
        build.task(), build.protection(), build.server(), disks, build.NOW
    )
    assert [m.volume_id for m in point.members] == ['volume-1', 'volume-2']
    assert (point.members[0].tag, point.members[0].size) == ('db', 4)
    assert point.status is CREATING
    assert all(m.snapshot_id is None for m in point.members)


def test_new_point_is_the_same_for_the_same_attempt_only():
    def new(attempts):
        return plan.new_point(
            build.task(attempts=attempts),
            build.protection(),
            build.server(),
            [(build.attachment(1), build.volume(1))],
            build.NOW,
        )

    assert new(1) == new(1)
    assert new(1).id != new(2).id


def test_an_empty_point_is_refused():
    with pytest.raises(errors.InvalidInput, match='no volume attached'):
        plan.new_point(
            build.task(), build.protection(), build.server(), [], build.NOW
        )


@pytest.mark.parametrize(
    'change',
    [
        {'metadata': {}},
        {'volume_id': 'another'},
        {'id': 'another'},
        {'metadata': {'snapfault:marker': 'member-1'}},
    ],
)
def test_invariant_7_a_snapshot_is_ours_by_row_tags_and_volume(change):
    point = build.point()
    snapshot = build.snapshot(1, point)
    assert plan.is_ours(snapshot, point, point.members[0])
    foreign = dataclasses.replace(snapshot, **change)
    assert not plan.is_ours(foreign, point, point.members[0])
