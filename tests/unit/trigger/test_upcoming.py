"""The next runs, and what moves them."""

import datetime

import pytest

from snapfault import rules
from snapfault.trigger import upcoming
from tests import build

HOURLY = rules.Schedule('hourly', interval=3600)
NIGHTLY = rules.Schedule('nightly', cron='0 2 * * *')
WORK = rules.Window(datetime.time(8), datetime.time(18))
LUNCH = rules.Window(datetime.time(12), datetime.time(13))
NEVER = rules.Window(datetime.time(), datetime.time())


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def told(
    count: int, now: str = '2026-05-01T06:30', **policy: object
) -> list[tuple[str, str, str | None]]:
    """Give when each run falls due, its labels, and when it begins."""
    runs = upcoming.upcoming(build.policy(**policy), at(now), count)
    return [
        (
            f'{each.scheduled_at:%dT%H:%M}',
            ' '.join(each.labels),
            each.begins_at and f'{each.begins_at:%dT%H:%M}',
        )
        for each in runs
    ]


def test_schedules_that_meet_give_one_run() -> None:
    found = told(3, '2026-05-01T00:30', schedules=(NIGHTLY, HOURLY))
    assert found == [
        ('01T01:00', 'hourly', '01T01:00'),
        ('01T02:00', 'nightly hourly', '01T02:00'),
        ('01T03:00', 'hourly', '01T03:00'),
    ]


def test_what_falls_into_a_blackout_goes_together() -> None:
    found = told(4, schedules=(HOURLY,), blackouts=(WORK,))
    assert found == [
        ('01T07:00', 'hourly', '01T07:00'),
        ('01T08:00', 'hourly', '01T18:00'),
        ('01T19:00', 'hourly', '01T19:00'),
        ('01T20:00', 'hourly', '01T20:00'),
    ]


def test_it_says_which_blackouts_move_a_run() -> None:
    early = rules.Window(datetime.time(1), datetime.time(3))
    late = rules.Window(datetime.time(2), datetime.time(5))
    policy = build.policy(schedules=(NIGHTLY,), blackouts=(WORK, late, early))
    (run,) = upcoming.upcoming(policy, at('2026-05-01T00:00'), 1)
    assert run.moved_by == (late,)
    assert run.begins_at == at('2026-05-01T05:00')


def test_a_deadline_within_a_blackout_is_missed() -> None:
    found = told(
        3,
        schedules=(HOURLY,),
        blackouts=(LUNCH,),
        deadline=600,
        now='2026-05-01T11:30',
    )
    assert found == [
        ('01T12:00', 'hourly', None),
        ('01T13:00', 'hourly', '01T13:00'),
        ('01T14:00', 'hourly', '01T14:00'),
    ]


def test_the_run_at_the_very_deadline_is_another_one() -> None:
    found = told(
        2,
        schedules=(HOURLY,),
        blackouts=(LUNCH,),
        deadline=3600,
        now='2026-05-01T11:30',
    )
    assert found == [
        ('01T12:00', 'hourly', None),
        ('01T13:00', 'hourly', '01T13:00'),
    ]


@pytest.mark.parametrize(
    ('stagger', 'latest'), [(0, '02:00'), (1800, '02:29:59')]
)
def test_a_stagger_says_how_late_it_may_be(stagger: int, latest: str) -> None:
    policy = build.policy(schedules=(NIGHTLY,), stagger=stagger)
    (run,) = upcoming.upcoming(policy, at('2026-05-01T00:00'), 1)
    assert run.latest_at == at(f'2026-05-01T{latest}')


def test_no_free_moment_is_said_and_ends() -> None:
    found = told(2, schedules=(NIGHTLY,), blackouts=(NEVER,))
    assert [begins for _, _, begins in found] == [None, None]
