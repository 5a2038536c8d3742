"""What recoveries keep is removed in time, and nothing else ever."""

import dataclasses
import datetime

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.db import kept
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from tests import build
from tests.functional.db import samples

Status = model.KeptStatus


@pytest.fixture
def done(stage):
    """Give a service that was recovered, and that keeps for an hour."""
    stage.change_policy(keep=3600)
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    assert stage.recover().status is model.RecoveryStatus.DONE
    return stage


def _rows(stage):
    (recovery, *_) = stage.recoveries()
    return kept.of_recoveries(stage.database, [recovery.id])[recovery.id]


def _of(stage, kind):
    return [each for each in _rows(stage) if each.kind is kind]


def _removals(stage):
    return stage.cloud.count('delete_volume')


def _forget_points(stage):
    """Let the points be pruned that are of the damaged volumes."""
    world = stage.cloud.world
    for each in list(world.snapshots.values()):
        if resource.RECOVERY not in each.metadata:
            del world.snapshots[each.id]


def _pass(stage, **span):
    stage.wait(**span)
    for _ in range(4):
        stage.tick(2)
        stage.wait(seconds=20)


def test_nothing_goes_before_its_time(done):
    _pass(done, minutes=40)
    assert _removals(done) == 0
    assert {each.status for each in _rows(done)} == {Status.KEPT}


def test_all_goes_once_it_is_time(done):
    _forget_points(done)
    attached = set(done.servers['shop'].attachments)
    _pass(done, minutes=70)
    _pass(done, minutes=30)
    assert {each.status for each in _rows(done)} == {Status.REMOVED}
    assert set(done.cloud.world.volumes) == attached
    assert done.servers['shop'].status == 'ACTIVE'


def test_a_volume_that_has_points_stays_until_they_are_pruned(done):
    _pass(done, minutes=70)
    volumes = _of(done, model.KeptKind.VOLUME)
    assert {each.status for each in volumes} == {Status.KEPT}
    assert all('snapshots' in each.reason for each in volumes)
    asked = _removals(done)
    _pass(done, minutes=1)
    assert _removals(done) == asked  # it is left alone for a while
    _forget_points(done)
    _pass(done, hours=25)
    volumes = _of(done, model.KeptKind.VOLUME)
    assert {each.status for each in volumes} == {Status.REMOVED}


@pytest.mark.parametrize(
    ('change', 'status'),
    [
        (lambda v: v.metadata.pop(resource.KEPT), Status.GONE),
        (lambda v: v.metadata.update({resource.KEPT: 'other'}), Status.GONE),
        (lambda v: setattr(v, 'server_ids', ('other',)), Status.GONE),
    ],
)
def test_what_is_not_ours_any_more_stays(done, change, status):
    _forget_points(done)
    row = _of(done, model.KeptKind.VOLUME)[0]
    volume = done.cloud.world.volumes[row.resource_id]
    change(volume)
    if volume.server_ids:
        volume.status = 'in-use'
    _pass(done, minutes=70)
    _pass(done, minutes=30)
    assert _of(done, model.KeptKind.VOLUME)[0].status is status
    assert row.resource_id in done.cloud.world.volumes


def test_what_somebody_removed_is_told(done):
    row = _of(done, model.KeptKind.VOLUME)[0]
    del done.cloud.world.volumes[row.resource_id]
    _pass(done, minutes=70)
    now = _of(done, model.KeptKind.VOLUME)[0]
    assert (now.status, now.reason) == (
        Status.GONE,
        'somebody else has removed it',
    )


def test_nothing_goes_while_a_recovery_is_open(done):
    _forget_points(done)
    done.wait(minutes=70)
    done.ask_for_recovery()
    _pass(done, minutes=1)
    assert _removals(done) == 0


