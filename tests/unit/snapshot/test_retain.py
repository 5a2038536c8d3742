"""What is kept, and by which rule."""

import dataclasses
import datetime
import random
import zoneinfo

import pytest

from snapfault import model
from snapfault import rules
from snapfault.snapshot import retain
from tests import build

DAY = 86400
NOW = build.NOW
GOOD = model.PointStatus.GOOD


def _at(number, moment, **changes):
    """Give a good point that was asked for and complete at a moment."""
    times = {'created_at': moment, 'completed_at': moment}
    return build.point(number, **times | changes)


def _days(*days, **changes):
    """Give good points so many days old, the first one made first."""
    return [
        _at(number, NOW - datetime.timedelta(days=old), **changes)
        for number, old in enumerate(days, 1)
    ]


def _moments(zone, *texts):
    """Give good points made at local times; a trailing f: the second one."""
    return [
        _at(
            number,
            datetime.datetime.fromisoformat(text.rstrip('f'))
            .replace(
                tzinfo=zoneinfo.ZoneInfo(zone),
                fold=text.endswith('f'),
            )
            .astimezone(datetime.UTC),
        )
        for number, text in enumerate(texts, 1)
    ]


def _decided(points, quota, now=NOW, in_use=frozenset()):
    """Give what stays and what goes: each point's number and rule."""
    decided = retain.decide(points, quota, now, in_use)
    numbers = {point.id: point.sequence for point in points}
    kept, gone = (
        {
            numbers[each.point_id]: each.rule
            for each in decided
            if each.keep is keep
        }
        for keep in (True, False)
    )
    return kept, gone


@pytest.mark.parametrize(
    ('quota', 'kept', 'gone'),
    [
        (
            rules.Quota(count=2),
            {5: 'newest good point', 4: 'among the 2 newest'},
            dict.fromkeys((3, 2, 1), 'beyond the 2 newest'),
        ),
        (
            rules.Quota(count=2, minimum=3),
            {
                5: 'newest good point',
                4: 'minimum: among the 3 newest',
                3: 'minimum: among the 3 newest',
            },
            dict.fromkeys((2, 1), 'beyond the 2 newest'),
        ),
        (
            rules.Quota(),
            {5: 'newest good point'}
            | dict.fromkeys((4, 3, 2, 1), 'the quota sets no bound'),
            {},
        ),
        # a broken row's quota never takes the last one
        (
            rules.Quota(count=-3, minimum=-1),
            {5: 'newest good point'},
            dict.fromkeys((4, 3, 2, 1), 'beyond the -3 newest'),
        ),
        (
            rules.Quota(age=2 * DAY),
            {5: 'newest good point'}
            | dict.fromkeys((4, 3), 'not older than 2 d'),
            dict.fromkeys((2, 1), 'older than 2 d'),
        ),
        (
            rules.Quota(count=4, age=3 * DAY),
            {5: 'newest good point'}
            | dict.fromkeys((4, 3, 2), 'among the 4 newest'),
            {1: 'older than 3 d'},
        ),
        # each point has two members of 1 GiB
        (
            rules.Quota(gigabytes=5),
            {5: 'newest good point', 4: 'within 5 GiB'},
            dict.fromkeys((3, 2, 1), 'over 5 GiB with what is kept before it'),
        ),
        (
            rules.Quota(gigabytes=1, minimum=2),
            {5: 'newest good point', 4: 'minimum: among the 2 newest'},
            dict.fromkeys((3, 2, 1), 'over 1 GiB with what is kept before it'),
        ),
        (
            rules.Quota(count=1, tiers=rules.Tiers(daily=2, yearly=1)),
            {
                5: 'newest good point',
                4: 'daily tier: first of 2026-02-28',
                1: 'yearly tier: first of 2026',
            },
            dict.fromkeys((3, 2), 'beyond the 1 newest, and no tier keeps it'),
        ),
        (
            rules.Quota(tiers=rules.Tiers(daily=3)),
            {
                5: 'newest good point',
                4: 'daily tier: first of 2026-02-28',
                3: 'daily tier: first of 2026-02-27',
            },
            dict.fromkeys((2, 1), 'no tier keeps it'),
        ),
        # tiers that keep nothing are none
        (
            rules.Quota(tiers=rules.Tiers()),
            {5: 'newest good point'}
            | dict.fromkeys((4, 3, 2, 1), 'the quota sets no bound'),
            {},
        ),
    ],
)
def test_each_point_has_a_rule(quota, kept, gone):
    assert _decided(_days(4, 3, 2, 1, 0), quota) == (kept, gone)


