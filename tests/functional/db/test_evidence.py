"""What is said is counted and extended, whoever says it when."""

import concurrent.futures
import datetime

from snapfault import model
from snapfault.db import evidence
from tests import build

SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
WATCH = model.Source.WATCH
WEBHOOK = model.Source.WEBHOOK


def _say(database, at=0, source=WATCH, finding='server-error', **changes):
    values = {'detail': f'said at {at}', 'lasts': MINUTE, **changes}
    evidence.say(
        database,
        build.protection(id=changes.pop('of', 'protection-1')),
        evidence.Said(source, finding, **values),
        build.NOW + at * SECOND,
    )


def _current(database, at=0, of='protection-1'):
    now = build.NOW + at * SECOND
    return evidence.current(database, [of], now).get(of, [])


def test_said_for_the_first_time(database):
    _say(database)
    (found,) = _current(database)
    assert (found.source, found.finding) == (WATCH, 'server-error')
    assert found.first_at == found.last_at == build.NOW
    assert found.expires_at == build.NOW + MINUTE
    assert found.count == 1
    assert found.project_id == build.PROJECT


def test_said_again_it_is_counted_and_lasts_longer(database):
    _say(database, 0)
    _say(database, 50)
    (found,) = _current(database, 100)
    assert found.count == 2
    assert found.first_at == build.NOW
    assert found.last_at == build.NOW + 50 * SECOND
    assert found.detail == 'said at 50'


def test_said_after_it_had_expired_it_begins_anew(database):
    _say(database, 0)
    assert _current(database, 60) == []
    _say(database, 60)
    (found,) = _current(database, 60)
    assert found.count == 1
    assert found.first_at == build.NOW + MINUTE


def test_two_that_look_at_the_same_moment_see_it_once(database):
    _say(database, 0)
    _say(database, 4, apart=5 * SECOND)
    assert _current(database, 4)[0].count == 1
    _say(database, 5, apart=5 * SECOND)
    assert _current(database, 5)[0].count == 2


def test_a_clock_that_is_behind_takes_nothing_back(database):
    _say(database, 30)
    _say(database, 0)
    (found,) = _current(database, 30)
    assert found.last_at == build.NOW + 30 * SECOND


def test_other_findings_and_sources_are_others(database):
    _say(database)
    _say(database, finding='volume-error')
    _say(database, source=WEBHOOK)
    assert [each.count for each in _current(database)] == [1, 1, 1]


def test_withdrawn_it_is_as_if_never_said(database):
    for finding in ('server-error', 'volume-error'):
        _say(database, finding=finding)
        _say(database, finding=finding, source=WEBHOOK)
    evidence.withdraw(database, ['protection-1'], WATCH, 'server-error')
    left = {(e.source, e.finding) for e in _current(database)}
    assert left == {
        (WATCH, 'volume-error'),
        (WEBHOOK, 'server-error'),
        (WEBHOOK, 'volume-error'),
    }
    evidence.withdraw(database, ['protection-1', 'none'], WEBHOOK)
    assert {each.source for each in _current(database)} == {WATCH}


def test_only_hints_of_late_call_for_a_look(database):
    _say(database, 0, source=WEBHOOK)
    _say(database, 0)
    now = build.NOW + 10 * SECOND
    assert evidence.hinted(database, build.NOW, now) == [build.PROJECT]
    assert evidence.hinted(database, now, now) == []
    late = build.NOW + MINUTE
    assert evidence.hinted(database, build.NOW, late) == []


def test_purged_is_only_what_means_nothing(database):
    _say(database, 0)
    _say(database, 30, finding='volume-error')
    evidence.purge(database, build.NOW + MINUTE)
    (left,) = _current(database, 0)
    assert left.finding == 'volume-error'


def test_many_say_it_at_once_and_it_is_one(database):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(_say, database) for _ in range(40)]:
            each.result()
    (found,) = _current(database)
    assert found.count == 40


def test_a_broken_row_hides_no_other(database):
    _say(database)
    _say(database, finding='volume-error')
    with database.writer() as session:
        session.connection().exec_driver_sql(
            "UPDATE evidence SET source = 'rumour'"
            " WHERE finding = 'server-error'"
        )
    (found,) = _current(database)
    assert found.finding == 'volume-error'