@pytest.mark.parametrize('fate', ['busy', 'error'])
def test_a_refusal_is_on_record_and_tried_again(done, fate):
    _forget_points(done)
    done.cloud.break_next('delete_volume', times=2, fate=fate)
    told = set()
    for _ in range(9):
        _pass(done, hours=1)
        told |= {each.reason for each in _rows(done)}
    if fate == 'error':  # Cinder removes no such volume before an admin
        for row in _of(done, model.KeptKind.VOLUME):
            assert 'which is error_deleting' in row.reason
            assert row.attempts < 9
            done.cloud.world.volumes[row.resource_id].status = 'available'
        _pass(done, hours=25)
    assert {each.status for each in _rows(done)} == {Status.REMOVED}
    assert any('it was to be removed and is' in each for each in told)


def test_a_volume_that_came_to_no_backend_goes_as_well(stage):
    """A recovery that Cinder lost it of has failed."""
    stage.change_policy(keep=3600)
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_next('create_volume', times=None, fate='lost')
    stage.ask_for_recovery()
    assert stage.recover().status is model.RecoveryStatus.FAILED
    stage.cloud.heal()
    before = {
        each.id for each in stage.cloud.volumes_of(stage.servers['shop'])
    }
    _pass(stage, minutes=70)
    _pass(stage, minutes=30)
    assert set(stage.cloud.world.volumes) == before


def test_an_outage_loses_nothing(done):
    _forget_points(done)
    with done.cloud.outage('cinder'):
        _pass(done, minutes=70)
    done.cloud.fail('delete_volume', errors.CloudUnavailable('503'))
    _pass(done, hours=1)
    _pass(done, hours=1)
    _pass(done, hours=1)
    assert {each.status for each in _rows(done)} == {Status.REMOVED}


def test_what_a_failed_recovery_replaced_stays_until_one_is_done(stage):
    """It may be all that there is of the data."""
    stage.change_policy(keep=0)
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    refuse = errors.CloudRefused('400')
    stage.cloud.fail('attach_volume', refuse, times=None)
    stage.ask_for_recovery()
    assert stage.recover().status is model.RecoveryStatus.FAILED
    assert len(_of(stage, model.KeptKind.VOLUME)) == 4
    originals = [
        each.resource_id
        for each in _of(stage, model.KeptKind.VOLUME)
        if each.device
    ]
    _pass(stage, hours=30)
    assert len(originals) == 2
    assert set(originals) <= set(stage.cloud.world.volumes)
    # the copies that it had made for nothing are gone
    assert set(stage.cloud.world.volumes) == set(originals)


def _broken(stage):
    """Have a recovery wait whose first safety snapshot lands too late."""
    stage.change_policy(keep=3600)
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    lost = errors.CloudUnavailable('timed out')
    stage.cloud.land_later('create_snapshot', lost, _first(stage))
    return stage.ask_for_recovery()


def _first(stage):
    """Give the id of the service's first volume."""
    return stage.cloud.volumes_of(stage.servers['shop'])[0].id


def _safety(stage, recovery):
    """Give the safety snapshots that are in the cloud."""
    return [
        each
        for each in stage.cloud.snapshots_of(build.PROJECT)
        if each.metadata.get(resource.RECOVERY) == recovery.id
    ]


def test_of_a_safety_snapshot_that_is_there_twice_one_goes_at_once(stage):
    """The request that was not answered was carried out after the next."""
    asked = _broken(stage)
    assert stage.recover().status is model.RecoveryStatus.DONE
    twice = [each.volume_id for each in _safety(stage, asked)]
    assert (len(twice), len(set(twice))) == (3, 2)
    _pass(stage, minutes=1)
    assert {e.volume_id for e in _safety(stage, asked)} == set(twice)
    assert len(_safety(stage, asked)) == 2
    _pass(stage, minutes=70)
    _pass(stage, minutes=30)
    assert _safety(stage, asked) == []


def test_of_two_the_one_that_holds_the_data_stays(stage):
    asked = _broken(stage)
    stage.cloud.break_next('create_snapshot', match=_first(stage))
    assert stage.recover().status is model.RecoveryStatus.DONE
    assert 'error' in {each.status for each in _safety(stage, asked)}
    _pass(stage, minutes=1)
    left = _safety(stage, asked)
    assert [each.status for each in left] == ['available'] * 2
    assert len({each.volume_id for each in left}) == 2


