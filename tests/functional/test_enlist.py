"""Selectors: servers come, change and go, and the record table follows."""

import dataclasses
import datetime
import re

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import selections
from snapfault.db import tasks
from snapfault.trigger import drills
from snapfault.trigger import enlist
from snapfault.trigger import select
from tests import build
from tests.functional import stage as stages
from tests.functional.osc import advice

GOLD = rules.Selector(metadata={'tier': 'gold'})


@pytest.fixture
def stage(tmp_path):
    """Give a policy with a selector, and a right of its own."""
    made = stages.Stage(tmp_path)
    made.lent = made.cloud.add_trust(build.PROJECT)
    made.policy = policies.update(
        made.database,
        dataclasses.replace(
            made.policy, selector=GOLD, trust_id=made.lent.right_id
        ),
    )
    return made


def server(stage, name='web', tier='gold', **changes):
    """Make a server that the selector holds for."""
    made = stage.cloud.add_server(build.PROJECT, name=name, **changes)
    made.metadata['tier'] = tier
    return made


def look(stage, cloud=None):
    """Let a worker look; a second look finds nothing to do."""
    enlist.enlist(stage.database, cloud or stage.cloud, stage.now)
    found = listed(stage)
    stage.wait(seconds=60)
    enlist.enlist(stage.database, cloud or stage.cloud, stage.now)
    assert listed(stage) == found
    return {each.business_id for each in found}


def listed(stage):
    """List the protections, in no order."""
    return sorted(
        selections.list_protections(stage.database, build.PROJECT),
        key=lambda each: each.business_id,
    )


def alarm(stage):
    """Read the policy's alarm."""
    return policies.get(stage.database, None, stage.policy.id).alarm


def test_servers_come_and_go(stage):
    assert look(stage) == set()
    first = server(stage)
    server(stage, 'plain', tier='lead')
    assert look(stage) == {'web'}
    second = server(stage)
    assert look(stage) == {'web', f'web-{second.id[:8]}'}
    second.metadata['tier'] = 'lead'
    assert look(stage) == {'web'}
    del stage.cloud.world.servers[first.id]
    assert look(stage) == set()
    assert stage.lent.right_id in stage.cloud.world.trusts


def test_what_is_enrolled(stage):
    made = server(stage)
    look(stage)
    (found,) = listed(stage)
    assert found == build.protection(
        id=found.id,
        business_id='web',
        server_id=made.id,
        image_id=made.image_id,
        right_id=stage.lent.right_id,
        selected=True,
        next_run_at=found.next_run_at,
    )
    assert stage.now < found.next_run_at <= stage.now + build.HOUR


def test_an_enrolled_server_gets_its_points_and_keeps_them(stage):
    made = server(stage)
    look(stage)
    stage.wait(hours=1)
    stage.tick(6)
    (point,) = stage.good('web')
    made.metadata.clear()
    assert look(stage) == set()
    assert stage.good('web') == [point]
    assert point.id in {each.id for each in stage.history('web')}


def test_tags_are_looked_at(stage):
    selector = rules.Selector(tags=('web',))
    policies.update(
        stage.database, dataclasses.replace(stage.policy, selector=selector)
    )
    made = server(stage)
    assert look(stage) == set()
    made.tags = ('other', 'web')
    assert look(stage) == {'web'}


def test_two_workers_at_once(stage):
    server(stage)
    for _ in range(2):
        enlist.enlist(stage.database, stage.cloud, stage.now)
    assert len(listed(stage)) == 1


def test_one_list_a_project_and_look(stage):
    for number in range(20):
        server(stage, f'web-{number}', image=None)
    before = stage.cloud.count('list_servers', 'list_volumes')
    enlist.enlist(stage.database, stage.cloud, stage.now)
    assert stage.cloud.count('list_servers', 'list_volumes') == before + 2
    enlist.enlist(stage.database, stage.cloud, stage.now)
    # Nobody is new: their volumes are of no interest.
    assert stage.cloud.count('list_servers') == 2
    assert stage.cloud.count('list_volumes') == 1
    assert stage.cloud.count('get_server') == 0


@pytest.mark.parametrize(
    ('service', 'armed'),
    [
        ('nova', ''),
        ('keystone', ''),
        ('cinder', ''),
        ('', 'list_servers'),
        ('', 'get_server'),
    ],
)
def test_what_cannot_be_read_releases_nothing(stage, service, armed):
    """Invariant 5: an outage is never an absence."""
    gone = server(stage)
    look(stage)
    del stage.cloud.world.servers[gone.id]
    server(stage, 'new')
    if armed:
        stage.cloud.fail(armed, errors.CloudUnavailable('502'), times=None)
    else:
        stage.cloud.faults.down.add(service)
    before = {each.business_id for each in listed(stage)}
    enlist.enlist(stage.database, stage.cloud, stage.now)
    after = {each.business_id for each in listed(stage)}
    # Cinder is only asked for the new one; that the other is gone is known.
    assert after == (set() if service == 'cinder' else before)
    stage.cloud.heal()
    assert look(stage) == {'new'}


def test_a_server_that_is_not_listed_but_there_is_kept(stage, monkeypatch):
    """Nova leaves out what is in a part of the cloud that is away."""
    server(stage)
    look(stage)
    # the fake has no cells
    monkeypatch.setattr(
        stage.cloud.nova, 'list_servers', lambda project_id: []
    )
    assert look(stage) == {'web'}