def test_what_is_not_good_neither_counts_nor_is_decided():
    others = [s for s in model.PointStatus if s is not GOOD]
    points = [
        *_days(2, 1),
        *(build.point(n, status) for n, status in enumerate(others, 9)),
    ]
    kept, gone = _decided(points, rules.Quota(count=2))
    assert (set(kept), gone) == ({1, 2}, {})


def test_pinned_and_in_use_points_stay():
    first, second, third, fourth = _days(40, 30, 20, 10)
    points = [first, dataclasses.replace(second, pinned=True), third, fourth]
    kept, gone = _decided(
        points, rules.Quota(count=1, age=DAY), in_use={'point-1'}
    )
    assert kept == {
        4: 'newest good point',
        2: 'pinned',
        1: 'a recovery or drill needs it',
    }
    assert gone == {3: 'older than 1 d'}


def _disproven(*numbers):
    return [
        dataclasses.replace(each, proof=model.Proof.DISPROVEN)
        if each.sequence in numbers
        else each
        for each in _days(4, 3, 2, 1)
    ]


@pytest.mark.parametrize(
    ('disproven', 'stays'),
    [
        ((), {4}),
        ((3,), {4}),
        ((4,), {4, 3}),
        ((4, 3), {4, 2}),
        ((4, 3, 2), {4, 1}),
        ((4, 3, 2, 1), {4}),
    ],
)
def test_invariant_1_the_newest_that_is_not_disproven_stays(disproven, stays):
    kept, _ = _decided(_disproven(*disproven), rules.Quota(count=1))
    assert set(kept) == stays


def test_what_stays_firmly_fills_the_gigabytes_first():
    points = _days(3, 2, 1, 0)
    points[0] = dataclasses.replace(points[0], pinned=True)
    kept, gone = _decided(points, rules.Quota(gigabytes=6))
    assert (set(kept), set(gone)) == ({4, 3, 1}, {2})


def test_nothing_older_fits_once_a_point_did_not():
    points = _days(3, 2, 1, 0)
    points[1] = dataclasses.replace(points[1], members=(build.member(size=9),))
    kept, gone = _decided(points, rules.Quota(gigabytes=7))
    assert (set(kept), set(gone)) == ({4, 3}, {2, 1})


LABELS = rules.Quota(
    count=1,
    labels={
        'hourly': rules.Limits(count=2),
        'daily': rules.Limits(count=1),
    },
)


@pytest.mark.parametrize(
    ('labels', 'kept', 'gone'),
    [
        (
            [('hourly',)] * 4,
            {4: 'newest good point', 3: 'label hourly: among the 2 newest'},
            dict.fromkeys((2, 1), 'label hourly: beyond the 2 newest'),
        ),
        # by hand, or of a label without rules of its own: the outer ones
        (
            [(), ('other',), ('hourly',)],
            {3: 'newest good point', 2: 'among the 1 newest'},
            {1: 'beyond the 1 newest'},
        ),
        # any label keeps it
        (
            [('hourly', 'daily'), ('hourly',), ('hourly',), ('hourly',)],
            {
                4: 'newest good point',
                3: 'label hourly: among the 2 newest',
                1: 'label daily: among the 1 newest',
            },
            {2: 'label hourly: beyond the 2 newest'},
        ),
        (
            [('hourly', 'other'), ('hourly',), ('hourly',)],
            {
                3: 'newest good point',
                2: 'label hourly: among the 2 newest',
                1: 'among the 1 newest',
            },
            {},
        ),
        # none does
        (
            [('daily', 'other'), ('daily', 'other'), ()],
            {
                3: 'newest good point',
                2: 'label daily: among the 1 newest',
            },
            {1: 'beyond the 1 newest; label daily: beyond the 1 newest'},
        ),
    ],
)
def test_a_label_may_have_rules_of_its_own(labels, kept, gone):
    points = [
        dataclasses.replace(point, labels=each)
        for point, each in zip(
            _days(*range(len(labels), 0, -1)), labels, strict=True
        )
    ]
    assert _decided(points, LABELS) == (kept, gone)


