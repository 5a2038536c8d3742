"""What Cinder's limits leave, and what is taken from it."""

import pytest

from snapfault import resource
from snapfault.snapshot import room
from tests import build

ONE = build.volume(1, size=2, volume_type='fast')
TWO = build.volume(2, size=3, volume_type='slow')
ODD = build.volume(3, size=4, volume_type=None)


def _headroom(snapshots=None, gigabytes=None, **types):
    return resource.Headroom(
        snapshots,
        None,
        gigabytes,
        {name: resource.TypeRoom(*each) for name, each in types.items()},
    )


@pytest.mark.parametrize(
    ('headroom', 'named'),
    [
        (_headroom(), ''),
        (_headroom(3, 9), ''),
        (_headroom(2, 9), 'the project has room for 2 more snapshots'),
        (_headroom(-1, 9), 'the project has room for 0 more snapshots'),
        (_headroom(3, 8), 'the project has room for 8 GiB more and 9'),
        (_headroom(fast=(1, 2), slow=(1, 3)), ''),
        (_headroom(fast=(0, 2)), 'volume type fast has room for 0 more snap'),
        (_headroom(slow=(1, 2)), 'volume type slow has room for 2 GiB more'),
        (_headroom(9, 99, slow=(None, 2)), 'volume type slow has room for 2'),
        (_headroom(other=(0, 0)), ''),
    ],
)
def test_lacking(headroom, named):
    lacks = room.lacking([ONE, TWO, ODD], headroom)
    assert bool(lacks) is bool(named)
    assert not lacks or named in lacks[0].reason


def test_each_limit_that_lacks_is_named():
    headroom = _headroom(snapshots=1, gigabytes=0, fast=(0, 1))
    lacks = room.lacking([ONE, TWO, ODD], headroom)
    assert [each.reason for each in lacks] == [
        'the project has room for 1 more snapshots and 3 are needed',
        'the project has room for 0 GiB more and 9 are needed',
        'volume type fast has room for 0 more snapshots and 1 are needed',
        'volume type fast has room for 1 GiB more and 2 are needed',
    ]
    relief = [each.relief([ONE, ONE, ODD]) for each in lacks]
    assert relief == [3, 8, 2, 4]


def test_less():
    before = _headroom(5, 20, fast=(4, None), slow=(None, 9))
    assert room.less(before, [ONE, TWO, ODD]) == _headroom(
        2, 11, fast=(3, None), slow=(None, 6)
    )
    assert room.less(_headroom(), [ONE]) == _headroom()


def test_what_fits_one_by_one_fits_no_more_than_the_limit():
    left, taken = _headroom(5), 0
    while not room.lacking([ONE, TWO], left):
        left, taken = room.less(left, [ONE, TWO]), taken + 2
    assert taken == 4
