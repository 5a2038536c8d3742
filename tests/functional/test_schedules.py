"""Schedules, blackouts, deadlines and pauses, through a whole worker."""

import dataclasses
import datetime
import logging

import pytest

from snapfault import model
from snapfault import rules
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.trigger import plan
from tests import build
from tests.functional import stage as stages

WAITING = model.TaskStatus.WAITING
RUNNING = model.TaskStatus.RUNNING
DONE = model.TaskStatus.DONE
MISSED = model.TaskStatus.MISSED
PAUSED = model.ProtectionStatus.PAUSED
ACTIVE = model.ProtectionStatus.ACTIVE

#: It is Sunday noon; an hour of rest begins.
NOON = rules.Window(datetime.time(12), datetime.time(13))
LATER = rules.Window(datetime.time(12, 5), datetime.time(13))
MINUTE = 60
HOUR = 3600


@pytest.fixture
def play(tmp_path):
    """Give a stage whose service's first run is due now."""

    def make(**policy):
        stage = stages.Stage(tmp_path, **policy)
        stage.protect()
        change(stage, next_run_at=build.NOW)
        return stage

    return make


def change(stage, **changes):
    """Write changes of the protection, as the API does."""
    protections.update(
        stage.database,
        dataclasses.replace(
            stage.protection(), updated_at=stage.now, **changes
        ),
    )


def unpause(stage):
    """Make the protection active again, as the API does."""
    planned = plan.next_run(stage.policy, stage.protection().id, stage.now)
    change(stage, status=ACTIVE, next_run_at=planned)


def change_policy(stage, **changes):
    """Write a changed policy and plan its runs anew, as the API does."""
    stage.policy = dataclasses.replace(
        stage.policy, updated_at=stage.now, **changes
    )
    policies.update(
        stage.database, stage.policy, plan.replan(stage.policy, stage.now)
    )


def runs(stage):
    """List all tasks, oldest first."""
    return tasks.list_page(stage.database, None, limit=99)[::-1]


def statuses(stage):
    return [each.status for each in runs(stage)]


def test_a_run_falls_due_and_says_for_what(play):
    stage = play()
    stage.tick(4)
    (task,) = runs(stage)
    assert (task.status, task.labels) == (DONE, ('default',))
    assert task.scheduled_at == build.NOW
    assert stage.protection().next_run_at == build.NOW + build.HOUR


def test_a_run_within_a_blackout_begins_at_its_end(play):
    stage = play(blackouts=(NOON,))
    stage.tick(3)
    (task,) = runs(stage)
    assert (task.status, task.attempts) == (WAITING, 0)
    assert task.not_before == build.NOW + build.HOUR
    assert '2026-03-01T13:00:00Z' in task.reason
    stage.wait(seconds=HOUR - 4)
    stage.tick()
    assert statuses(stage) == [WAITING]
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_a_retry_does_not_begin_within_a_blackout(play):
    """It fell due and failed before it; the retry is due within."""
    stage = play(blackouts=(LATER,))
    stage.wait(seconds=5 * MINUTE - 2)
    stage.cloud.fail('create_snapshot', stages.UNAVAILABLE)
    stage.tick(30)
    (task,) = runs(stage)
    assert (task.status, task.attempts) == (WAITING, 1)
    assert 'blackout' in task.reason
    stage.wait(hours=1)
    stage.tick(6)
    (task,) = runs(stage)
    assert (task.status, task.attempts) == (DONE, 2)


def test_a_person_runs_within_a_blackout_and_a_pause(play):
    stage = play(blackouts=(NOON,), paused=True)
    change(stage, status=PAUSED, next_run_at=None)
    assert stage.run().status is DONE


def test_a_person_hurries_what_a_blackout_holds(play):
    stage = play(blackouts=(NOON,), deadline=HOUR)
    stage.tick(2)
    (held,) = runs(stage)
    hurried = stage.run()
    assert (hurried.id, hurried.status) == (held.id, DONE)
    assert hurried.labels == ('default',)


def test_a_policy_without_the_blackout_lets_what_waits_begin(play):
    stage = play(blackouts=(NOON,))
    stage.tick(3)
    change_policy(stage, blackouts=())
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_a_paused_protection_lets_nothing_fall_due(play):
    stage = play()
    change(stage, status=PAUSED, next_run_at=None)
    for _ in range(5):
        stage.tick()
        stage.wait(hours=1)
    assert runs(stage) == []
    unpause(stage)
    stage.tick(3)
    assert runs(stage) == []  # no burst, and nothing made up for
    following = stage.protection().next_run_at
    assert following == build.NOW + 6 * build.HOUR
    stage.wait(hours=1)
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_a_row_that_is_paused_is_not_fired_whatever_it_says(play):
    stage = play()
    change(stage, status=PAUSED)  # its next run is now
    stage.tick(3)
    assert runs(stage) == []


