"""Rights are checked before they are needed, and given back in the end."""

import dataclasses
import datetime
import uuid

import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault import rights
from snapfault import rules
from snapfault import seal
from snapfault import vault
from snapfault.cycle import choose
from snapfault.cycle import vouch
from snapfault.db import delegations
from snapfault.db import drill_claims
from snapfault.db import drills
from snapfault.db import endings
from snapfault.db import makings
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import tasks
from tests import build
from tests.functional import stage as stages

CHOSEN = vouch.Settings(
    datetime.timedelta(hours=1), datetime.timedelta(days=7)
)
CREDENTIAL = model.DelegationKind.APPLICATION_CREDENTIAL


@pytest.fixture
def stage(tmp_path):
    """Give one protected service whose trust is noted."""
    made = stages.Stage(tmp_path)
    made.protect()
    vouch.sweep(made.database, made.now)
    made.now += datetime.timedelta(minutes=1)
    return made


def look(stage, **later):
    stage.now += datetime.timedelta(**later)
    vouch.look(stage.database, stage.cloud, CHOSEN, stage.now)


def alarm(stage):
    return stage.protection().alarm


def end(stage):
    """End the protection as the API does."""
    was = stage.protection()
    endings.end(stage.database, None, was.id, stage.now)
    rights.give_back(
        stage.database, stage.cloud.revoke, was.delegation, stage.now
    )


def noted(stage):
    """List the rights that are noted, released ones too."""
    far = stage.now + datetime.timedelta(days=9)
    return [
        each.delegation.right_id
        for listed in (delegations.due, delegations.released)
        for each in listed(stage.database, far, 99)
    ]


def lend_credential(stage, ends=None):
    """Have the service act by an application credential."""
    credential = stage.cloud.add_credential(build.PROJECT, 'hush', ends)
    right = model.Delegation(build.PROJECT, str(uuid.uuid4()), CREDENTIAL)
    keeps = vault.Vault(stage.database, seal.Seal([seal.new_key()]))
    stage.cloud.opens = keeps.open
    keeps.keep(
        right,
        model.Credential(credential.id, 'hush', 'user', ends),
        stage.now,
    )
    protections.update(
        stage.database,
        dataclasses.replace(
            stage.protection(),
            right_id=right.right_id,
            delegation_kind=right.kind,
        ),
    )
    return credential


def test_a_dead_right_is_an_alarm_before_it_is_needed(stage):
    look(stage)
    assert alarm(stage) == ''
    right = stage.right
    stage.cloud.kill_trust(right)
    stage.cloud.world.keystone.lapses[right.right_id] = 'do this'
    look(stage)
    assert alarm(stage) == ''  # it was looked at a moment ago
    look(stage, hours=1)
    assert alarm(stage) == (
        'delegation: nothing can be done for the service: do this'
    )
    stage.cloud.revive_trust(right)
    look(stage, hours=1)
    assert alarm(stage) == ''


def test_one_dead_right_among_living_ones_is_told_of_alone(stage):
    """The watch reads a project by the first right that lives."""
    other = stage.protect('mail')
    mine = stage.cloud.add_trust(build.PROJECT)
    protections.update(
        stage.database, dataclasses.replace(other, right_id=mine.right_id)
    )
    vouch.sweep(stage.database, stage.now)
    stage.cloud.kill_trust(mine)
    look(stage, hours=1)
    assert alarm(stage) == ''
    found = protections.get(stage.database, None, other.id)
    assert found.alarm.startswith(vouch.BEGINNING)


def test_what_cannot_be_asked_is_asked_again_soon(stage):
    stage.cloud.kill_trust(stage.right)
    with stage.cloud.outage('keystone'):
        look(stage, hours=1)
    assert alarm(stage) == ''
    look(stage, minutes=5)
    assert alarm(stage).startswith(vouch.BEGINNING)


def test_the_end_of_a_credential_is_told_of_days_before(stage):
    ends = stage.now + datetime.timedelta(days=10)
    lend_credential(stage, ends)
    look(stage, days=2)
    assert alarm(stage) == ''
    look(stage, days=2)
    assert 'ends at' in alarm(stage)
    assert 'openstack protection set PROTECTION --delegation' in alarm(stage)
    look(stage, days=7)
    assert 'nothing can be done' in alarm(stage)


