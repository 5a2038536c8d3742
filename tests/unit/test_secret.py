"""What is quoted to people has no secret in it."""

import pytest

from snapfault import secret

MARKED = 'Marked-Quoted-Secret'


@pytest.mark.parametrize(
    'text',
    [
        '{"application_credential": {"id": "x", "secret": "%s"}}',
        "{'password': '%s', 'user': 'x'}",
        'rabbit://snapfault:%s@host:5672/',
        'mysql+pymysql://snapfault:%s@host/snapfault?charset=utf8',
        'POST http://host/v1/webhooks/protection-1/%s HTTP/1.1',
        '"secret": "%s"',
        "secret='%s'",
        '{\\"application_credential\\": {\\"secret\\": \\"%s\\"}}',
        '{\\\\\\"password\\\\\\": \\\\\\"%s\\\\\\"}',
        'application_credential_secret = %s',
        'X-Auth-Token: %s',
        "{'X-Service-Token': '%s'}",
        'X-Subject-Token: gAAAA%s',
    ],
)
def test_what_is_quoted_is_blotted(text):
    told = secret.blot(f'it said: {text % MARKED} and more')
    assert MARKED not in told
    assert told.startswith('it said: ')
    assert told.endswith('and more')


@pytest.mark.parametrize(
    'text',
    [
        'POST /v1/webhooks of the service',
        'Keystone gives no token for trust 4f1b',
        'http://host:8790/v1/protections?marker=1',
    ],
)
def test_what_is_no_secret_stays(text):
    assert secret.blot(text) == text
