"""What a task will do, foreseen: tables of cases."""

import dataclasses
import datetime

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.outlook import ledger
from snapfault.outlook import prospect
from snapfault.rank import plan as rank_plan
from tests import build

HOUR = datetime.timedelta(hours=1)


def _due(name='protection-1', at=build.NOW, in_recovery=False, **policy):
    """Give a task of ``name`` that begins ``at``."""
    candidate = model.Candidate(
        build.task(id=f'task of {name}', protection_id=name),
        build.protection(id=name),
        build.policy(**policy),
        None,
        at,
    )
    return prospect.Due(
        rank_plan.Ranked(candidate, 1.0, {}, (), 0), at, in_recovery
    )


def _sight(volumes=2, **limits):
    """Give a project with ``server-1`` and so many volumes of 1 GiB."""
    seen = {f'volume-{n}': build.volume(n) for n in range(1, volumes + 1)}
    server = build.server(
        attached=tuple(resource.Attached(each, False) for each in seen)
    )
    room = {'snapshots': None, 'volumes': None, 'gigabytes': None}
    return prospect.Sight(
        {server.id: server}, seen, resource.Headroom(**room | limits)
    )


def _foresee(dues, sight, histories=None):
    return prospect.foresee(
        dues, {build.PROJECT: sight}, histories or {}, frozenset(), 2
    )


def _after(foreseen, what='snapshots', volume_type=None):
    (limit,) = [
        each
        for each in foreseen.limits
        if (each.volume_type, each.what) == (volume_type, what)
    ]
    return limit.after


@pytest.mark.parametrize(
    ('moments', 'left'),
    [
        # at one moment the second finds no room; its prune comes too late
        ((0, 0), ['', 'room for 1 more snapshots']),
        # an hour later what the first pruned is gone
        ((0, 1), ['', '']),
    ],
)
def test_who_begins_together_does_not_find_what_the_other_prunes(
    moments, left
):
    """Each keeps one point of two snapshots; there is room for three."""
    dues = [
        _due(f'protection-{n}', build.NOW + hour * HOUR, quota=rules.Quota(1))
        for n, hour in enumerate(moments)
    ]
    histories = {f'protection-{n}': [build.point(1)] for n in range(2)}
    found = _foresee(dues, _sight(snapshots=3), histories)
    for each, says in zip(found, left, strict=True):
        assert says in each.hindrance
        assert bool(each.hindrance) == bool(says)


@pytest.mark.parametrize(('known', 'after'), [('fake', 9), (None, 7)])
def test_what_is_pruned_is_given_back_to_its_type(known, after):
    members = [build.member(n, volume_type=known) for n in (1, 2)]
    types = {'fake': resource.TypeRoom(snapshots=9, gigabytes=9)}
    (only,) = _foresee(
        [_due(quota=rules.Quota(1))],
        _sight(snapshots=9, types=types),
        {'protection-1': [build.point(1, members=members)]},
    )
    assert [each.point_id for each in only.prune] == ['point-1']
    assert _after(only) == 9
    assert _after(only, 'snapshots', 'fake') == after
    assert _after(only, 'gigabytes', 'fake') == after


def test_a_limit_that_there_is_not_stays_none():
    (only,) = _foresee([_due()], _sight())
    assert {(each.before, each.after) for each in only.limits} == {
        (None, None)
    }
    assert all(each.is_met for each in only.needs)


@pytest.mark.parametrize(
    ('left', 'is_met'), [(None, True), (3, True), (2, True), (1, False)]
)
def test_a_need_is_met_by_what_is_left(left, is_met):
    assert ledger.Need(None, 'volumes', 2, left).is_met is is_met


def test_what_was_not_read_is_unknown_and_prunes_are_foreseen():
    (only,) = _foresee(
        [_due(quota=rules.Quota(1))],
        'cinder answered 503',
        {'protection-1': [build.point(1)]},
    )
    assert (only.take, only.unread) == (None, 'cinder answered 503')
    assert len(only.prune) == 1


def test_a_server_in_recovery_is_left_alone():
    (only,) = _foresee(
        [_due(in_recovery=True, quota=rules.Quota(1))],
        _sight(snapshots=9),
        {'protection-1': [build.point(1)]},
    )
    assert (only.prune, _after(only)) == ((), 9)
    assert 'a recovery' in only.hindrance


def test_the_books_that_go_in_are_not_written_to():
    sight = _sight(snapshots=9)
    before = dataclasses.replace(sight)
    first = _foresee([_due()], sight)
    assert _foresee([_due()], sight) == first
    assert sight == before