def test_an_alarm_of_another_kind_stays(stage):
    """A warning gives way to it; what is dead does not."""
    ends = stage.now + datetime.timedelta(days=3)
    lend_credential(stage, ends)
    protections.set_alarm(
        stage.database, 'protection-shop', 'recovery failed', stage.now
    )
    look(stage, hours=1)
    assert alarm(stage) == 'recovery failed'
    look(stage, days=4)
    assert alarm(stage).startswith(vouch.BEGINNING)


def test_two_workers_share_the_checks(stage):
    before = stage.cloud.count('check')
    look(stage, hours=1)
    look(stage)
    assert stage.cloud.count('check') == before + 1


def test_the_watch_has_a_dead_right_looked_at_soon(stage):
    """What it says itself is less, and does not hide what is said then."""
    look(stage, hours=1)
    stage.cloud.kill_trust(stage.right)
    stage.now += datetime.timedelta(minutes=6)
    stage.watch()
    look(stage)
    said = alarm(stage)
    assert said.startswith(vouch.BEGINNING)
    stage.watch()
    assert alarm(stage) == said


def test_the_rights_of_an_older_service_are_noted(stage):
    """It adds rows to the record table and knows of no other."""
    right = stage.cloud.add_trust(build.PROJECT)
    with stage.database.writer() as session:
        session.execute(
            sa.text('update protections set trust_id = :id'),
            {'id': right.right_id},
        )
    vouch.sweep(stage.database, stage.now)
    assert right.right_id in noted(stage)


def test_what_could_not_be_revoked_goes_later(stage):
    with stage.cloud.outage('keystone'):
        end(stage)
        look(stage, minutes=6)
    assert stage.right.right_id in stage.cloud.world.trusts
    look(stage, minutes=6)
    assert stage.right.right_id not in stage.cloud.world.trusts
    assert noted(stage) == []


def test_what_was_left_behind_goes_later(stage):
    """Whoever ended the protection died before the right was given back."""
    endings.end(stage.database, None, 'protection-shop', stage.now)
    vouch.sweep(stage.database, stage.now)
    look(stage)
    assert stage.right.right_id in stage.cloud.world.trusts  # it is young
    stage.now += datetime.timedelta(hours=2)
    vouch.sweep(stage.database, stage.now)
    look(stage)
    assert stage.right.right_id not in stage.cloud.world.trusts


def _task(stage):
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    until = stage.now + stages.LEASE
    task_claims.claim(stage.database, task, 'worker-1', stage.now, until)
    return 'tasks'


def _recovery(stage):
    made = stage.ask_for_recovery()
    until = stage.now + stages.LEASE
    recoveries.claim(stage.database, made, 'worker-1', stage.now, until)
    return 'recoveries'


def _drill(stage):
    wanted = drills.new(stage.protection(), drills.ASKED, stage.now)
    made = drills.create(stage.database, wanted)
    bounds = drill_claims.Bounds(9, 9)
    until = stage.now + stages.LEASE
    drill_claims.claim(
        stage.database, made, 'worker-1', stage.now, until, bounds
    )
    return 'drills'


@pytest.mark.parametrize('begin', [_task, _recovery, _drill])
def test_running_work_keeps_the_right_that_it_began_by(stage, begin):
    """It is replaced meanwhile, as a selector that is set anew does."""
    table = begin(stage)
    old, new = stage.right, stage.cloud.add_trust(build.PROJECT)
    protections.update(
        stage.database,
        dataclasses.replace(stage.protection(), right_id=new.right_id),
    )
    stage.now += datetime.timedelta(seconds=1)
    rights.give_back(stage.database, stage.cloud.revoke, old, stage.now)
    look(stage, minutes=6)
    assert old.right_id in stage.cloud.world.trusts
    with stage.database.writer() as session:
        session.connection().exec_driver_sql(
            f"update {table} set status = 'done'"
        )
    look(stage, minutes=6)
    assert old.right_id not in stage.cloud.world.trusts
    assert new.right_id in stage.cloud.world.trusts


