"""What a naive service would rebuild for, and this one must not.

Each scenario goes on for some minutes, with backups that fall due and looks
of the watch, on a policy that recovers and evacuates by itself.
"""

import contextlib
import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import evidence
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from tests import build
from tests.fake import cloud as fake
from tests.functional import stage as stages

#: What destroys something, or takes the service away.
DESTRUCTIVE = frozenset(
    {
        'rebuild_server',
        'reboot_server',
        'evacuate_server',
        'delete_server',
        'detach_volume',
        'attach_volume',
        'create_volume',
        'delete_volume',
        'repair_volume',
        'stop_server',
    }
)
#: A recovery that stands so has touched nothing.
NOTHING_DONE = frozenset(
    {model.RecoveryStatus.HELD, model.RecoveryStatus.REFUSED}
)
WEBHOOK = model.Source.WEBHOOK
NOTIFICATION = model.Source.NOTIFICATION
AUTOMATIC = rules.RecoveryRules(
    automatic=True, margin=0, evacuate=True, without_point=True
)
LITERAL = dataclasses.replace(AUTOMATIC, starts_on=rules.Starts.FAILED_BACKUP)
STUBBORN = dataclasses.replace(LITERAL, even_if_healthy=True)


def _live(stage, rounds=2):
    """Let backups fall due, and the watch look, for some minutes."""
    for _ in range(rounds):
        stage.watch(4)
        _back_up(stage)
    stage.watch(4)


def _back_up(stage):
    """Have a backup fall due, unless the one before is tried again."""
    with contextlib.suppress(errors.Conflict):
        tasks.create_now(stage.database, stage.protection(), stage.now)
    stage.tick(8)


def _server(stage):
    return stage.servers['shop']


def _say(stage, source=WEBHOOK, lasts=build.HOUR, times=3):
    """Have something said of the service, often and for long enough."""
    for _ in range(times):
        said = evidence.Said(source, 'guest', 'it does not answer', lasts)
        evidence.say(stage.database, stage.protection(), said, stage.now)
        stage.wait(seconds=40)


def _put(status, task_state=None, **attributes):
    """Give the scenario of a server that is in some state for long."""

    def scenario(stage):
        server = _server(stage)
        server.status, server.task_state = status, task_state
        for name, value in attributes.items():
            setattr(server, name, value)
        _live(stage)

    return scenario


def _volume(status):
    def scenario(stage):
        stage.cloud.volumes_of(_server(stage))[0].status = status
        _live(stage)

    return scenario


def _outage(*services):
    def scenario(stage):
        with stage.cloud.outage(*services):
            _live(stage)
        _live(stage, 1)

    return scenario


def _failing(method, error, times=None, chosen=AUTOMATIC):
    def scenario(stage):
        _rule(stage, chosen)
        stage.cloud.fail(method, error, times=times)
        _live(stage)

    return scenario


def _rule(stage, chosen):
    stage.policy = policies.update(
        stage.database, dataclasses.replace(stage.policy, recovery=chosen)
    )


def _host(status, forced_down=False, chosen=AUTOMATIC, server_status=None):
    def scenario(stage):
        _rule(stage, chosen)
        host = _server(stage).host
        host.status, host.forced_down = status, forced_down
        if server_status:
            stage.cloud.break_server(_server(stage))
        _live(stage)

    return scenario


def _paused(stage):
    protections.update(
        stage.database,
        dataclasses.replace(
            stage.protection(), status=model.ProtectionStatus.PAUSED
        ),
    )
    stage.cloud.break_server(_server(stage))
    _live(stage)


def _policy_paused(stage):
    stage.policy = policies.update(
        stage.database, dataclasses.replace(stage.policy, paused=True)
    )
    stage.cloud.break_server(_server(stage))
    _live(stage)


def _dead_trust(stage):
    """Services answer 503 to the tokens of a trust that is dead."""
    stage.cloud.kill_trust(stage.right)
    with stage.cloud.outage('nova', 'cinder', 'glance'):
        _live(stage)
    _live(stage, 1)


def _dead_trust_of_a_broken_server(stage):
    stage.cloud.break_server(_server(stage))
    stage.cloud.kill_trust(stage.right)
    _live(stage)