def test_a_paused_policy_lets_nothing_fall_due(play):
    stage = play()
    change_policy(stage, paused=True)
    assert stage.protection().next_run_at is None
    for _ in range(5):
        stage.tick()
        stage.wait(hours=1)
    assert runs(stage) == []
    change_policy(stage, paused=False)
    stage.tick(3)
    assert runs(stage) == []
    assert stage.protection().next_run_at == build.NOW + 6 * build.HOUR


@pytest.mark.parametrize('by', ['protection', 'policy'])
def test_what_waits_does_not_begin_in_a_pause(play, by):
    stage = play(blackouts=(NOON,))
    stage.tick(2)
    if by == 'protection':
        change(stage, status=PAUSED, next_run_at=None)
    else:
        change_policy(stage, paused=True)
    stage.wait(hours=2)
    stage.tick(3)
    (task,) = runs(stage)
    assert task.status is WAITING
    assert 'paused' in task.reason
    if by == 'protection':
        unpause(stage)
    else:
        change_policy(stage, paused=False)
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_what_runs_is_finished_in_a_pause(play):
    stage = play()
    stage.tick()
    assert statuses(stage) == [RUNNING]
    change(stage, status=PAUSED, next_run_at=None)
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_a_run_that_misses_its_deadline_raises_an_alarm(play):
    stage = play(blackouts=(NOON,), deadline=10 * MINUTE)
    stage.tick()
    assert runs(stage)[0].deadline_at == build.NOW + 10 * datetime.timedelta(
        minutes=1
    )
    stage.wait(minutes=10)
    stage.tick()
    (task,) = runs(stage)
    assert task.status is MISSED
    assert 'deadline' in task.reason
    assert 'blackout' in task.reason
    assert 'missed' in stage.protection().alarm
    # The next one is a run like any other, and clears the alarm.
    stage.wait(minutes=50)
    stage.tick(6)
    assert statuses(stage) == [MISSED, DONE]
    assert stage.protection().alarm == ''


def test_a_run_that_began_is_not_missed(play):
    stage = play(deadline=1)
    stage.tick(1)
    assert statuses(stage) == [RUNNING]
    stage.wait(minutes=1)
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_a_person_has_no_deadline(play):
    stage = play(deadline=1)
    change(stage, next_run_at=None)
    assert stage.run().deadline_at is None


def test_downtime_gives_one_run(play):
    stage = play()
    stage.wait(days=3, minutes=10)
    stage.tick(6)
    (task,) = runs(stage)
    assert task.scheduled_at == build.NOW + 72 * build.HOUR
    assert task.status is DONE


def test_downtime_is_let_go_where_the_policy_says_so(play, caplog):
    caplog.set_level(logging.WARNING)
    stage = play(catch_up=rules.CatchUp.NONE)
    stage.wait(days=3, minutes=10)
    stage.tick(6)
    assert runs(stage) == []
    assert 'let go: default' in caplog.text
    assert stage.protection().next_run_at == build.NOW + 73 * build.HOUR
    stage.wait(minutes=50)
    stage.tick(6)
    assert statuses(stage) == [DONE]


def test_two_schedules_meet_in_one_point(play):
    stage = play(
        schedules=(
            rules.Schedule('hourly', interval=HOUR),
            rules.Schedule('noon', cron='0 12 * * *'),
        )
    )
    stage.tick(6)
    stage.wait(hours=1)
    stage.tick(6)
    assert [each.labels for each in runs(stage)] == [
        ('hourly', 'noon'),
        ('hourly',),
    ]


def test_a_stagger_spreads_and_keeps_its_share(play):
    stage = play(stagger=30 * MINUTE)
    change_policy(stage)
    share = plan.stagger(stage.protection().id, 30 * MINUTE)
    assert share > datetime.timedelta(seconds=1)
    stage.tick()
    assert stage.protection().next_run_at == build.NOW + share
    stage.wait(seconds=share.total_seconds() - 3)
    stage.tick()
    assert runs(stage) == []
    stage.wait(seconds=1)
    stage.tick(6)
    (task,) = runs(stage)
    assert task.status is DONE
    assert task.scheduled_at == build.NOW + share


def test_a_run_found_after_its_deadline_is_missed_too(play):
    """Made up for or not: it is too late for it."""
    stage = play(deadline=10 * MINUTE)
    stage.wait(minutes=15)
    stage.tick(3)
    assert statuses(stage) == [MISSED]
    assert 'missed' in stage.protection().alarm


def test_a_hold_takes_no_place_from_others(play):
    """One that waits for a blackout's end is not looked at meanwhile."""
    stage = play(blackouts=(NOON,))
    stage.tick()
    assert tasks.waiting(stage.database, stage.now, 9) == []
    context = stage.context()
    assert task_claims.held(stage.database, context.worker) == []
