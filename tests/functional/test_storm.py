"""Storm control: what begins by itself, what waits, and who is told."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import events
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.recover import opening
from tests import build
from tests.functional import stage as stages

HELD = model.RecoveryStatus.HELD
WAITING = model.RecoveryStatus.WAITING
ONE_MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def told(stage):
    """Collect the news."""
    heard = []
    stage.database.listeners.append(heard.append)
    return heard


def wanted(number, **changes):
    """Give a recovery that nobody asked for, each of a server of its own."""
    values = {
        'id': f'recovery-{number}',
        'server_id': f'server-{number}',
        'business_id': f'shop-{number}',
        'project_id': f'project-{number}',
        'protection_id': 'protection-shop',  # one that there is
        'status': WAITING,
        'generation': 0,
        'claimed_by': None,
        'lease_until': None,
        'automatic': True,
        'host_id': f'host-{number}',
    }
    return build.recovery(**values | changes)


def open_(stage, recovery, limits=stages.LIMITS, **options):
    """Open it now."""
    recovery = dataclasses.replace(recovery, created_at=stage.now)
    return opening.open_recovery(
        stage.database, recovery, limits, stage.now, **options
    )


def limits(**changes):
    """Give limits that only what a test is about can reach."""
    wide = dataclasses.replace(
        stages.LIMITS,
        open=99,
        open_per_host=99,
        open_per_project=99,
        per_hour=99,
        storm_servers=99,
    )
    return dataclasses.replace(wide, **changes)


@pytest.mark.parametrize(
    ('limit', 'same'),
    [
        ('open', {}),
        ('open_per_host', {'host_id': 'one'}),
        ('open_per_project', {'project_id': 'one'}),
        ('per_hour', {}),
    ],
)
def test_beyond_a_budget_it_is_held(stage, limit, same):
    chosen = limits(**{limit: 3})
    opened = [open_(stage, wanted(n, **same), chosen) for n in range(5)]
    assert [each.status for each in opened] == 3 * [WAITING] + 2 * [HELD]
    for each in opened:
        assert recoveries.get(stage.database, None, each.id) == each
    assert f'[recover] max_{limit} is 3' in opened[-1].reason


@pytest.mark.parametrize('limit', ['open_per_host', 'open_per_project'])
def test_the_budget_of_another_host_or_project_is_not_touched(stage, limit):
    chosen = limits(**{limit: 1})
    opened = [open_(stage, wanted(number), chosen) for number in range(5)]
    assert {each.status for each in opened} == {WAITING}


def test_the_hour_passes(stage):
    chosen = limits(per_hour=1)
    assert open_(stage, wanted(1), chosen).status is WAITING
    stage.wait(minutes=59)
    assert open_(stage, wanted(2), chosen).status is HELD
    stage.wait(minutes=1)
    assert open_(stage, wanted(3), chosen).status is WAITING


def test_an_end_makes_room(stage):
    chosen = limits(open=1)
    first = open_(stage, wanted(1), chosen)
    held = open_(stage, wanted(2), chosen)
    recoveries.finish(
        stage.database, first, model.RecoveryStatus.FAILED, 'so', stage.now
    )
    assert open_(stage, wanted(3), chosen).status is WAITING
    # What was held goes on waiting: only a person lets it begin.
    assert recoveries.get(stage.database, None, held.id).status is HELD


def test_what_a_person_asked_for_counts_and_is_never_held(stage):
    chosen = limits(open=1)
    recoveries.create(stage.database, wanted(1, automatic=False))
    assert open_(stage, wanted(2), chosen).status is HELD
    asked = wanted(3, automatic=False)
    assert recoveries.create(stage.database, asked).status is WAITING


def test_one_alarm_an_hour_for_a_spent_budget(stage, told):
    for number in range(5):
        open_(stage, wanted(number), limits(open=2))
    assert [n.event for n in told].count('recoveries.budget') == 1
    stage.wait(minutes=61)
    open_(stage, wanted(6), limits(open=2))
    alarms = [n for n in told if n.event == 'recoveries.budget']
    assert [n.level for n in alarms] == 2 * [model.Level.CRITICAL]


def test_many_at_once_are_held_all_with_one_alarm(stage, told, caplog):
    """Those that wait and are not begun, too; one under way goes on."""
    chosen = limits(storm_servers=5)
    begun = open_(stage, wanted(0), chosen)
    recoveries.claim(
        stage.database, begun, 'w', stage.now, stage.now + stages.LEASE
    )
    for number in range(1, 20):
        open_(stage, wanted(number), chosen)
    standing = {each.id: each.status for each in stage.recoveries()}
    assert standing.pop(begun.id) is model.RecoveryStatus.RUNNING
    assert list(standing.values()) == 19 * [HELD]
    (alarm,) = [n for n in told if n.level is model.Level.CRITICAL]
    assert alarm.event == 'recoveries.storm'
    assert 'look at its control plane first' in alarm.text
    (line,) = [r for r in caplog.records if r.levelname == 'CRITICAL']
    assert line.getMessage() == alarm.text


def test_a_storm_that_goes_on_is_not_alarmed_of_again(stage, told):
    chosen = limits(storm_servers=3)
    for number in range(40):
        open_(stage, wanted(number), chosen)
        stage.wait(minutes=1)
    assert [n.event for n in told].count('recoveries.storm') == 1
    stage.wait(minutes=6)
    for number in range(50, 53):
        open_(stage, wanted(number), chosen)
    assert [n.event for n in told].count('recoveries.storm') == 2


def test_the_same_server_again_is_no_storm(stage):
    for number in range(8):
        opened = open_(
            stage,
            wanted(number, server_id='server-x'),
            limits(storm_servers=2),
        )
        assert opened.status is WAITING
        recoveries.finish(
            stage.database, opened, model.RecoveryStatus.FAILED, '', stage.now
        )


def say(stage, number, source=model.Source.WATCH, **span):
    """Have evidence of a server of its own said, so long ago."""
    at = stage.now - datetime.timedelta(**span)
    owner = protections.create(
        stage.database,
        build.protection(
            id=f'protection-{number}',
            business_id=f'shop-{number}',
            server_id=f'server-{number}',
        ),
    )
    with stage.database.writer() as session:
        session.add(
            tables.Evidence(
                id=f'evidence-{number}',
                project_id=owner.project_id,
                protection_id=owner.id,
                source=source,
                finding='server-error',
                detail='the server is in ERROR',
                first_at=at,
                last_at=stage.now,
                count=2,
                expires_at=stage.now + build.HOUR,
            )
        )


def test_evidence_alone_makes_a_storm(stage):
    """No recovery was begun yet: the watch confirms a fault first."""
    for number in range(5):
        say(stage, number, minutes=number)
    assert open_(stage, wanted(0), limits(storm_servers=5)).status is HELD


def test_old_evidence_and_failed_backups_make_none(stage):
    for number in range(5):
        say(stage, number, minutes=6)
    for number in range(5, 10):
        say(stage, number, model.Source.BACKUP)
    opened = open_(stage, wanted(0), limits(storm_servers=5))
    assert opened.status is WAITING


def test_what_waits_is_held_when_evidence_comes_later(stage, told):
    chosen = limits(storm_servers=3)
    waits = open_(stage, wanted(9), chosen)
    for number in range(3):
        say(stage, number)
    for _ in range(3):
        opening.hold_back(stage.database, chosen, stage.now)
    assert recoveries.get(stage.database, None, waits.id).status is HELD
    assert [n.event for n in told].count('recoveries.storm') == 1
    assert [n.event for n in told].count('recovery.held') == 1


def test_what_a_person_approved_no_storm_holds_again(stage):
    chosen = limits(storm_servers=3)
    held = open_(stage, wanted(9), chosen, approval=True)
    assert held.status is HELD
    recoveries.approve(stage.database, held, stage.now)
    for number in range(3):
        say(stage, number)
    opening.hold_back(stage.database, chosen, stage.now)
    (waiting,) = recoveries.claimable(stage.database, stage.now, 9)
    assert waiting.id == held.id


def test_approving_twice_is_a_conflict(stage):
    held = open_(stage, wanted(1), approval=True)
    recoveries.approve(stage.database, held, stage.now)
    with pytest.raises(errors.Conflict, match='not held any more'):
        recoveries.approve(stage.database, held, stage.now)
    waits = recoveries.get(stage.database, None, held.id)
    with pytest.raises(errors.Conflict, match='is waiting, not held'):
        recoveries.approve(stage.database, waits, stage.now)


def test_what_is_held_nobody_claims(stage):
    held = open_(stage, wanted(1), approval=True)
    assert recoveries.claimable(stage.database, stage.now, 9) == []
    until = stage.now + ONE_MINUTE
    assert (
        recoveries.claim(stage.database, held, 'w', stage.now, until) is None
    )


def test_a_server_has_one_open_recovery_held_ones_too(stage, told):
    open_(stage, wanted(1), approval=True)
    before = len(told)
    with pytest.raises(errors.Conflict, match='open already'):
        open_(stage, wanted(2, server_id='server-1'))
    assert len(told) == before  # what was not committed is not told


def test_every_move_is_an_event_with_its_reason(stage, told):
    held = open_(stage, wanted(1), approval=True)
    waits = recoveries.approve(stage.database, held, stage.now)
    stage.wait(seconds=1)
    held = recoveries.claim(
        stage.database, waits, 'w-1', stage.now, stage.now + stages.LEASE
    )
    waits = recoveries.release(stage.database, held, 'stopped', stage.now)
    held = recoveries.claim(
        stage.database, waits, 'w-2', stage.now, stage.now + stages.LEASE
    )
    recoveries.finish(
        stage.database, held, model.RecoveryStatus.DONE, '', stage.now
    )
    found = events.of(stage.database, held.id)
    assert [each.number for each in found] == list(range(6))
    assert [str(each.status) for each in found] == [
        'held',
        'waiting',
        'running',
        'waiting',
        'running',
        'done',
    ]
    texts = [each.text for each in found]
    assert texts[0].startswith('the server is in ERROR; the policy wants')
    assert texts[1:] == [
        'approved by a person',
        'worker w-1 is at it',
        'stopped',
        'worker w-2 is at it',
        'all is done',
    ]
    assert [n.event for n in told] == [f'recovery.{e.status}' for e in found]
    assert [n.payload['reason'] for n in told] == texts


def test_no_secret_gets_into_an_event(stage, told):
    held = open_(stage, wanted(1), approval=True)
    events.add(
        stage.database,
        held,
        'nova said {"adminPass": "hunter2", "auth_token": "gAAAA"}',
        stage.now,
    )
    kept = events.of(stage.database, held.id)[-1].text
    for text in (kept, told[-1].text, told[-1].payload['reason']):
        assert 'hunter2' not in text
        assert 'gAAAA' not in text
