"""A protection that is deleted at work ends with it, and its right after."""

import dataclasses

import pytest

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import trouble
from snapfault.cycle import leave
from snapfault.cycle import vouch
from snapfault.db import delegations
from snapfault.db import endings
from snapfault.db import evidence
from snapfault.db import protections
from snapfault.db import tables
from snapfault.db import task_claims
from snapfault.db import tasks
from tests import build
from tests.functional import rehearsal
from tests.functional import stage as stages
from tests.functional import test_levels
from tests.functional import test_vouch
from tests.functional import test_worker

live = test_worker.live
DONE = model.RecoveryStatus.DONE
SHOP = 'protection-shop'


@pytest.fixture
def noted(stage):
    """Give a service whose trust is noted."""
    vouch.sweep(stage.database, stage.now)
    return stage


def end(stage):
    """End the protection as the API does."""
    return endings.end(stage.database, build.PROJECT, SHOP, stage.now)


def look(stage):
    leave.look(stage.database, stage.cloud, stage.now)


def is_there(stage):
    return bool(protections.by_ids(stage.database, [SHOP]))


def is_lent(stage):
    return stage.right.right_id in stage.cloud.world.trusts


def over(stage):
    """See that it is gone, and its right with it."""
    assert not is_there(stage)
    assert not is_lent(stage)
    assert test_vouch.noted(stage) == []


def begin(stage):
    """Ask for a run and let it begin; gives the task."""
    stage.wait(minutes=1)
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick()
    assert get(stage, task).status is model.TaskStatus.RUNNING
    return task


def get(stage, task):
    return tasks.get(stage.database, None, task.id)


def test_a_run_ends_well_and_then_its_protection(noted):
    task = begin(noted)
    assert end(noted).ending_at == noted.now
    look(noted)
    assert is_there(noted)
    assert is_lent(noted)
    noted.tick(5)
    assert get(noted, task).status is model.TaskStatus.DONE
    assert len(noted.good()) == 1
    look(noted)
    over(noted)
    assert len(noted.good()) == 1  # the points stay


def test_a_run_whose_worker_dies_ends_by_another(noted):
    task = begin(noted)
    end(noted)
    noted.wait(seconds=stages.LEASE.total_seconds() + 1)
    look(noted)
    assert is_there(noted)
    noted.tick(6, worker='worker-2')
    found = get(noted, task)
    assert (found.status, found.generation) == (model.TaskStatus.DONE, 2)
    assert len(noted.good()) == 1
    look(noted)
    over(noted)


@pytest.mark.parametrize('ending', [False, True])
def test_a_run_that_fails_is_not_tried_again(noted, ending):
    noted.cloud.break_next('create_snapshot')
    task = begin(noted)
    if ending:
        end(noted)
    noted.tick(30)
    found = get(noted, task)
    if not ending:  # as it is tried else
        assert (found.status, found.attempts) == (model.TaskStatus.DONE, 2)
        return
    assert (found.status, found.attempts) == (model.TaskStatus.FAILED, 1)
    assert noted.protection().alarm
    look(noted)
    over(noted)


@pytest.mark.parametrize('ending', [False, True])
def test_a_server_that_is_off_is_started_first(tmp_path, ending):
    stage = test_levels.make(tmp_path, rules.Level.STOPPED)
    vouch.sweep(stage.database, stage.now)
    stage.cloud.break_next('create_snapshot')
    begin(stage)
    if ending:
        end(stage)
    while test_levels.statuses(stage) != ['failed']:
        stage.tick()
        look(stage)
    assert stage.servers['shop'].status == 'SHUTOFF'
    if not ending:
        assert end(stage) is not None
        look(stage)
    assert is_there(stage)
    assert is_lent(stage)
    stage.tick(4)
    assert stage.servers['shop'].status == 'ACTIVE'
    look(stage)
    over(stage)


def test_a_run_whose_begin_broke_off_does_not_begin(noted):
    noted.wait(minutes=1)
    task = tasks.create_now(noted.database, noted.protection(), noted.now)
    until = noted.now + stages.LEASE
    task_claims.claim(noted.database, task, 'worker-1', noted.now, until)
    end(noted)
    noted.tick()
    assert get(noted, task).status is model.TaskStatus.FAILED
    look(noted)
    over(noted)


def test_a_failed_run_opens_no_recovery(noted):
    """Though the policy wants one, and the server is broken."""
    noted.change_policy(automatic=True)
    noted.run()
    task = begin(noted)
    end(noted)
    noted.cloud.break_server(noted.servers['shop'])
    noted.tick(20)
    assert get(noted, task).status is model.TaskStatus.FAILED
    assert noted.recoveries() == []
    assert 'its protection ends' in noted.protection().alarm
    look(noted)
    over(noted)


def test_the_watch_leaves_it_alone(noted):
    noted.change_policy(automatic=True)
    noted.run()
    begin(noted)
    end(noted)
    noted.cloud.break_server(noted.servers['shop'])
    said = evidence.Said(
        model.Source.WEBHOOK, 'guest', 'no answer', build.HOUR
    )
    evidence.say(noted.database, noted.protection(), said, noted.now)
    noted.watch(looks=4)
    assert noted.recoveries() == []


@pytest.fixture
def broken(noted):
    """Give a service with a good point whose server then failed."""
    noted.run()
    noted.wait(minutes=5)
    noted.spoil()
    noted.cloud.break_server(noted.servers['shop'])
    noted.wait(minutes=1)
    noted.ask_for_recovery()
    return noted