def _mended_before_it_began(stage):
    """Its recovery waited for a worker, and somebody was quicker."""
    stage.cloud.break_server(_server(stage))
    stage.watch(3)
    _server(stage).status = 'ACTIVE'
    assert stage.recover().status is model.RecoveryStatus.REFUSED
    _live(stage)


def _volume_mended_before_it_began(stage):
    volume = stage.cloud.volumes_of(_server(stage))[0]
    volume.status = 'error'
    stage.watch(3)
    volume.status = 'in-use'
    assert stage.recover().status is model.RecoveryStatus.REFUSED
    _live(stage)


def _host_back_before_it_began(stage):
    host = _server(stage).host
    host.status, host.forced_down = 'DOWN', True
    stage.watch(3)
    host.status, host.forced_down = 'UP', False
    assert stage.recover().status is model.RecoveryStatus.REFUSED
    _live(stage)


def _flapping(stage):
    for _ in range(8):
        stage.cloud.break_server(_server(stage))
        stage.watch()
        _server(stage).status = 'ACTIVE'
        stage.watch()
    _live(stage, 1)


def _one_look(stage):
    stage.cloud.break_server(_server(stage))
    stage.watch()
    _server(stage).status = 'ACTIVE'
    _live(stage)


def _unread_while_seen_in_error(stage):
    """The watch has seen it for long, and the fresh read does not come."""
    stage.cloud.break_server(_server(stage))
    stage.watch(2)
    stage.cloud.fail('get_server', errors.CloudUnavailable('503'), times=None)
    stage.watch(4)


def _well_when_read_afresh(stage):
    """The lists are stale: Nova shows ERROR there, and ACTIVE by itself."""
    stage.cloud.break_server(_server(stage))
    stage.watch(2)
    with _as_listed(stage):
        stage.watch(4)


@contextlib.contextmanager
def _as_listed(stage):
    """Let the lists go on as they are, and the server be well."""
    server = _server(stage)
    stale = [server.show()]
    server.status = 'ACTIVE'
    kept = stage.cloud.nova.list_servers
    stage.cloud.nova.list_servers = lambda project_id: stale
    try:
        yield
    finally:
        stage.cloud.nova.list_servers = kept


def _nothing_listed(stage):
    """A part of the cloud is away: its servers are not in the list."""
    kept = stage.cloud.nova.list_servers
    stage.cloud.nova.list_servers = lambda project_id: []
    stage.watch(6)
    stage.cloud.nova.list_servers = kept
    _live(stage, 1)


def _all_hosts_unknown(stage):
    """The control plane restarts: all heartbeats are stale for a while."""
    for number in range(12):
        stage.protect(f'service-{number}')
    for each in stage.servers.values():
        each.host.status = 'UNKNOWN'
    _live(stage, 1)


def _all_in_error(stage):
    """Nova calls everything broken: that is Nova's own trouble."""
    for number in range(12):
        stage.protect(f'service-{number}')
    for each in stage.servers.values():
        stage.cloud.break_server(each)
    stage.watch(6)


def _all_in_error_as_their_backups_fall_due(stage):
    """Each failed backup agrees with the fresh read: no watch is needed."""
    for number in range(12):
        stage.protect(f'service-{number}')
    for each in stage.servers.values():
        stage.cloud.break_server(each)
    for each in stage.servers:
        tasks.create_now(stage.database, stage.protection(each), stage.now)
    stage.tick(8)
    assert len(stage.recoveries()) == len(stage.servers)


def _alarm_of_a_stopped_server(stage):
    _server(stage).status = 'SHUTOFF'
    _say(stage)
    _live(stage, 1)


def _stale_alarm(stage):
    _say(stage, lasts=build.HOUR / 12)
    stage.wait(minutes=6)
    _live(stage)


def _single_alarm(stage):
    _say(stage, times=1)
    _live(stage)


def _alarm_that_is_over(stage):
    _say(stage)
    evidence.withdraw(
        stage.database, [stage.protection().id], WEBHOOK, 'guest'
    )
    _live(stage)


def _alarm_the_policy_does_not_heed(stage):
    _rule(stage, dataclasses.replace(AUTOMATIC, automatic=False))
    _say(stage)
    _live(stage)


def _replayed_notifications(stage):
    _say(stage, NOTIFICATION, times=9)
    _live(stage)


def _notification_of_a_resize(stage):
    _server(stage).status = 'VERIFY_RESIZE'
    _say(stage, NOTIFICATION)
    _live(stage, 1)