@pytest.mark.parametrize(
    ('zone', 'tiers', 'moments', 'kept'),
    [
        # the oldest of each day, where the person's day begins
        (
            'Europe/Berlin',
            {'daily': 2},
            [
                '2026-02-26 23:59',
                '2026-02-27 00:00',
                '2026-02-27 09:00',
                '2026-02-28 00:01',
                '2026-02-28 12:00',
            ],
            {2: 'daily tier: first of 2026-02-27'}
            | {4: 'daily tier: first of 2026-02-28'},
        ),
        # days without a point are skipped
        (
            'UTC',
            {'daily': 2},
            [
                '2025-01-01 10:00',
                '2025-06-01 10:00',
                '2026-02-01 10:00',
            ],
            {2: 'daily tier: first of 2025-06-01'},
        ),
        # an hour that comes twice is two hours
        (
            'Europe/Berlin',
            {'hourly': 3},
            [
                '2025-10-26 02:05',
                '2025-10-26 02:35',
                '2025-10-26 02:05f',
                '2025-10-26 02:35f',
                '2025-10-26 03:05',
            ],
            {1: 'hourly tier: first of 2025-10-26 02h +0200'}
            | {3: 'hourly tier: first of 2025-10-26 02h +0100'},
        ),
        # one that is left out is none; the day has 23 hours
        (
            'Europe/Berlin',
            {'hourly': 2, 'daily': 1},
            [
                '2026-03-29 00:30',
                '2026-03-29 01:30',
                '2026-03-29 03:10',
                '2026-03-29 03:30',
            ],
            {1: 'daily tier: first of 2026-03-29'}
            | {2: 'hourly tier: first of 2026-03-29 01h +0100'}
            | {3: 'hourly tier: first of 2026-03-29 03h +0200'},
        ),
        # half an hour of daylight saving, and midnight that is left out
        (
            'Australia/Lord_Howe',
            {'hourly': 2},
            [
                '2026-04-05 01:10',
                '2026-04-05 01:40',
                '2026-04-05 01:40f',
            ],
            {1: 'hourly tier: first of 2026-04-05 01h +1100'},
        ),
        (
            'America/Havana',
            {'daily': 2},
            [
                '2026-03-07 23:30',
                '2026-03-08 01:00',
                '2026-03-08 02:00',
            ],
            {1: 'daily tier: first of 2026-03-07'}
            | {2: 'daily tier: first of 2026-03-08'},
        ),
        # weeks begin on Monday, and the new year's may be the old year's
        (
            'UTC',
            {'weekly': 2},
            [
                '2024-12-29 12:00',
                '2024-12-30 12:00',
                '2025-01-05 12:00',
                '2025-01-06 12:00',
                '2025-01-07 12:00',
            ],
            {2: 'weekly tier: first of 2025-W01'}
            | {4: 'weekly tier: first of 2025-W02'},
        ),
        (
            'Pacific/Auckland',
            {'monthly': 2, 'yearly': 2},
            [
                '2025-12-31 23:59',
                '2026-01-01 00:00',
                '2026-01-31 23:59',
                '2026-02-01 00:00',
                '2026-02-02 00:00',
            ],
            {1: 'yearly tier: first of 2025', 2: 'yearly tier: first of 2026'}
            | {4: 'monthly tier: first of 2026-02'},
        ),
        (
            'Nowhere/Atall',
            {'daily': 1},
            [
                '2025-12-31 23:59',
                '2026-01-01 00:00',
            ],
            {1: 'tiers: time zone Nowhere/Atall is not known here'},
        ),
    ],
)
def test_tiers_keep_the_first_of_each_period(zone, tiers, moments, kept):
    there = 'UTC' if zone.startswith('Nowhere') else zone
    points = _moments(there, *moments)
    quota = rules.Quota(tiers=rules.Tiers(**tiers, time_zone=zone))
    found, gone = _decided(points, quota)
    assert found.pop(len(points)) == 'newest good point'
    assert found == kept
    assert set(gone) == set(range(1, len(points))) - set(kept)


