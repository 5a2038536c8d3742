"""Marked secrets are told nowhere while all that is asked for succeeds.

Keystone's own middleware lets the caller in, workers run, are woken and
tell of it, at DEBUG; the cloud is the one in memory.
"""

import base64
import contextlib
import logging
import threading
import time
import urllib.parse

import oslo_messaging
from oslo_messaging.notify import _impl_test
import pytest
import sqlalchemy as sa

from snapfault import model
from snapfault import notify
from snapfault import rpc
from snapfault.api import app
from snapfault.db import tables
from snapfault.worker import service
from tests.functional import databases
from tests.functional import known_tokens
from tests.functional import test_worker
from tests.functional.api import test_webhook
from tests.functional.api import world as worlds

#: No word in them is one by which a text would be blotted.
MARKED = {
    'token': 'Marked-By-The-Caller',
    'service token': 'Marked-By-The-Service',
    'password': 'Marked-Middleware-Pa55word',
    'credential': 'Marked-Credential-Secret',
    'key': worlds.KEY,
}
PLACES = {'log', 'rows', 'messages', 'notifications', 'answers', 'report'}
CONFIG = f"""\
[DEFAULT]
transport_url = fake:/
[oslo_messaging_notifications]
driver = test
[keystone_authtoken]
auth_type = password
auth_url = {{url}}
username = snapfault
password = {MARKED['password']}
user_domain_id = default
project_name = service
project_domain_id = default
"""
LONG = 60  #: seconds that nothing here takes


class _Log(logging.Handler):
    """Keeps each line, with its traceback if it has one."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(
            logging.Formatter('%(levelname)s %(name)s %(message)s')
        )
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


class _Ear(oslo_messaging.NoOpSerializer):
    """Hears what else than the name of a method a message carries."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def deserialize_entity(self, context, entity):
        self.heard.append(str(entity))
        return entity

    def deserialize_context(self, context):
        self.heard.append(str(context))
        return context


class Whole(worlds.World):
    """The API, a worker, a broker, and all that any of them tells."""

    def __init__(self, url, file):
        super().__init__(url, [str(file)], app.keystone)
        self.cloud.auto = True
        self.fill()
        notify.attach(self.conf, self.database)
        self.transport = rpc.connect(self.conf)
        self.waker = rpc.waker(self.transport)
        self.marked = dict(MARKED)
        self.log = _Log()
        self.ear = _Ear()
        self.answers = []

    def _wake(self):
        self.waker()

    def ask(self, method, path, body=None, *, is_kept=True, token=True):
        """Ask the API; gives the answer's body."""
        answer = self.request(
            method, path, body, MARKED['token'] if token else ''
        )
        assert answer.status_int < 400, answer.body
        if is_kept:
            self.answers.append(f'{answer.headers}{answer.text}')
        return answer.json if answer.text else None

    def report(self):
        """Give the report of each recovery."""
        found = self.ask('GET', '/v1/recoveries', is_kept=False)
        return [
            self.ask(
                'GET', f'/v1/recoveries/{each["id"]}/report', is_kept=False
            )
            for each in found['recoveries']
        ]

    def told(self):
        """Give all that is told, as text, by place."""
        return {
            'log': '\n'.join(self.log.lines),
            'rows': str(databases.rows_of(self.database)),
            'messages': '\n'.join(self.ear.heard),
            'notifications': str(_impl_test.NOTIFICATIONS),
            'answers': '\n'.join(self.answers),
            'report': str(self.report()),
        }

    def leaks(self):
        """Give which place tells which secret, in any of its forms."""
        return {
            (place, name)
            for place, text in self.told().items()
            for name, secret in self.marked.items()
            if any(form in text for form in _forms(secret))
        }


