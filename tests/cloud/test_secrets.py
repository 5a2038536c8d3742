"""What real services hand out and take is told in no log and no row."""

import sqlite3
import urllib.parse
import uuid

import pytest
import requests

MARKED = 'Marked-By-The-Owner-Of-A-Credential'
ENDED = {'done', 'failed', 'refused', 'aborted'}


def _protected(alpha):
    """Protect a server by a credential whose secret is marked."""
    made = alpha.cloud.identity.create_application_credential(
        alpha.cloud.current_user_id, uuid.uuid4().hex, secret=MARKED
    )
    server, _attached = alpha.server(volumes=1)
    body = {
        'business_id': 'marked',
        'server_id': server.id,
        'policy_id': alpha.policy()['id'],
        'delegation': {
            'kind': 'application-credential',
            'id': made.id,
            'secret': MARKED,
        },
    }
    found = alpha.ask('POST', '/v1/protections', {'protection': body})
    return found['protection']


def _rows(database):
    """Give all that stands in the database, as text."""
    with sqlite3.connect(database) as connection:
        return '\n'.join(connection.iterdump())


@pytest.fixture
def carry_out(alpha, until):
    """Give what asks for something and waits for its good end."""

    def carry_out(path, body=None):
        ((noun, made),) = alpha.ask('POST', path, body).items()
        read = f'/{"/".join(path.split("/")[1:3])}/{made["id"]}'

        def over():
            found = alpha.ask('GET', read)[noun]
            return found if found['status'] in ENDED else None

        found = until(over, 120)
        assert found['status'] == 'done', found
        return read

    return carry_out


def test_no_secret_is_told(alpha, snapfault, carry_out):
    begin = snapfault.log.stat().st_size
    protection = _protected(alpha)
    path = f'/v1/protections/{protection["id"]}'
    url = alpha.ask('POST', f'{path}/webhook')['webhook']['url']
    alarm = {'alarm_id': str(uuid.uuid4()), 'current': 'ok'}
    requests.post(url, json=alarm, timeout=30).raise_for_status()
    of_it = {'business_id': protection['business_id']}
    carry_out('/v1/tasks', {'task': {'protection_id': protection['id']}})
    carry_out('/v1/drills', {'drill': of_it})
    recovered = carry_out('/v1/recoveries', {'recovery': of_it})
    carry_out(f'{recovered}/undo')
    report = alpha.ask('GET', f'{recovered}/report')
    rows = _rows(snapfault.database)  # its right is among them still
    alpha.ask('DELETE', path)
    told = {
        'log': snapfault.log.read_bytes()[begin:].decode(),
        'rows': rows,
        'report': str(report),
    }
    assert 'keystoneauth' in told['log']  # what was asked, and of whom
    assert recovered.rpartition('/')[2] in told['rows']
    secrets = {
        'token': alpha.cloud.session.get_token(),
        'credential': MARKED,
        'webhook': urllib.parse.urlsplit(url).path.rpartition('/')[2],
    }
    assert [
        (place, name)
        for place, text in told.items()
        for name, secret in secrets.items()
        if secret in text
    ] == []
    # nor is any other token told, or the password that a rebuild gives
    assert secrets['token'].startswith('gAAAAAB')
    assert 'gAAAAAB' not in told['log'] + told['report']
    assert 'adminPass' not in told['log']
