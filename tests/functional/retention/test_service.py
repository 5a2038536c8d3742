"""Retention as the worker carries it out."""

import datetime

from snapfault import model
from snapfault import rules
from snapfault.db import points
from snapfault.outlook import keeping
from tests import build
from tests.functional import stage as stages

DELETED = model.PointStatus.DELETED


def _stage(tmp_path, **quota):
    stage = stages.Stage(tmp_path, quota=rules.Quota(**quota))
    stage.protect()
    return stage


def _reasons(stage):
    """Give why each point that is gone went, by its sequence."""
    gone = stage.history(status=DELETED)
    return {point.sequence: point.reason for point in gone}


def _kept(stage):
    """Give the rule of each good point, by its sequence."""
    good = stage.good()
    told = keeping.rules_of(stage.database, good, stage.now)
    return {point.sequence: told[point.id] for point in good}


def test_tiers_thin_out_what_gets_older(tmp_path):
    stage = _stage(tmp_path, count=1, tiers=rules.Tiers(daily=2))
    for _ in range(5):  # noon, midnight, noon, ...
        stage.run()
        stage.wait(hours=12)
    assert _kept(stage) == {
        5: 'newest good point',
        4: 'daily tier: first of 2026-03-03',
        2: 'daily tier: first of 2026-03-02',
    }
    assert _reasons(stage) == {
        1: 'beyond the 1 newest, and no tier keeps it',
        3: 'beyond the 1 newest, and no tier keeps it',
    }


def test_what_is_too_old_goes_after_the_next_good_run_only(tmp_path):
    stage = _stage(tmp_path, age=86400)
    stage.run()
    stage.wait(days=3)
    stage.tick(5)
    assert len(stage.good()) == 1
    stage.run()
    assert _reasons(stage) == {1: 'older than 1 d'}


def test_a_clock_that_is_far_ahead_costs_no_point(tmp_path, caplog):
    """Cinder's tells that ours is wrong."""
    ahead = datetime.timedelta(days=365)
    stage = _stage(tmp_path, age=86400)
    stage.run()
    stage.run()
    stage.now += ahead
    stage.cloud.world.now = lambda: stage.now - ahead
    stage.run()
    assert len(stage.good()) == 3
    assert 'none of its points goes for its age' in caplog.text
    stage.now -= ahead
    stage.cloud.world.now = lambda: stage.now
    stage.run()
    assert 'a clock has jumped' in _kept(stage)[3]
    assert len(stage.good()) == 4


def test_a_pinned_point_stays_and_goes_once_it_is_unpinned(tmp_path):
    stage = _stage(tmp_path, count=1)
    stage.run()
    (first,) = stage.good()
    points.set_pinned(stage.database, first, True)
    for _ in range(3):
        stage.run()
    assert _kept(stage) == {4: 'newest good point', 1: 'pinned'}
    points.set_pinned(stage.database, first, False)
    stage.run()
    assert [point.sequence for point in stage.good()] == [5]


def test_room_is_made_by_what_the_quota_values_least(tmp_path):
    stage = _stage(tmp_path, count=2, tiers=rules.Tiers(daily=3))
    for _ in range(3):
        stage.run()
        stage.wait(hours=1)
    stage.cloud.limit(build.PROJECT, snapshots=6)
    stage.run(ticks=90)
    assert [point.sequence for point in stage.good()] == [4, 3, 1]
    assert 'makes room' in _reasons(stage)[2]


def test_nothing_makes_room_where_all_that_may_go_is_too_little(tmp_path):
    stage = _stage(tmp_path, minimum=2, count=9)
    for _ in range(3):
        stage.run()
    stage.cloud.limit(build.PROJECT, snapshots=2)
    stage.run(ticks=90)
    assert len(stage.good()) == 3
    assert 'no older point that may go helps' in stage.protection().alarm
