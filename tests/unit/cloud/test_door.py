"""How services are asked, and when a delegation is called dead."""

import contextlib
import json
import logging

import pytest

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import image
from snapfault.cloud import quota
from snapfault.cloud import volume
from tests.unit.cloud import canned

TOKENS = r'http://keystone/v3/auth/tokens'
LIMITS = r'http://cinder/v3/limits'
TRUST = model.Delegation('p', 't')
DENIED = (403, {'error': {'message': 'forbidden'}})
TOKEN = (201, canned.TOKEN)
PROXY = (404, canned.Page('404 page not found\n'))
DOWN = (503, {'error': {'message': 'keystone would not say'}})
ABSOLUTE = {
    'maxTotalSnapshots': -1,
    'totalSnapshotsUsed': 3,
    'maxTotalVolumes': 10,
    'totalVolumesUsed': 4,
    'maxTotalVolumeGigabytes': 10,
    'totalGigabytesUsed': 12,
}
LEFT = (200, {'limits': {'absolute': ABSOLUTE}})
SERVER = {
    'id': 's',
    'name': 'web',
    'status': 'ERROR',
    'OS-EXT-STS:task_state': None,
    'image': {'id': 'i'},
    'flavor': {'original_name': 'm1.small'},
    'metadata': {'theirs': 'kept'},
    'locked': False,
    'os-extended-volumes:volumes_attached': [],
    'tags': [],
    'addresses': {'private': [{'addr': '10.0.0.7'}]},
    'hostId': 'host',
    'fault': {'message': 'lost', 'created': '2026-01-02T03:04:05Z'},
}


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def sessions(tmp_path, services):
    return canned.sessions(tmp_path, services)


@pytest.fixture
def door(sessions):
    return sessions.by_delegation(TRUST)


def body_of(request):
    return json.loads(request.body)


def test_trust_is_the_only_scope(services, door):
    door.check()
    assert body_of(services.asked[-1])['auth']['scope'] == {
        'OS-TRUST:trust': {'id': 't'}
    }


def test_own_scope_is_the_project(services, sessions):
    sessions.own.check()
    scope = body_of(services.asked[-1])['auth']['scope']
    assert scope['project']['name'] == 'service'


def test_door_of_a_trust_is_kept(sessions):
    assert sessions.by_delegation(TRUST) is sessions.by_delegation(TRUST)
    before = sessions.by_delegation(TRUST)
    sessions.forget(TRUST)
    assert sessions.by_delegation(TRUST) is not before


@pytest.mark.parametrize(
    ('answer', 'tokens', 'expected'),
    [
        # fetched at first, anew when judging, then for ourselves; on 401
        # keystoneauth fetches one more
        (DOWN, [TOKEN], errors.CloudUnavailable),
        (DOWN, [TOKEN, DENIED, TOKEN], errors.DelegationDead),
        (DOWN, [TOKEN, DENIED, DENIED], errors.CloudUnavailable),
        (DOWN, [TOKEN, DOWN], errors.CloudUnavailable),
        ((403, {}), [TOKEN], errors.CloudRefused),
        ((403, {}), [TOKEN, DENIED, TOKEN], errors.DelegationDead),
        ((401, {}), [TOKEN], errors.CloudUnavailable),
        ((401, {}), [TOKEN, DENIED, DENIED, TOKEN], errors.DelegationDead),
        ((404, {}), [TOKEN], errors.NotFound),
        (PROXY, [TOKEN], errors.CloudUnavailable),
        (LEFT, [DENIED, DENIED, TOKEN], errors.DelegationDead),
        (LEFT, [DENIED, TOKEN], errors.CloudUnavailable),  # it lives
        (LEFT, [DENIED], errors.CloudUnavailable),
        (LEFT, [DOWN], errors.CloudUnavailable),
        # the right to act is not gone, though our own token comes next
        (LEFT, [PROXY, PROXY, TOKEN], errors.CloudUnavailable),
        (LEFT, [(404, {}), (404, {}), TOKEN], errors.DelegationDead),
    ],
)
def test_who_is_to_blame(services, door, answer, tokens, expected):
    services.say('POST', TOKENS, *tokens)
    services.say('GET', LIMITS, answer)
    with pytest.raises(errors.SnapfaultError) as caught:
        quota.by_limits(door)
    assert type(caught.value) is expected


def test_expired_token_is_renewed(services, door):
    services.say('GET', LIMITS, (401, {}), LEFT)
    assert quota.by_limits(door).volumes == 6
    assert services.count('POST', 'tokens') == 2


def test_headroom_may_be_negative(services, door):
    services.say('GET', LIMITS, LEFT)
    assert quota.by_limits(door) == resource.Headroom(None, 6, -2)


@pytest.mark.parametrize(
    ('nova', 'cinder', 'expected'),
    [
        ('2.104', '3.71', ('2.96', '3.70')),
        ('2.90', '3.59', ('2.90', '3.59')),
        ('2.79', '3.22', ('2.79', '3.22')),
        ('2.78', '3.22', None),
        ('2.79', '3.21', None),
    ],
)
def test_microversions(tmp_path, nova, cinder, expected):
    services = canned.Services(nova, cinder)
    services.say('GET', r'http://nova/v2.1/servers/s', (200, {'server': {}}))
    services.say('GET', LIMITS, LEFT)
    door = canned.sessions(tmp_path, services).by_delegation(TRUST)

    def ask():
        compute.show(door, 's')
        quota.by_limits(door)
        return tuple(
            each.headers['OpenStack-API-Version'].split()[1]
            for each in services.asked
            if each.url.endswith(('/s', '/limits'))
        )

    if expected:
        assert ask() == expected
    else:
        with pytest.raises(errors.CloudRefused, match='is needed'):
            ask()


