"""What a trust passes on; and none stays that nobody knows of."""

import json

from keystoneauth1.identity import v3
import pytest

from snapfault import errors
from snapfault.cloud import cloud
from snapfault.cloud import enrol
from tests.unit.cloud import canned
from tests.unit.cloud import test_door

TRUSTS = r'http://keystone/v3/OS-TRUST/trusts'
SERVER = {**test_door.SERVER, 'tenant_id': 'p'}
VOLUME = {
    'id': 'v',
    'name': 'data',
    'status': 'in-use',
    'size': 1,
    'volume_type': None,
    'availability_zone': 'nova',
    'snapshot_id': None,
    'attachments': [],
    'multiattach': False,
    'bootable': 'false',
    'encrypted': False,
    'metadata': {},
}
ATTACHED = {
    'serverId': 's',
    'volumeId': 'v',
    'device': '/dev/vdb',
    'tag': None,
    'delete_on_termination': False,
}


@pytest.fixture
def services():
    made = canned.Services()
    nova = r'http://nova/v2.1/servers/s'
    made.say('GET', nova, (200, {'server': SERVER}))
    made.say(
        'GET',
        f'{nova}/os-volume_attachments',
        (200, {'volumeAttachments': [ATTACHED]}),
    )
    made.say('GET', r'http://cinder/v3/volumes/v', (200, {'volume': VOLUME}))
    image = {'id': 'i', 'name': 'cirros', 'status': 'active'}
    made.say('GET', r'http://glance/v2/images/i', (200, image))
    made.say('POST', TRUSTS, (201, {'trust': {'id': 't'}}))
    made.say('DELETE', TRUSTS, (204, None))
    return made


@pytest.fixture
def enrolling(tmp_path, services):
    """Make one whose trusts pass on roles of these names."""

    def make(*roles):
        sessions = canned.sessions(tmp_path, services)
        sessions.own.check()
        return enrol.Enroller(sessions, cloud.Cloud(sessions), list(roles))

    return make


@pytest.fixture
def enroller(enrolling):
    return enrolling('member')


@pytest.fixture
def caller():
    return v3.Token('http://keystone/v3', 'token', project_id='p')


def test_trust_is_tried_and_kept(services, enroller, caller):
    found = enroller.enrol(caller, 'p', 's')
    assert (found.delegation.right_id, found.image_id) == ('t', 'i')
    assert services.count('DELETE', 'trusts') == 0


@pytest.mark.parametrize('roles', [['member'], ['reader', 'snapshooter']])
@pytest.mark.parametrize(
    'made_by',
    [
        lambda enroller, caller: enroller.enrol(caller, 'p', 's'),
        lambda enroller, caller: enroller.delegate(caller, 'p'),
    ],
    ids=['enrol', 'delegate'],
)
def test_trust_passes_on_no_more_than_the_option_says(
    services, enrolling, caller, roles, made_by
):
    """Not what its giver holds, nor on to another."""
    held = [{'id': each, 'name': each} for each in (*roles, 'admin')]
    giver = {**canned.TOKEN['token']['user'], 'id': 'giver'}
    token = {**canned.TOKEN['token'], 'user': giver, 'roles': held}
    by_token = [(201, {'token': token}), test_door.TOKEN]
    enroller = enrolling(*roles)
    services.say('POST', test_door.TOKENS, *by_token)
    made_by(enroller, caller)
    (asked,) = [
        json.loads(each.body)
        for each in services.asked
        if (each.method, each.url) == ('POST', TRUSTS)
    ]
    assert asked == {
        'trust': {
            'trustor_user_id': 'giver',
            'trustee_user_id': 'u',  # the service's own
            'project_id': 'p',
            'impersonation': True,
            'roles': [{'name': each} for each in roles],
        }
    }


def test_trust_that_gives_no_token_is_removed(services, enroller, caller):
    services.say('POST', test_door.TOKENS, test_door.TOKEN, test_door.DENIED)
    with pytest.raises(errors.SnapfaultError):
        enroller.enrol(caller, 'p', 's')
    assert services.count('DELETE', 'trusts/t') == 1


def test_trust_that_does_not_see_the_server_is_removed(
    services, enroller, caller
):
    found = (200, {'server': SERVER})
    services.say('GET', r'http://nova/v2.1/servers/s$', found, (404, {}))
    with pytest.raises(errors.NotFound):
        enroller.enrol(caller, 'p', 's')
    assert services.count('DELETE', 'trusts/t') == 1


def test_server_of_another_project(services, enroller, caller):
    """An administrator sees it, and yet it is none of this project's."""
    with pytest.raises(errors.InvalidInput):
        enroller.enrol(caller, 'q', 's')
    assert services.count('POST', 'trusts') == 0


@pytest.mark.parametrize('status', [403, 404])
def test_caller_who_can_make_no_trust(services, enroller, caller, status):
    services.say('POST', TRUSTS, (status, {}))
    with pytest.raises(errors.CloudRefused, match='role'):
        enroller.enrol(caller, 'p', 's')