def test_a_dead_right_alarms_and_releases_nothing(stage):
    gone = server(stage)
    look(stage)
    del stage.cloud.world.servers[gone.id]
    stage.cloud.kill_trust(stage.lent)
    assert look(stage) == {'web'}
    command = re.search('`openstack (.+?)`', alarm(stage))[1]
    assert command.endswith(' --select-metadata tier=gold')
    assert advice.refusal('openstack', command, is_whole=True) == ''
    stage.cloud.revive_trust(stage.lent)
    assert look(stage) == set()
    assert alarm(stage) == ''


def test_one_dead_right_does_not_stop_another_policy(stage):
    other = stage.cloud.add_trust(build.PROJECT)
    policies.create(
        stage.database,
        build.policy(
            id='policy-2',
            name='lead',
            selector=rules.Selector(metadata={'tier': 'lead'}),
            trust_id=other.right_id,
        ),
    )
    kept = server(stage)
    look(stage)
    kept.metadata['tier'] = 'none'
    server(stage, 'lead', tier='lead')
    stage.cloud.kill_trust(stage.lent)
    assert look(stage) == {'web', 'lead'}
    assert alarm(stage)


@pytest.mark.parametrize(
    ('spoil', 'says'),
    [
        (lambda made: made.attachments.clear(), 'no volume attached'),
        (lambda made: setattr(made, 'image_id', None), 'from a volume'),
        (lambda made: setattr(made, 'image_id', 'none'), 'gone'),
    ],
)
def test_a_server_that_could_not_be_recovered(stage, spoil, says):
    made = server(stage)
    kept = dict(made.attachments), made.image_id
    spoil(made)
    server(stage, 'fit')
    assert look(stage) == {'fit'}
    assert alarm(stage).startswith('1 servers that its selector holds for')
    assert 'web: ' in alarm(stage)
    assert says in alarm(stage)
    made.attachments.update(kept[0])
    made.image_id = kept[1]
    assert look(stage) == {'fit', 'web'}
    assert alarm(stage) == ''


def test_many_that_could_not_be_recovered_fit_the_alarm(stage):
    for number in range(50):
        server(stage, f'{number}-' + 'x' * 250, volumes=0)
    assert look(stage) == set()
    assert len(alarm(stage)) <= selections.ALARM
    assert alarm(stage).startswith('50 servers')


def test_a_persons_protection_is_left_alone(stage):
    made = server(stage, 'shop')
    protections.create(
        stage.database,
        build.protection(
            server_id=made.id, business_id='mine', next_run_at=None
        ),
    )
    assert look(stage) == {'mine'}
    made.metadata.clear()
    assert look(stage) == {'mine'}
    del stage.cloud.world.servers[made.id]
    assert look(stage) == {'mine'}


def test_what_a_person_edited_is_left_alone(stage):
    made = server(stage)
    look(stage)
    (found,) = listed(stage)
    protections.update(
        stage.database, dataclasses.replace(found, selected=False)
    )
    made.metadata.clear()
    assert look(stage) == {'web'}


def test_an_excluded_server(stage):
    made = server(stage)
    look(stage)
    made.metadata[select.EXCLUDE] = 'true'
    assert look(stage) == set()


def test_one_at_work_is_released_when_it_has_ended(stage):
    made = server(stage)
    look(stage)
    (found,) = listed(stage)
    task = tasks.create_now(stage.database, found, stage.now)
    stage.tick(1)
    made.metadata.clear()
    enlist.enlist(stage.database, stage.cloud, stage.now)
    assert [each.id for each in listed(stage)] == [found.id]
    stage.tick(6)
    assert tasks.get(stage.database, None, task.id).status == 'done'
    assert look(stage) == set()
    assert stage.good('web')


def test_under_the_policy_that_holds(stage):
    other = stage.cloud.add_trust(build.PROJECT)
    policies.create(
        stage.database,
        build.policy(
            id='policy-2',
            name='lead',
            selector=rules.Selector(metadata={'tier': 'lead'}),
            trust_id=other.right_id,
            created_at=stage.now + datetime.timedelta(days=1),
        ),
    )
    made = server(stage)
    look(stage)
    (before,) = listed(stage)
    made.metadata['tier'] = 'lead'
    assert look(stage) == {'web'}
    (after,) = listed(stage)
    assert after.id == before.id
    assert (after.policy_id, after.right_id) == ('policy-2', other.right_id)


def stale(stage):
    """Give a policy as it was before somebody changed it."""
    was = policies.get(stage.database, None, stage.policy.id)
    policies.update(
        stage.database,
        dataclasses.replace(was, updated_at=stage.now + build.HOUR),
    )
    return was


def test_nothing_is_done_by_a_policy_that_was_changed_meanwhile(stage):
    server(stage)
    look(stage)
    (found,) = listed(stage)
    was = stale(stage)
    new = build.protection(
        id='new', business_id='new', server_id='new', selected=True
    )
    assert not selections.enrol(stage.database, new, was)
    assert not selections.move(
        stage.database, found, was, drills.NONE, stage.now
    )
    assert not selections.release(stage.database, found, was)
    assert [each.id for each in listed(stage)] == [found.id]


def test_nothing_is_done_to_what_a_person_took_meanwhile(stage):
    server(stage)
    look(stage)
    (found,) = listed(stage)
    protections.update(
        stage.database, dataclasses.replace(found, selected=False)
    )
    policy = policies.get(stage.database, None, stage.policy.id)
    assert not selections.release(stage.database, found, policy)
    assert not selections.move(
        stage.database, found, policy, drills.NONE, stage.now
    )
    assert isinstance(listed(stage)[0], model.Protection)