def _foreign_volume_in_error(stage):
    stage.cloud.add_volume(build.PROJECT).status = 'error'
    _live(stage)


def _foreign_server_in_error(stage):
    other = stage.cloud.add_server(build.PROJECT, name='other')
    stage.cloud.break_server(other)
    _live(stage)


def _volume_of_another_project(stage):
    stage.cloud.volumes_of(_server(stage))[0].project_id = 'project-b'
    _live(stage)


def _detached_by_its_user(stage):
    server = _server(stage)
    volume = stage.cloud.volumes_of(server)[0]
    del server.attachments[volume.id]
    volume.status = 'error'
    _live(stage)


def _deleted(stage):
    del stage.cloud.world.servers[_server(stage).id]
    _live(stage)


def _deleted_while_watched(stage):
    stage.cloud.break_server(_server(stage))
    stage.watch(2)
    _deleted(stage)


def _snapshot_in_error(stage):
    stage.cloud.break_next('create_snapshot', times=3)
    _live(stage)


def _snapshot_for_ever(stage):
    stage.cloud.hang_next('create_snapshot')
    stage.run(ticks=4)
    stage.wait(minutes=11)
    _live(stage, 1)


def _quota(stage):
    stage.cloud.limit(build.PROJECT, snapshots=2)
    _live(stage)


def _literal_but_healthy(stage):
    _rule(stage, LITERAL)
    _snapshot_in_error(stage)


def _literal_and_an_outage(stage):
    _rule(stage, STUBBORN)
    with stage.cloud.outage('cinder'):
        _live(stage)
    stage.cloud.limit(build.PROJECT, snapshots=2)
    _live(stage, 1)


def _literal_and_a_dead_trust(stage):
    _rule(stage, STUBBORN)
    _dead_trust(stage)


def _literal_and_rescued(stage):
    _rule(stage, STUBBORN)
    stage.cloud.fail(
        'create_snapshot', errors.CloudConflict('409'), times=None
    )
    _put('RESCUE')(stage)


def _error_and_an_outage_of_cinder(stage):
    """A backup that fails of Cinder proves nothing of the server."""
    stage.cloud.break_server(_server(stage))
    stage.cloud.fail(
        'list_volumes', errors.CloudUnavailable('503'), times=None
    )
    _live(stage)


