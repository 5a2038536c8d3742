"""Which tasks begin beside what is under way."""

import pytest

from snapfault.snapshot import admit

BOUNDS = admit.Bounds(overall=10, project=6, volume_type=4)


def _wishes(*named):
    """Give wishes: 'a:xxy' is two of type x and one of y in project a."""
    return [
        admit.Wish(f'{number}', project_id, tuple(types))
        for number, (project_id, _, types) in enumerate(
            each.partition(':') for each in named
        )
    ]


def _admitted(wishes, under_way=()):
    gate = admit.Gate(admit.load(under_way), BOUNDS)
    return [each.task_id for each in wishes if gate.admits(each)]


@pytest.mark.parametrize(
    ('under_way', 'wishes', 'admitted'),
    [
        ([], [], ''),
        ([], ['a:xx', 'b:y'], '01'),
        # overall: ten at most, and nobody goes ahead of who waits for it
        (['a:xxxx', 'b:yyy'], ['c:zz', 'c:z', 'c:u'], '01'),
        (['a:xxxx', 'b:yyyy'], ['c:zzz', 'c:z'], ''),
        (['a:xxxx', 'b:yyyy', 'c:zz'], ['d:u'], ''),
        # a project: six at most; others go on
        (['a:xxxx'], ['a:yyy', 'a:y', 'b:y'], '2'),
        (['a:xxxx'], ['a:yy', 'a:y', 'b:y'], '02'),
        # a type: four at most, in all projects together
        (['a:xxx'], ['b:xx', 'b:x', 'b:y'], '2'),
        (['a:xxx'], ['b:x', 'b:y'], '01'),
        (['a:xxx'], ['b:xxy', 'b:y'], '1'),
        # larger than a bound: alone, and then it begins
        ([], ['a:xxxxxxxxxxxx', 'b:y'], '0'),
        ([], ['a:xxxxx', 'b:x', 'b:y'], '02'),
        (['b:x'], ['a:xxxxx', 'b:x', 'b:y'], '2'),
        # nothing to be made, as far as is known: it costs nothing
        (['a:xxxx', 'b:yyyy', 'c:zz'], ['d:'], '0'),
    ],
)
def test_admit(under_way, wishes, admitted):
    assert _admitted(_wishes(*wishes), _wishes(*under_way)) == list(admitted)


def test_a_type_that_is_not_known_counts_for_the_rest():
    wishes = [admit.Wish('1', 'a', (None,) * 5), admit.Wish('2', 'a', (None,))]
    assert _admitted(wishes) == ['1', '2']
    assert admit.load(wishes) == {admit.ALL: 6, ('project', 'a'): 6}


@pytest.mark.parametrize(
    ('under_way', 'everybody', 'of_a', 'of_b'),
    [
        (['b:xxxyyyzzz'], False, False, True),
        (['b:xxxxxxxxxx'], True, True, True),
        (['a:xxxxx'], False, False, False),
        (['a:xxxxxx'], False, True, False),
    ],
)
def test_closed(under_way, everybody, of_a, of_b):
    """Whose project need not even be looked at."""
    gate = admit.Gate(admit.load(_wishes(*under_way)), BOUNDS)
    assert gate.is_closed() is everybody
    assert gate.is_closed('a') is of_a
    assert gate.is_closed('b') is of_b


def test_whoever_waits_begins_as_soon_as_others_finish():
    """No stream of small ones starves a large one."""
    large = admit.Wish('large', 'a', ('x',) * 4)
    flying = [admit.Wish('first', 'a', ('x',))]
    for number in range(3):
        small = admit.Wish(f'small-{number}', 'a', ('x',))
        begun = _admitted([large, small], flying)
        if 'large' in begun:
            break
        assert begun == []
        flying.pop()
    assert begun == ['large']


@pytest.mark.parametrize(
    ('under_way', 'left'),
    [([], 10), (['a:xxxx', 'b:yyyy'], 2), (['a:xxxxxxxxxxxx'], 0)],
)
def test_how_many_more_get_through_at_most(under_way, left):
    gate = admit.Gate(admit.load(_wishes(*under_way)), BOUNDS)
    assert gate.left() == left
    if left > 1:
        assert gate.admits(admit.Wish('9', 'z', ('z',)))
        assert gate.left() == left - 1


def test_what_is_larger_than_the_bound_leaves_nothing():
    gate = admit.Gate({}, BOUNDS)
    assert gate.admits(admit.Wish('1', 'a', ('x',) * 12))
    assert gate.left() == 0
    assert not gate.admits(admit.Wish('2', 'b', ('y',)))