def _forms(secret):
    """Give a secret as it may stand in a text."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=''),
        raw.hex(),
        # its end depends on what follows
        base64.b64encode(raw).decode()[: len(raw) // 3 * 4],
    }


@pytest.fixture
def keystone():
    with known_tokens.running(
        MARKED['service token'], MARKED['token'], worlds.MINE
    ) as url:
        yield url


@contextlib.contextmanager
def _logged(handler):
    """Have every logger there is log all."""
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextlib.contextmanager
def _working(whole):
    """Have a worker at work, which messages wake."""
    wake, stop = threading.Event(), threading.Event()
    worker = service.Worker(
        test_worker.FAST, whole.database, whole.cloud, wake
    )
    thread = threading.Thread(target=worker.run, args=(stop,))
    ear = oslo_messaging.get_rpc_server(
        whole.transport,
        oslo_messaging.Target(topic=rpc.TOPIC, server='ear'),
        [rpc.Endpoint(lambda: None)],
        serializer=whole.ear,
    )
    with rpc.listening(whole.transport, worker.id, wake.set):
        ear.start()
        thread.start()
        try:
            yield
        finally:
            stop.set()
            wake.set()
            thread.join(LONG)
            rpc.leave(ear)


@pytest.fixture
def whole(url, tmp_path, keystone):
    """Give one in which all is done that can be, and a worker still looks."""
    file = tmp_path / 'snapfault.conf'
    file.write_text(CONFIG.format(url=keystone))
    _impl_test.reset()
    made = Whole(url, file)
    with _logged(made.log), _working(made):
        do_all(made)
        yield made
    made.database.close()
    _impl_test.reset()


def until(true):
    """Wait until something is true; gives it."""
    end = time.monotonic() + LONG
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def carry_out(whole, path, body=None):
    """Ask for something, and wait for its good end; gives its path."""
    ((noun, made),) = whole.ask('POST', path, body).items()
    path = f'/{"/".join(path.split("/")[1:3])}/{made["id"]}'

    def over():
        found = whole.ask('GET', path)[noun]
        return found['finished_at'] and found

    found = until(over)
    assert found['status'] == 'done', found
    return path


def do_all(whole):
    """Protect a service by a credential; run, drill, recover, undo."""
    held = whole.cloud.add_credential(worlds.MINE, MARKED['credential'])
    body = {
        'business_id': 'mail',
        'server_id': whole.cloud.add_server(worlds.MINE, volumes=2).id,
        'policy_id': 'policy-mine',
        'delegation': {
            'kind': 'application-credential',
            'id': held.id,
            'secret': MARKED['credential'],
        },
    }
    made = whole.ask('POST', '/v1/protections', {'protection': body})
    path = f'/v1/protections/{made["protection"]["id"]}'
    # the one answer that shows it, and once
    hook = whole.ask('POST', f'{path}/webhook', is_kept=False)['webhook']
    address = urllib.parse.urlsplit(hook['url']).path
    whole.marked['webhook'] = address.rpartition('/')[2]
    whole.ask('POST', address, test_webhook.ALARM, token=False)
    of_it = {'business_id': 'mail'}
    run = {'protection_id': made['protection']['id']}
    carry_out(whole, '/v1/tasks', {'task': run})
    carry_out(whole, '/v1/drills', {'drill': of_it})
    recovered = carry_out(whole, '/v1/recoveries', {'recovery': of_it})
    carry_out(whole, f'{recovered}/undo')
    for noun in ('policies', 'protections', 'tasks', 'recovery-points'):
        whole.ask('GET', f'/v1/{noun}')
    for read in ('plan', 'readiness', 'recovery-plan?business_id=mail'):
        whole.ask('GET', f'/v1/{read}')


def test_no_secret_is_told(whole):
    told = whole.told()
    assert set(told) == PLACES
    assert whole.leaks() == set()
    # all that was to be told has been
    assert 'recovery.done' in told['notifications']
    assert 'recovery_point.good' in told['notifications']
    assert told['messages']
    assert len(whole.report()) == 2
    assert "'status': 'done'" in told['rows']
    assert 'gAAAA' in told['rows']  # the credential's secret, encrypted
    assert 'INFO snapfault.pipeline' in told['log']
    assert 'DEBUG keystoneauth.session' in told['log']


def _into_the_log(whole, secret):
    logging.getLogger('snapfault.worker').debug('asked with %s', secret)


def _into_an_error(whole, secret):
    try:
        raise ValueError(secret)
    except ValueError:
        logging.getLogger('snapfault.api').exception('so')


def _into_a_row(whole, secret):
    with whole.database.writer() as session:
        session.execute(
            sa.update(tables.Task).values(reason=f'by {secret}: refused')
        )


def _into_a_message(whole, secret):
    client = oslo_messaging.get_rpc_client(
        whole.transport,
        oslo_messaging.Target(
            topic=rpc.TOPIC, fanout=True, version=rpc.VERSION
        ),
    )
    heard = len(whole.ear.heard)
    client.cast({'auth_token': secret}, 'wake')
    until(lambda: len(whole.ear.heard) > heard)


def _into_a_notification(whole, secret):
    sent = len(_impl_test.NOTIFICATIONS)
    news = model.News('recovery.done', model.Level.INFO, '', {'by': secret})
    whole.database.listeners[0](news)
    until(lambda: len(_impl_test.NOTIFICATIONS) > sent)


def _into_an_answer(whole, secret):
    change = {'policy': {'description': f'see {secret}'}}
    whole.ask('PATCH', '/v1/policies/policy-mine', change)


def _into_a_report(whole, secret):
    with whole.database.writer() as session:
        session.execute(sa.update(tables.Recovery).values(cause=secret))


PLANTED = {
    'log': [_into_the_log, _into_an_error],
    'rows': [_into_a_row],
    'messages': [_into_a_message],
    'notifications': [_into_a_notification],
    'answers': [_into_an_answer],
    'report': [_into_a_report],
}


def test_a_secret_is_found_wherever_it_is_told(whole):
    """Else the other test would prove nothing."""
    assert set(PLANTED) == PLACES
    for place, ways in PLANTED.items():
        for plant in ways:
            for name, secret in whole.marked.items():
                plant(whole, secret)
                assert (place, name) in whole.leaks(), (plant, name)
