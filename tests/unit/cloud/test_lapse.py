"""What is said of a dead right by how much the service may read."""

import datetime

import pytest

from snapfault import model
from snapfault.cloud import lapse
from tests import build
from tests.unit.cloud import canned

KIND = model.DelegationKind
KEYSTONE = r'http://keystone/v3'
HIDDEN = (403, {'error': {'message': 'not for you'}})
GONE = (404, {'error': {'message': 'gone'}})
PROJECT = (200, {'project': {'id': 'p', 'enabled': True}})
USER = (200, {'user': {'id': 'u', 'enabled': True}})
DISABLED = (200, {'user': {'id': 'u', 'enabled': False}})
TRUST = (
    200,
    {'trust': {'trustor_user_id': 'u', 'roles': [{'name': 'operator'}]}},
)
CREDENTIAL = (200, {'application_credential': {'id': 'c'}})
ADD = 'openstack role add --user u --project p'
ENABLE = 'openstack user set --enable u'
ANEW = 'openstack protection set PROTECTION --delegation'


def why(tmp_path, kind, ends=None, **answers):
    """Give what is said of a right when Keystone answers so."""
    services = canned.Services()
    for path, answer in {
        'projects/p': PROJECT,
        'OS-TRUST/trusts/t': TRUST,
        'users/u/application_credentials/c': CREDENTIAL,
        'users/u': USER,
        **{k.replace('__', '/'): v for k, v in answers.items()},
    }.items():
        services.say('GET', f'{KEYSTONE}/{path}$', answer)
    sessions = canned.sessions(tmp_path, services)
    right = model.Right(model.Delegation('p', 't', kind), 'c', 'u', ends, None)
    return lapse.Inquest(sessions.own, ['member', 'extra']).why(
        right, build.NOW
    )


@pytest.mark.parametrize(
    ('kind', 'answers', 'says', 'not_says'),
    [
        (KIND.TRUST, {}, [f'{ADD} operator`', ANEW], [ENABLE]),
        (KIND.TRUST, {'users__u': DISABLED}, [ENABLE], [ADD, ANEW]),
        (KIND.TRUST, {'users__u': GONE}, [ANEW], [ADD, ENABLE]),
        (KIND.TRUST, {'users__u': HIDDEN}, [ADD, ENABLE, ANEW], []),
        (KIND.TRUST, {'OS-TRUST__trusts__t': GONE}, [ANEW], [ADD, ENABLE]),
        (KIND.TRUST, {'projects__p': GONE}, ['deleted'], [ADD, ANEW]),
        (KIND.TRUST, {'projects__p': HIDDEN}, [ADD], []),
        (KIND.APPLICATION_CREDENTIAL, {}, [f'{ADD} member', ANEW], [ENABLE]),
        (
            KIND.APPLICATION_CREDENTIAL,
            {'users__u': HIDDEN},
            [f'{ADD} member', f'{ADD} extra', ENABLE, ANEW],
            [],
        ),
        (
            KIND.APPLICATION_CREDENTIAL,
            {'users__u__application_credentials__c': GONE},
            ['deleted', ANEW],
            [ADD, ENABLE],
        ),
    ],
)
def test_why(tmp_path, kind, answers, says, not_says):
    told = why(tmp_path, kind, **answers)
    assert [each for each in says if each not in told] == []
    assert [each for each in not_says if each in told] == []


def test_a_project_that_is_disabled(tmp_path):
    off = (200, {'project': {'id': 'p', 'enabled': False}})
    for kind in KIND:
        told = why(tmp_path, kind, projects__p=off)
        assert 'openstack project set --enable p' in told


def test_a_credential_that_has_ended(tmp_path):
    ends = build.NOW - datetime.timedelta(seconds=1)
    told = why(tmp_path, KIND.APPLICATION_CREDENTIAL, ends)
    assert 'expired' in told
    assert ANEW in told
    assert ADD not in told


def test_an_assignment_that_was_taken(tmp_path):
    told = why(tmp_path, KIND.ASSIGNMENT, projects__p=HIDDEN)
    assert '--project p member && openstack role add' in told
    assert '--project p extra`' in told