def test_the_first_of_a_week_was_the_first_of_its_day_all_along():
    """Pruning day after day ends where pruning once does."""
    quota = rules.Quota(
        count=1, tiers=rules.Tiers(daily=7, weekly=4, monthly=3)
    )
    begin = NOW - datetime.timedelta(days=120)
    every = [_at(n, begin + n * 6 * build.HOUR) for n in range(1, 120 * 4 + 1)]
    left = []
    for point in every:
        left.append(point)
        kept, _ = _decided(left, quota, point.created_at)
        left = [each for each in left if each.sequence in kept]
    assert [each.sequence for each in left] == sorted(
        _decided(every, quota)[0]
    )


class TestClocks:
    """Order is by sequence; a clock that jumps costs no point."""

    def test_order_is_that_of_making(self):
        old, stepped_back = _days(0, 99)
        kept, gone = _decided([stepped_back, old], rules.Quota(count=1))
        assert (set(kept), set(gone)) == ({2}, {1})

    @pytest.mark.parametrize(
        ('days', 'kept'),
        [
            ((40, 5, 0), {2, 3}),
            # made after one that is five days old, whatever its row says
            ((5, 40, 0), {1, 2, 3}),
            # it and what came after are as young as the future one, no more
            ((40, -10, 39, 0), {2, 3, 4}),
            # an older one that only seems to be from before stays prunable
            ((50, 40, 0), {3}),
        ],
    )
    def test_age_is_not_believed_against_the_order(self, days, kept):
        points = _days(*days)
        assert set(_decided(points, rules.Quota(age=30 * DAY))[0]) == kept

    def test_a_clock_behind_all_points_prunes_none_by_age(self):
        points = _days(40, 30, 20)
        now = NOW - datetime.timedelta(days=365)
        kept, _ = _decided(points, rules.Quota(age=1), now)
        text = 'no age is known of it, as a clock has jumped'
        assert kept[1] == f'not older than 1 s; {text}'

    @pytest.mark.parametrize(
        ('hours', 'astray'),
        [(0, False), (2, False), (-2, False), (3, True), (-3, True)],
    )
    def test_ours_and_cinders_may_differ_by_two_hours(self, hours, astray):
        assert retain.is_astray(NOW, NOW + hours * build.HOUR) is astray
        assert retain.is_astray(NOW, None)

    def test_an_ageless_quota_lets_nothing_go_for_its_age(self):
        quota = rules.Quota(
            count=3, age=1, labels={'x': rules.Limits(gigabytes=5, age=1)}
        )
        assert retain.ageless(quota) == rules.Quota(
            count=3, labels={'x': rules.Limits(gigabytes=5)}
        )

    def test_a_point_without_a_time_has_no_age(self):
        points = _days(40, 0)
        points[0] = dataclasses.replace(points[0], completed_at=None)
        kept, gone = _decided(points, rules.Quota(age=1))
        assert 'no age is known' in kept[1]
        assert not gone


@pytest.mark.parametrize(
    ('seconds', 'text'),
    [
        (0, '0 s'),
        (59, '59 s'),
        (90, '90 s'),
        (120, '2 min'),
        (5400, '90 min'),
        (7200, '2 h'),
        (86400, '1 d'),
        (2592000, '30 d'),
    ],
)
def test_durations_are_said_in_the_largest_unit(seconds, text):
    assert retain.duration(seconds) == text


def test_the_order_in_which_points_come_does_not_matter():
    points = _days(*range(40, 0, -1))
    quota = rules.Quota(
        count=3, age=30 * DAY, tiers=rules.Tiers(weekly=4, monthly=2)
    )
    decided = retain.decide(points, quota, NOW)
    random.Random(7).shuffle(points)
    assert retain.decide(points, quota, NOW) == decided
