"""What to take and what to prune."""

import dataclasses

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


def test_prune_gives_what_the_quota_lets_go_the_oldest_first():
    points = _points(GOOD, FAILED, GOOD, DELETING, GOOD, GOOD)
    chosen = plan.prune(
        points, rules.Quota(1), build.NOW, frozenset({'point-3'})
    )
    assert [each.point_id for each in chosen] == ['point-1', 'point-5']
    assert {each.reason for each in chosen} == {'beyond the 1 newest'}


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


def test_new_point_is_the_same_for_the_same_claim_only():
    def new(generation):
        return plan.new_point(
            build.task(generation=generation),
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