def test_a_member_of_a_point_is_no_safety_snapshot_whatever_its_tags(stage):
    """Somebody copied the tag of the recovery onto it."""
    stage.change_policy(keep=3600)
    stage.run()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    asked = stage.ask_for_recovery()
    members = stage.cloud.snapshots_of(build.PROJECT)
    for each in members:
        each.metadata[resource.RECOVERY] = asked.id
    assert stage.recover().status is model.RecoveryStatus.DONE
    noted = {each.resource_id for each in _rows(stage)}
    assert not noted & {each.id for each in members}
    assert len(_of(stage, model.KeptKind.SNAPSHOT)) == 2


MANY = 60  #: more than is looked at in one go


@pytest.fixture
def beside(done):
    """Give one who keeps what is due after sixty volumes of another project.

    Nobody may look at that one.
    """
    done.right_of_other = done.cloud.add_project('other')
    owner = protections.create(
        done.database,
        build.protection(
            id='protection-other',
            project_id='other',
            right_id=done.right_of_other.right_id,
            policy_id=samples.kept_policy(
                done.database, project_id='other', id='policy-other'
            ).id,
            next_run_at=None,
        ),
    )
    asked = recoveries.create(done.database, samples.recovery(owner))
    refused = model.RecoveryStatus.REFUSED
    recoveries.finish(done.database, asked, refused, 'no', done.now)
    rows = tuple(_left(done, asked) for _ in range(MANY))
    with done.database.writer() as session:
        for each in rows:
            session.add(tables.Kept(**dataclasses.asdict(each)))
    done.cloud.kill_trust(done.right_of_other)
    _forget_points(done)
    return done


def _left(stage, recovery):
    """Give the row of a copy that a recovery has left, and may go."""
    volume = stage.cloud.add_volume('other')
    volume.metadata[resource.RECOVERY] = recovery.id
    return samples.kept(
        recovery, resource_id=volume.id, device='', keep_until=stage.now
    )


def _of_project(stage, project_id):
    """Give the rows of a project."""
    ids = [each.id for each in stage.recoveries()]
    found = kept.of_recoveries(stage.database, ids).values()
    return [e for rows in found for e in rows if e.project_id == project_id]


def test_what_cannot_be_read_is_in_nobodys_way(beside):
    _pass(beside, minutes=70)
    _pass(beside, minutes=30)
    mine = _of_project(beside, build.PROJECT)
    assert {each.status for each in mine} == {Status.REMOVED}
    others = _of_project(beside, 'other')
    assert [each.status for each in others] == [Status.KEPT] * MANY


def test_what_cannot_be_read_is_looked_at_ever_more_rarely(beside, caplog):
    beside.tick()
    others = _of_project(beside, 'other')
    minutes = datetime.timedelta(minutes=5)
    wait = {each.not_before - each.keep_until for each in others}
    assert wait == {minutes}  # of all, and not of those looked at
    assert all('no token' in each.reason for each in others)
    for _ in range(50):
        beside.wait(minutes=4)
        beside.tick()
    # after 5 minutes, 10, 20, 40, and an hour from then on
    assert caplog.text.count('What project other keeps stays') == 7
    beside.cloud.revive_trust(beside.right_of_other)
    _pass(beside, minutes=61)
    others = _of_project(beside, 'other')
    assert {each.status for each in others} == {Status.REMOVED}


def test_what_hangs_is_in_nobodys_way(beside):
    """Cinder is at its removal for ever."""
    beside.cloud.revive_trust(beside.right_of_other)
    beside.cloud.hang_next('delete_volume', times=MANY)
    _pass(beside, minutes=1)
    asked = {each.status for each in _of_project(beside, 'other')}
    assert asked == {Status.REMOVING}
    _pass(beside, minutes=70)
    _pass(beside, minutes=30)
    mine = _of_project(beside, build.PROJECT)
    assert {each.status for each in mine} == {Status.REMOVED}