def test_a_server_that_is_off_keeps_the_right_that_it_is_started_by(stage):
    failed, start = model.PointStatus.FAILED, model.Power.START
    point = points.create(stage.database, build.point(24, failed, power=start))
    old, new = stage.right, stage.cloud.add_trust(build.PROJECT)
    protections.update(
        stage.database,
        dataclasses.replace(stage.protection(), right_id=new.right_id),
    )
    rights.give_back(stage.database, stage.cloud.revoke, old, stage.now)
    look(stage, minutes=6)
    assert old.right_id in stage.cloud.world.trusts
    makings.set_power(stage.database, point, model.Power.LEFT)
    look(stage, minutes=6)
    assert old.right_id not in stage.cloud.world.trusts


def test_work_that_began_later_keeps_nothing(stage):
    old, new = stage.right, stage.cloud.add_trust(build.PROJECT)
    protections.update(
        stage.database,
        dataclasses.replace(stage.protection(), right_id=new.right_id),
    )
    with stage.cloud.outage('keystone'):
        rights.give_back(stage.database, stage.cloud.revoke, old, stage.now)
    stage.now += datetime.timedelta(seconds=1)
    _task(stage)
    look(stage, minutes=6)
    assert old.right_id not in stage.cloud.world.trusts


@pytest.mark.parametrize('replaced', [True, False])
def test_a_right_dies_between_the_look_of_a_tick_and_the_begin(
    stage, monkeypatch, replaced
):
    """Where the protection has another by then, nothing is wrong."""
    rank = choose.rank
    old = stage.right

    def late(*args):
        monkeypatch.setattr(choose, 'rank', rank)
        if replaced:
            new = stage.cloud.add_trust(build.PROJECT)
            protections.update(
                stage.database,
                dataclasses.replace(stage.protection(), right_id=new.right_id),
            )
            rights.give_back(
                stage.database, stage.cloud.revoke, old, stage.now
            )
        else:
            stage.cloud.kill_trust(old)
        return rank(*args)

    # what the API does at this very point cannot be had otherwise
    monkeypatch.setattr(choose, 'rank', late)
    task = stage.run(ticks=1)
    assert old.right_id not in stage.cloud.world.trusts
    if replaced:
        waiting = (model.TaskStatus.WAITING, 0)
        assert (task.status, task.attempts) == waiting
        assert task.reason == 'its right was replaced as it began'
    stage.tick(6)
    ended = tasks.get(stage.database, None, task.id)
    good, failed = model.TaskStatus.DONE, model.TaskStatus.FAILED
    assert ended.status is (good if replaced else failed)
    assert ended.attempts == 1
    assert (alarm(stage) == '') is replaced


def test_a_selector_set_anew_leaves_a_running_task_its_right(stage):
    """The old trust dies only when the task is over."""
    selector = rules.Selector(tags=('web',))
    policy = policies.update(
        stage.database,
        dataclasses.replace(
            stage.policy, selector=selector, trust_id=stage.right.right_id
        ),
    )
    _task(stage)
    new = stage.cloud.add_trust(build.PROJECT)
    policies.update(
        stage.database, dataclasses.replace(policy, trust_id=new.right_id)
    )
    rights.give_back(
        stage.database, stage.cloud.revoke, stage.right, stage.now
    )
    stage.cloud.project(stage.right).check()


def test_the_last_of_an_assignment_takes_its_row_alone(stage):
    kind = model.DelegationKind.ASSIGNMENT
    right = model.Delegation(build.PROJECT, build.PROJECT, kind)
    stage.cloud.world.keystone.assigned.add(build.PROJECT)
    delegations.add(stage.database, right, stage.now)
    protections.update(
        stage.database,
        dataclasses.replace(
            stage.protection(), right_id=right.right_id, delegation_kind=kind
        ),
    )
    end(stage)
    assert right.right_id not in noted(stage)
    assert build.PROJECT in stage.cloud.world.keystone.assigned


def test_a_right_that_is_unknown_to_keystone_is_no_hindrance(stage):
    stage.cloud.kill_trust(stage.right)
    end(stage)
    assert noted(stage) == []
