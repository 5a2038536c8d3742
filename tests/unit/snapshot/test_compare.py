"""Rows and cloud, compared both ways."""

import datetime

import pytest

from snapfault import model
from snapfault import resource
from snapfault.snapshot import compare
from tests import build

GOOD = build.point(3)
Status = model.PointStatus


def _listed(*snapshots):
    return {each.id: each for each in snapshots}


@pytest.mark.parametrize(
    ('statuses', 'gone', 'ruined'),
    [
        (('available', 'available'), (), ()),
        (('available', None), ('snapshot-2',), ()),
        ((None, None), ('snapshot-1', 'snapshot-2'), ()),
        (('available', 'error'), (), ('snapshot-2',)),
        (('error_deleting', None), ('snapshot-2',), ('snapshot-1',)),
        (('backing-up', 'deleting'), (), ()),
    ],
)
def test_a_good_point_is_lost_with_any_member(statuses, gone, ruined):
    listed = _listed(
        *(
            build.snapshot(number, GOOD, status=status)
            for number, status in enumerate(statuses, 1)
            if status
        )
    )
    found = compare.compare([GOOD], listed)
    assert [(e.gone, e.ruined) for e in found.lost] == (
        [(gone, ruined)] if gone or ruined else []
    )
    assert (found.adopted, found.strays) == ((), ())
    for each in found.lost:
        assert all(name in each.reason for name in gone + ruined)


@pytest.mark.parametrize(
    'status', [each for each in Status if each is not Status.GOOD]
)
def test_only_a_good_point_can_be_lost(status):
    assert compare.compare([build.point(3, status)], {}).lost == ()


def _unnoted(status):
    members = (build.member(1, snapshot_id=None), build.member(2))
    return build.point(4, status, members=members)


@pytest.mark.parametrize(
    ('status', 'adopted'),
    [(Status.CREATING, True), (Status.FAILED, True), (Status.DELETING, False)],
)
def test_a_snapshot_whose_answer_was_lost_is_adopted(status, adopted):
    point = _unnoted(status)
    listed = _listed(build.snapshot(1, point), build.snapshot(2, point))
    found = compare.compare([point], listed)
    expected = (compare.Adopted('member-1', 'snapshot-1'),)
    assert found.adopted == (expected if adopted else ())
    assert found.strays == ()


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({}, ''),
        ({'metadata': {}}, ''),  # nothing of ours, nothing to say
        ({'id': 'another'}, 'which has another'),
        ({'id': 'another', 'volume_id': 'volume-7'}, 'is of another volume'),
        (
            {'id': 'x', 'metadata': {resource.MARKER: 'member-9'}},
            'no recovery point knows it',
        ),
        (
            {'id': 'x', 'metadata': {resource.MARKER: 'member-1'}},
            'which has another',  # it does not say of which point it is
        ),
    ],
)
def test_what_has_our_tags_and_is_not_ours_is_named(changes, named):
    ours = [build.snapshot(1, GOOD), build.snapshot(2, GOOD)]
    other = build.snapshot(1, GOOD, **changes)
    found = compare.compare([GOOD], _listed(*ours, other))
    assert found.lost == found.adopted == ()
    assert [each.snapshot for each in found.strays] == (
        [other] if named else []
    )
    assert all(named in each.reason for each in found.strays)


def test_of_two_that_may_be_the_member_s_the_first_made_is_adopted():
    point = _unnoted(Status.FAILED)
    later = point.created_at + datetime.timedelta(seconds=1)
    twin = build.snapshot(1, point, id='a-copy', created_at=later)
    found = compare.compare([point], _listed(twin, build.snapshot(1, point)))
    assert [each.snapshot_id for each in found.adopted] == ['snapshot-1']
    (stray,) = found.strays
    assert (stray.snapshot, 'more than one' in stray.reason) == (twin, True)


def test_a_snapshot_of_a_point_that_is_gone_is_named():
    point = build.point(3, Status.DELETED)
    (stray,) = compare.strays([point], [build.snapshot(1, point)])
    assert 'had been seen gone' in stray.reason
