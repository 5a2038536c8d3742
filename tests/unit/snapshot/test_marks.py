"""By what a snapshot is called ours."""

import pytest

from snapfault import resource
from snapfault.snapshot import marks
from tests import build

POINT = 'point-1'
OURS = {
    resource.MARKER: marks.member_id(POINT, 'volume-1'),
    resource.POINT: POINT,
}


def bare(**changes):
    return build.snapshot(
        **{
            'metadata': {},
            'description': marks.mark(POINT),
            'group_snapshot_id': 'whole',
        }
        | changes
    )


def test_a_member_of_a_group_is_marked_by_its_description():
    assert marks.of(bare()) == OURS


def test_what_its_user_noted_stays():
    assert marks.of(bare(metadata={'a': 'b'})) == {'a': 'b', **OURS}


def test_metadata_comes_before_the_description():
    theirs = {resource.MARKER: 'member', resource.POINT: 'other'}
    assert marks.of(bare(metadata=theirs)) == theirs


@pytest.mark.parametrize(
    'changes',
    [
        {'group_snapshot_id': None},
        {'description': ''},
        {'description': 'by hand'},
        {'description': resource.POINT},
        {'description': f'{resource.POINT}='},
        {'description': f'my {marks.mark(POINT)}'},
    ],
)
def test_anything_else_is_no_mark(changes):
    assert marks.of(bare(**changes)) == {}


def test_the_mark_fits_where_it_goes():
    assert len(marks.mark('0' * 36)) <= 255