SCENARIOS = {
    'stopped by its user': _put('SHUTOFF'),
    'stopped, and its alarm goes on': _alarm_of_a_stopped_server,
    'paused': _put('PAUSED'),
    'suspended': _put('SUSPENDED'),
    'shelved': _put('SHELVED'),
    'shelved and offloaded': _put('SHELVED_OFFLOADED'),
    'rescued': _put('RESCUE'),
    'resized, not confirmed': _put('VERIFY_RESIZE'),
    'being resized': _put('RESIZE', 'resize_migrating'),
    'being migrated': _put('ACTIVE', 'migrating'),
    'rebuilt by its user': _put('REBUILD', 'rebuild_spawning'),
    'in ERROR, and Nova is at work on it': _put('ERROR', 'deleting'),
    'listed as UNKNOWN': _put('UNKNOWN'),
    'locked': _put('ACTIVE', locked=True),
    'locked, in ERROR': _put('ERROR', locked=True),
    'protection paused, in ERROR': _paused,
    'policy paused, in ERROR': _policy_paused,
    'host in maintenance': _host('MAINTENANCE'),
    'host in maintenance, in ERROR': _host(
        'MAINTENANCE', server_status='ERROR'
    ),
    'host down, not fenced': _host('UNKNOWN'),
    'host down, not fenced, in ERROR': _host('UNKNOWN', server_status='ERROR'),
    'host fenced, not to be left': _host(
        'DOWN', True, dataclasses.replace(AUTOMATIC, evacuate=False), 'ERROR'
    ),
    'all hosts unknown at once': _all_hosts_unknown,
    'everything in ERROR at once': _all_in_error,
    'everything in ERROR, and its backup due': (
        _all_in_error_as_their_backups_fall_due
    ),
    'one missed read of the server': _failing(
        'get_server', errors.CloudUnavailable('timed out'), 1
    ),
    'one missed read of the lists': _failing(
        'list_servers', errors.CloudUnavailable('timed out'), 1
    ),
    'Nova down': _outage('nova'),
    'Cinder down': _outage('cinder'),
    'Keystone down': _outage('keystone'),
    'Gnocchi down': _outage('gnocchi'),
    'all down': _outage('nova', 'cinder', 'keystone', 'glance', 'gnocchi'),
    '503 of all, and the trust is dead': _dead_trust,
    'the trust is dead, in ERROR': _dead_trust_of_a_broken_server,
    'the server refused to be read': _failing(
        'get_server', errors.CloudRefused('403')
    ),
    'snapshots refused': _failing(
        'create_snapshot', errors.CloudRefused('403')
    ),
    'snapshots refused for the volume\'s state': _failing(
        'create_snapshot', errors.CloudConflict('Invalid volume: 400')
    ),
    'quota used up': _quota,
    'a snapshot in error': _snapshot_in_error,
    'a snapshot that is never done': _snapshot_for_ever,
    'seen in ERROR once': _one_look,
    'ERROR and ACTIVE in turn': _flapping,
    'in ERROR, and not read afresh': _unread_while_seen_in_error,
    'in ERROR in stale lists only': _well_when_read_afresh,
    'in ERROR, and the backup failed of Cinder': (
        _error_and_an_outage_of_cinder
    ),
    'mended before its recovery began': _mended_before_it_began,
    'a volume mended before': _volume_mended_before_it_began,
    'its host back before': _host_back_before_it_began,
    'not listed': _nothing_listed,
    'deleted by its user': _deleted,
    'deleted after it was in ERROR': _deleted_while_watched,
    'a stale alarm': _stale_alarm,
    'an alarm, once': _single_alarm,
    'an alarm that is over': _alarm_that_is_over,
    'an alarm the policy does not heed': _alarm_the_policy_does_not_heed,
    'replayed notifications': _replayed_notifications,
    'a notification of a resize': _notification_of_a_resize,
    'a volume detaching': _volume('detaching'),
    'a volume reserved': _volume('reserved'),
    'a volume being backed up': _volume('backing-up'),
    'a volume whose extension failed': _volume('error_extending'),
    'another volume in error': _foreign_volume_in_error,
    'another server in ERROR': _foreign_server_in_error,
    'a volume of another project': _volume_of_another_project,
    'a broken volume, detached': _detached_by_its_user,
    'literal rule, healthy server': _literal_but_healthy,
    'literal rule, outage and quota': _literal_and_an_outage,
    'literal rule, dead trust': _literal_and_a_dead_trust,
    'literal rule, rescued': _literal_and_rescued,
}


def tried(name, folder=None):
    """Try a scenario; gives what was done that must not be."""
    stage = stages.Stage(folder, recovery=AUTOMATIC)
    stage.protect()
    stage.run()
    assert stage.good()
    stage.wait(minutes=5)
    before = len(stage.cloud.changes())
    SCENARIOS[name](stage)
    done = [
        f'{name}: {each.method}'
        for each in stage.cloud.changes()[before:]
        if each.method in DESTRUCTIVE
    ]
    opened = [
        f'{name}: {each.status} recovery: {each.cause}'
        for each in stage.recoveries()
        if each.status not in NOTHING_DONE
    ]
    return done + opened


@pytest.mark.parametrize('name', SCENARIOS)
def test_nothing_is_done(name):
    assert tried(name) == []


def test_there_are_enough():
    assert len(SCENARIOS) >= 30


@pytest.mark.parametrize(
    'strike',
    [
        _put('ERROR'),
        _volume('error'),
        _host('DOWN', True),
        lambda stage: (_say(stage), _live(stage, 1)),
        lambda stage: (_rule(stage, STUBBORN), _snapshot_in_error(stage)),
    ],
    ids=['server', 'volume', 'host', 'guest', 'literal'],
)
def test_what_is_a_fault_is_one_in_the_same_minutes(strike):
    """Else the scenarios above would prove nothing."""
    stage = stages.Stage(recovery=AUTOMATIC)
    stage.protect()
    stage.run()
    stage.wait(minutes=5)
    strike(stage)
    assert stage.recoveries()


def test_each_destructive_call_is_one_of_the_port():
    assert all(
        hasattr(fake.FakeProject, each) or hasattr(fake.FakeCloud, each)
        for each in DESTRUCTIVE
    )