def test_a_recovery_ends_well_and_then_its_protection(broken):
    seen = set()

    def pause():
        if not seen:
            assert end(broken).ending_at == broken.now
        look(broken)
        seen.add((is_there(broken), is_lent(broken)))

    ended = broken.recover(pause=pause)
    assert ended.status is DONE, ended.reason
    assert seen == {(True, True)}
    server = broken.servers['shop']
    assert server.status == 'ACTIVE'
    assert stages.SPOILT not in broken.cloud.contents_of(server).values()
    look(broken)
    over(broken)


class Killed(BaseException):
    """The worker is no more."""


@pytest.mark.parametrize('pauses', [1, 2, 4])
def test_a_recovery_whose_worker_dies_ends_by_another(broken, pauses):
    left = iter(range(pauses))

    def pause():
        end(broken)
        if next(left, None) is None:
            raise Killed

    with pytest.raises(Killed):
        broken.recover(pause=pause)
    look(broken)
    assert is_there(broken)
    broken.wait(seconds=stages.LEASE.total_seconds() + 1)
    look(broken)
    ended = broken.recover(worker='worker-2')
    assert ended.status is DONE, ended.reason
    look(broken)
    over(broken)


def test_a_recovery_goes_on_by_another_right(broken):
    """Its own died while its protection was ending."""

    def pause():
        end(broken)
        raise Killed

    with pytest.raises(Killed):
        broken.recover(pause=pause)
    old, new = broken.right, broken.cloud.add_trust(build.PROJECT)
    broken.cloud.kill_trust(old)
    delegations.add(broken.database, new, broken.now)
    ends = broken.protection()
    endings.entrust(
        broken.database,
        dataclasses.replace(ends, right_id=new.right_id),
        ends.generation,
    )
    broken.wait(seconds=stages.LEASE.total_seconds() + 1)
    ended = broken.recover(worker='worker-2')
    assert ended.status is DONE, ended.reason
    look(broken)
    assert not is_there(broken)
    assert new.right_id not in broken.cloud.world.trusts


def test_a_drill_leaves_nothing_and_then_its_protection_goes(noted):
    noted.run()
    rehearsal.ask(noted)

    def pause():
        assert end(noted)
        look(noted)

    ended = rehearsal.rehearse(noted, pause=pause)
    assert ended.status is model.DrillStatus.DONE, ended.reason
    assert rehearsal.left(noted) == []
    look(noted)
    over(noted)


def test_what_another_acts_by_is_not_given_back(noted):
    noted.protect('mail')
    begin(noted)
    end(noted)
    noted.tick(6)
    look(noted)
    assert not is_there(noted)
    assert is_lent(noted)


def test_a_right_that_cannot_be_revoked_now_goes_later(noted):
    begin(noted)
    end(noted)
    noted.tick(6)
    with noted.cloud.outage('keystone'):
        look(noted)
    assert not is_there(noted)
    assert is_lent(noted)
    test_vouch.look(noted, minutes=6)
    over(noted)


def test_whoever_dies_before_the_right_is_revoked_leaves_it_to_others(noted):
    begin(noted)
    end(noted)
    noted.tick(6)
    endings.finish(noted.database, SHOP, noted.now)
    assert is_lent(noted)
    test_vouch.look(noted, minutes=6)
    over(noted)


def test_a_broken_row_keeps_no_other(noted, caplog):
    noted.protect('mail')
    begin(noted)
    other = tasks.create_now(
        noted.database, noted.protection('mail'), noted.now
    )
    until = noted.now + stages.LEASE
    task_claims.claim(noted.database, other, 'worker-1', noted.now, until)
    mail = 'protection-mail'
    endings.end(noted.database, None, mail, noted.now)
    noted.wait(seconds=1)
    end(noted)
    noted.tick(6)
    with noted.database.writer() as session:
        session.get_one(tables.Protection, mail).status = 'nonsense'
    assert endings.over(noted.database, 9) == [mail, SHOP]
    look(noted)
    assert not is_there(noted)
    assert f'Protection {mail} stays' in caplog.text


def test_a_worker_sees_to_it(live):
    """At once when it begins, and then every half minute."""
    delegations.add(live.database, live.right, live.now)
    task = tasks.create_now(live.database, live.protection(), live.now)
    until = live.now + build.HOUR
    held = task_claims.claim(live.database, task, 'w', live.now, until)
    end(live)
    task_claims.finish(
        live.database, held, model.TaskStatus.FAILED, 'why', clock.now()
    )
    with test_worker.working(live):
        test_worker.until(lambda: not is_lent(live))
    assert not is_there(live)


def test_a_run_that_is_behind_opens_none_either(noted):
    """It has read the protection before that was to end."""
    noted.change_policy(automatic=True)
    noted.run()
    before = noted.protection()
    task = begin(noted)
    end(noted)
    noted.cloud.break_server(noted.servers['shop'])
    context = noted.context()
    trouble.answer(
        context.trouble,
        get(noted, task),
        before,
        noted.policy,
        errors.ResourceFailed('so'),
        noted.now,
    )
    assert get(noted, task).status is model.TaskStatus.FAILED
    assert noted.recoveries() == []
    alarm = noted.protection().alarm
    assert 'ends once its running work is over' in alarm