def test_reads_are_retried(tmp_path, services):
    services.say('GET', LIMITS, DOWN, (500, {}), LEFT)
    door = canned.sessions(tmp_path, services, 30).by_delegation(TRUST)
    assert quota.by_limits(door).volumes == 6
    assert services.count('GET', 'limits') == 3


@pytest.mark.parametrize(
    'ask',
    [
        lambda door: compute.get_server(door, 's'),
        lambda door: compute.list_attachments(door, 's'),
        lambda door: volume.delete_volume(door, 'v'),
        lambda door: volume.delete_snapshot(door, 'v'),
        lambda door: image.get_image(door, 'i'),
    ],
)
def test_nothing_is_gone_because_a_proxy_says_404(services, door, ask):
    door.check()
    for each in ('nova/v2.1/', 'cinder/v3/', 'glance/v2/'):
        for method in ('GET', 'DELETE'):
            services.say(method, rf'http://{each}\w+/', PROXY)
    with pytest.raises(errors.CloudUnavailable, match='no service says so'):
        ask(door)


def test_a_proxy_that_knows_the_way_again_is_asked_again(tmp_path, services):
    services.say('GET', LIMITS, PROXY, PROXY, LEFT)
    door = canned.sessions(tmp_path, services, 30).by_delegation(TRUST)
    assert quota.by_limits(door).volumes == 6


@pytest.mark.parametrize('status', [404, 409, 413])
def test_refusals_are_not_retried(tmp_path, services, status):
    services.say('GET', LIMITS, (status, {}))
    door = canned.sessions(tmp_path, services, 30).by_delegation(TRUST)
    with pytest.raises(errors.SnapfaultError):
        quota.by_limits(door)
    assert services.count('GET', 'limits') == 1


def test_changes_are_not_retried(tmp_path, services):
    services.say('POST', r'http://cinder/v3/snapshots', DOWN)
    door = canned.sessions(tmp_path, services, 30).by_delegation(TRUST)
    with pytest.raises(errors.CloudUnavailable):
        volume.create_snapshot(door, 'v', 'nightly', {})
    assert services.count('POST', 'snapshots') == 1


@pytest.mark.parametrize(
    'answer', ['<html>proxy</html>', {'limits': {}}, {'other': 1}, [], None]
)
def test_answers_without_sense(services, door, answer):
    services.say('GET', LIMITS, (200, answer))
    with pytest.raises(errors.CloudUnavailable):
        quota.by_limits(door)


def test_ids_cannot_leave_their_place(services, door):
    services.say('GET', r'http://nova/v2.1/servers/', (404, {}))
    with pytest.raises(errors.NotFound):
        compute.get_server(door, 'a/action?b')
    assert services.asked[-1].url.endswith('/servers/a%2Faction%3Fb')


@pytest.mark.parametrize(
    ('nova', 'image', 'sent'),
    [
        ('2.92', '', False),
        ('2.79', '', False),
        ('2.93', '', True),
        ('2.104', '', True),
        ('2.92', {'id': 'i'}, True),
    ],
)
def test_no_rebuild_where_nova_keeps_what_is_on_a_root_volume(
    tmp_path, nova, image, sent
):
    services = canned.Services(nova)
    url = r'http://nova/v2.1/servers/s'
    services.say('GET', url, (200, {'server': SERVER | {'image': image}}))
    services.say('POST', url, (202, {}))
    door = canned.sessions(tmp_path, services).by_delegation(TRUST)
    with contextlib.ExitStack() as refused:
        if not sent:
            refused.enter_context(
                pytest.raises(errors.CloudRefused, match='microversion 2')
            )
        compute.rebuild(door, 's', 'i', 'recovery-1', {})
    assert services.count('POST', '/action') == sent


@pytest.mark.parametrize(
    ('nova', 'reimages'),
    [('2.79', False), ('2.92', False), ('2.93', True), ('2.104', True)],
)
def test_whether_a_root_volume_is_written_anew(tmp_path, nova, reimages):
    services = canned.Services(nova)
    door = canned.sessions(tmp_path, services).by_delegation(TRUST)
    assert compute.reimages_roots(door) is reimages
    asked = len(services.asked)
    assert compute.reimages_roots(door) is reimages
    assert len(services.asked) == asked  # it is known by then


def test_what_nova_speaks_is_asked_once_for_all_doors(services, sessions):
    for right_id in ('t', 'u'):
        door = sessions.by_delegation(model.Delegation('p', right_id))
        door.check()
        assert compute.reimages_roots(door) is True
    assert services.count('GET', 'http://nova/') == 1


def test_a_nova_that_does_not_say_what_it_speaks(tmp_path):
    services = canned.Services('')
    door = canned.sessions(tmp_path, services).by_delegation(TRUST)
    with pytest.raises(errors.CloudUnavailable, match='microversions'):
        compute.reimages_roots(door)


def test_rebuild_keeps_metadata_and_the_secret(services, door, caplog):
    caplog.set_level(logging.DEBUG)
    url = r'http://nova/v2.1/servers/s'
    services.say('GET', url, (200, {'server': SERVER}))
    services.say('POST', url, (202, {'server': {'adminPass': 'hush-7'}}))
    compute.rebuild(door, 's', 'i', 'recovery-1')
    assert body_of(services.asked[-1])['rebuild'] == {
        'imageRef': 'i',
        'metadata': {'theirs': 'kept', resource.RECOVERY: 'recovery-1'},
    }
    assert 'hush-7' not in caplog.text
