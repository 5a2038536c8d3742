"""Marked secrets are in no log, row, answer or notification.

The service runs at DEBUG, with everything around it in trouble, and with a
Keystone that quotes in its refusals what it was sent.
"""

import contextlib
import datetime
import http.server
import json
import signal
import threading
import urllib.error
import urllib.request

import pytest

from snapfault import clock
from snapfault import model
from snapfault import seal
from snapfault import vault
from snapfault.api import webhook
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from tests import build
from tests.functional import databases
from tests.functional import test_cmd

KEY = seal.new_key()
MARKED = {
    'service password': 'Marked-Service-Pa55word',
    'password of the middleware': 'Marked-Middleware-Pa55word',
    'credential': 'Marked-Credential-Secret',
    'credential handed over': 'Marked-Offered-Secret',
    'webhook': 'Marked-Webhook-Secret',
    'transport': 'Marked-Transport-Pa55word',
    'database': 'Marked-Database-Pa55word',
    'key': KEY,
}
EXTRA = f"""\
debug = True
default_log_levels = snapfault=DEBUG
transport_url = rabbit://snapfault:{MARKED['transport']}@127.0.0.1:1/
[delegation]
encryption_keys = {KEY}
[oslo_messaging_notifications]
driver = log
driver = messagingv2
"""


class Quoting(http.server.BaseHTTPRequestHandler):
    """Refuses each token, and says what it was asked for it with."""

    asked: list[str] = []

    def do_GET(self):
        links = [{'rel': 'self', 'href': f'http://{self.headers["Host"]}/v3/'}]
        version = {'id': 'v3.14', 'status': 'stable', 'links': links}
        self._say(200, {'version': version})

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
        self.asked.append(body)
        status = (401, 500, 403, 400)[len(self.asked) % 4]
        quoted = f'what is this? {body}'
        self._say(status, {'error': {'message': quoted, 'code': status}})

    def _say(self, status, body):
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_):
        pass


@pytest.fixture
def keystone():
    Quoting.asked.clear()
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Quoting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f'http://127.0.0.1:{server.server_address[1]}/v3'
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def place(tmp_path, url, keystone):
    """Give a service with marked secrets and one protection, which is due."""
    made = test_cmd.Place(tmp_path, url)
    made.edit('[DEFAULT]\n', f'[DEFAULT]\n{EXTRA.split("[", 1)[0]}')
    text = made.config.read_text() + f'[{EXTRA.split("[", 1)[1]}'
    before, cloud = text.split('[cloud]')
    # the middleware's Keystone answers nothing: only ours can be held to it
    before = before.replace(
        'password = secret',
        f'password = {MARKED["password of the middleware"]}',
    )
    cloud = cloud.replace(
        'password = secret', f'password = {MARKED["service password"]}'
    ).replace('http://127.0.0.1:1/v3', keystone)
    made.config.write_text(f'{before}[cloud]{cloud}')
    furnish(url)
    return made


def furnish(url):
    database = api.Database(url)
    kind = model.DelegationKind.APPLICATION_CREDENTIAL
    right = model.Delegation(build.PROJECT, 'right-1', kind)
    credential = model.Credential('credential-1', MARKED['credential'], 'user')
    now = clock.now()
    vault.Vault(database, seal.Seal([KEY])).keep(
        right, credential, now - datetime.timedelta(days=1)
    )
    policies.create(database, build.policy())
    protection = protections.create(
        database,
        build.protection(
            right_id=right.right_id,
            delegation_kind=kind,
            webhook_hash=webhook.hash_of(MARKED['webhook']),
        ),
    )
    tasks.create_now(database, protection, now)
    database.close()


def ask(place, method, path, body=None):
    """Ask the API; gives the answer, whatever it is, as text."""
    request = urllib.request.Request(
        f'http://127.0.0.1:{place.port}{path}',
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={'Content-Type': 'application/json', 'X-Auth-Token': 'x'},
    )
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return f'{answer.headers}{answer.read().decode()}'
    except urllib.error.HTTPError as error:
        with error:
            return f'{error.headers}{error.read().decode()}'


def rows(url):
    with contextlib.closing(api.Database(url)) as database:
        return str(databases.rows_of(database))


def leaks(*told):
    """Name the marked secrets that any of these texts holds."""
    return {
        name
        for name, marked in MARKED.items()
        if any(marked in text for text in told)
    }


def seen_to_fail(log):
    """Whether all has gone wrong that tells what it was sent."""
    return 'impl_rabbit' in log and all(
        f'what is this? {{"auth": {{"identity": {{"methods": ["{method}"]'
        in log
        for method in ('password', 'application_credential')
    )


def test_no_secret_is_told(place):
    offered = {
        'kind': 'application-credential',
        'id': 'credential-2',
        'secret': MARKED['credential handed over'],
    }
    body = {
        'protection': {
            'business_id': 'mail',
            'server_id': 'server-2',
            'policy_id': 'policy-1',
            'delegation': offered,
        }
    }
    hook = f'/v1/webhooks/protection-1/{MARKED["webhook"]}'
    with place.running('snapfault-all') as process:
        test_cmd.until(lambda: place.get('/')[0] == 200, process)
        answers = [
            ask(place, 'POST', '/v1/protections', body),
            ask(place, 'GET', '/v1/protections'),
            ask(place, 'POST', hook, {}),
            ask(place, 'POST', f'{hook}/more', {}),
        ]
        test_cmd.until(lambda: seen_to_fail(place.log()), process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=90)
    log = place.log()
    assert ' DEBUG ' in log
    assert leaks(log, errors, rows(place.url), *answers) == set()


def test_the_address_of_a_database_that_is_away(place):
    place.edit(
        place.url,
        f'mysql+pymysql://snapfault:{MARKED["database"]}@127.0.0.1:1/snapfault',
    )
    for command in (
        ('snapfault-manage', 'db', 'version'),
        ('snapfault-manage', 'delegation', 'rotate'),
        ('snapfault-status', 'upgrade', 'check'),
    ):
        done = place.run(*command)
        assert done.returncode
        assert leaks(done.stdout, done.stderr, place.log()) == set()
