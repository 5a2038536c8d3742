"""Checks of a recovered service, on real sockets and in a recovery."""

import contextlib
import http.server
import socket
import threading

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.recover import check
from snapfault.recover import checks
from snapfault.recover.checks import address
from snapfault.recover.checks import console
from snapfault.recover.checks import http as http_check
from snapfault.recover.checks import tcp
from tests import build

DRIVERS = {
    'console': console.Console(),
    'http': http_check.Http(),
    'tcp': tcp.Tcp(),
}
HERE = build.server(addresses=('127.0.0.1',))


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Have our drivers installed, and this machine be a server's address."""
    monkeypatch.setattr(checks, 'installed', lambda: DRIVERS)
    monkeypatch.setattr(address, 'is_allowed', lambda text: True)


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers by path: its last part is the status."""

    def do_GET(self):
        """Answer, or send elsewhere."""
        self.send_response(int(self.path.rpartition('/')[2] or 200))
        self.send_header('Location', 'http://127.0.0.1:1/never')
        self.end_headers()
        self.wfile.write(b'all is well')

    def log_message(self, *args):
        """Be quiet."""


@contextlib.contextmanager
def _served():
    with http.server.HTTPServer(('127.0.0.1', 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield str(server.server_port)
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def _listening():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        yield str(listener.getsockname()[1])


def _look(driver, **options):
    return checks.look(None, HERE, rules.Check(driver, options))


def test_a_port_that_takes_connections():
    with _listening() as port:
        assert _look('tcp', port=port) == ''
    said = _look('tcp', port=port)
    assert 'tcp: 127.0.0.1' in said
    assert 'refused' in said


@pytest.mark.parametrize(
    ('options', 'says'),
    [
        ({}, ''),
        ({'path': '/204', 'status': '204'}, ''),
        ({'text': 'is well'}, ''),
        ({'path': '/503'}, 'answers 503 and not 200'),
        ({'text': 'nothing'}, "without the text 'nothing'"),
        # a redirect is an answer, and is not followed
        ({'path': '/302'}, 'answers 302 and not 200'),
        ({'path': '/302', 'status': '302'}, ''),
    ],
)
def test_what_a_web_server_answers(options, says):
    with _served() as port:
        said = _look('http', port=port, **options)
    assert says in said
    assert bool(said) == bool(says)


def test_what_is_no_web_server():
    listener = socket.create_server(('127.0.0.1', 0))

    def answer():
        with listener.accept()[0] as talk:
            talk.recv(1000)
            talk.sendall(b'220 mail ready\r\n')

    thread = threading.Thread(target=answer)
    with listener:
        thread.start()
        said = _look('http', port=str(listener.getsockname()[1]))
        thread.join()
    assert 'answers no HTTP' in said


#: Some seconds of them.
DROPS = 100


@contextlib.contextmanager
def _dripping(head, drop):
    """Serve one that takes a request, and comes to no end for long.

    :param head: what it answers at once
    :param drop: what it sends from then on, again and again
    """
    left = threading.Event()

    def drip():
        talk, _ = listener.accept()
        with talk, contextlib.suppress(OSError):
            talk.recv(1000)
            talk.sendall(head)
            for _ in range(DROPS):
                talk.sendall(drop)
                left.wait(0.02)

    thread = threading.Thread(target=drip)
    with socket.create_server(('127.0.0.1', 0)) as listener:
        thread.start()
        try:
            yield str(listener.getsockname()[1])
        finally:
            left.set()
            thread.join()


@pytest.mark.parametrize(
    ('head', 'drop'),
    [
        (b'', b'H'),
        (b'HTTP/1.0 200 OK\r\nX: ', b'y'),
        (b'', b'HTTP/1.1 100 Continue\r\n\r\n'),
        (b'HTTP/1.0 200 OK\r\n\r\n', b'x'),
        (b'HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n', b'x'),
        (
            b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
            b'1\r\nx\r\n',
        ),
    ],
    ids=['status', 'header', 'continue', 'body', 'known length', 'chunks'],
)
def test_one_look_has_one_deadline_however_slowly_it_is_answered(
    monkeypatch, head, drop
):
    """Patched: real seconds would pass."""
    monkeypatch.setattr(check, 'PROBE', 0.2)
    with _dripping(head, drop) as port:
        assert 'timed out' in _look('http', port=port)


@pytest.mark.parametrize(
    ('driver', 'options', 'says'),
    [
        ('ping', {}, "no check 'ping': there are console, http, tcp"),
        ('tcp', {}, 'tcp: port is missing: give a port'),
        ('tcp', {'port': 'ssh'}, "port 'ssh' is not a whole number"),
        ('tcp', {'port': '65536'}, 'from 1 to 65535'),
        ('tcp', {'port': '22', 'host': '10.0.0.1'}, "no option 'host'"),
        ('http', {'port': '80', 'path': 'x'}, 'does not begin with /'),
        ('http', {'port': '80', 'path': '/\r\nHost: a'}, 'not plain ASCII'),
        ('http', {'port': '80', 'status': '0'}, 'from 1 to 599'),
        ('console', {}, 'text is missing'),
        ('console', {'text': ''}, 'text is empty'),
        ('console', {'text': 'up', 'lines': '-1'}, 'whole number'),
        ('console', {'text': 'up', 'lines': '10'}, ''),
        ('tcp', {'port': '22'}, ''),
    ],
)
def test_what_a_policy_may_say(driver, options, says):
    told = checks.wrong(rules.Check(driver, options))
    assert says in told
    assert bool(told) == bool(says)


def test_no_address_but_the_servers_own_is_reached(monkeypatch):
    """A tenant's network may be numbered like the worker's own."""
    monkeypatch.undo()
    monkeypatch.setattr(checks, 'installed', lambda: DRIVERS)
    own = build.server(
        addresses=('127.0.0.1', '169.254.169.254', '::1', '0.0.0.0')
    )
    assert address.of(own) == []
    assert address.of(build.server(addresses=('10.0.0.5', 'fd00::5'))) == [
        '10.0.0.5',
        'fd00::5',
    ]
    with _listening() as port:
        said = checks.look(None, own, rules.Check('tcp', {'port': port}))
    assert said == 'tcp: the server has no address to try'


@pytest.mark.parametrize(
    ('addresses', 'seconds'), [(1, 5), (4, 5), (5, 4), (100, 0.2)]
)
def test_many_addresses_share_the_time_of_a_look(addresses, seconds):
    probed = []

    def probe(*probed_with):
        probed.append(probed_with)
        raise TimeoutError('timed out')

    many = tuple(f'10.0.0.{n}' for n in range(addresses))
    tcp.first(build.server(addresses=many), probe)
    assert probed == [(each, seconds) for each in many]


@pytest.fixture
def watched(stage):
    """Give a damaged service, the older of its two points the sound one."""
    stage.run()
    stage.spoil()
    stage.wait(minutes=61)
    stage.run()
    stage.cloud.break_server(stage.servers['shop'])
    stage.servers['shop'].addresses = ('127.0.0.1',)
    stage.wait(minutes=1)
    return stage


class Works(tcp.Tcp):
    """Passes where the service has sound data."""

    def __init__(self, stage):
        """Look at the fake cloud."""
        self.stage = stage

    def look(self, project, server, options):
        """Compare what the server reads."""
        reads = self.stage.cloud.contents_of(self.stage.servers['shop'])
        return 'does not work' if 'spoilt' in reads.values() else ''


def test_an_older_point_is_taken_where_the_service_does_not_work(
    watched, monkeypatch
):
    monkeypatch.setattr(checks, 'installed', lambda: {'tcp': Works(watched)})
    watched.change_policy(
        checks=(rules.Check('tcp', {'port': '80'}, timeout=30),)
    )
    newest, older = watched.good()
    watched.ask_for_recovery()
    done = watched.recover()
    assert done.status is model.RecoveryStatus.DONE, done.reason
    assert [(e.point_id, e.status) for e in done.attempts] == [
        (newest.id, model.AttemptStatus.FAILED),
        (older.id, model.AttemptStatus.DONE),
    ]
    assert 'tcp: does not work' in done.attempts[0].reason
    assert '0:00:30' in done.attempts[0].reason
    assert done.point_id == older.id


def test_no_more_points_are_tried_than_the_policy_says(watched, monkeypatch):
    monkeypatch.setattr(checks, 'installed', lambda: {'tcp': Works(watched)})
    watched.change_policy(
        steps_back=0,
        checks=(rules.Check('tcp', {'port': '80'}, timeout=30),),
    )
    watched.ask_for_recovery()
    ended = watched.recover()
    assert ended.status is model.RecoveryStatus.FAILED
    assert len(ended.attempts) == 1
    assert 'tries 0 after the first' in ended.reason
    # the restored volumes stay, and an undo brings the old ones back
    assert f'openstack recovery undo {ended.id}' in ended.reason


READS = rules.Check('console', {'text': 'at first'}, timeout=30)


@pytest.mark.parametrize(
    'error',
    [
        errors.CloudRefused('400: no console at all'),
        errors.DelegationDead('the role is gone'),
    ],
)
def test_no_older_point_is_taken_where_nobody_could_look(watched, error):
    """What was written since an older point would be lost for nothing."""
    watched.change_policy(checks=(READS,))
    watched.cloud.fail('get_console', error)
    watched.ask_for_recovery()
    ended = watched.recover()
    assert ended.status is model.RecoveryStatus.FAILED
    assert [each.point_id for each in ended.attempts] == [watched.good()[0].id]
    assert ended.reason.startswith(f'{error}; server ')
    assert 'did not work' not in ended.reason


def test_a_check_that_nobody_knows_is_refused_before_anything(watched):
    watched.change_policy(checks=(rules.Check('ping'),))
    changes = len(watched.cloud.changes())
    watched.ask_for_recovery()
    ended = watched.recover()
    assert ended.status is model.RecoveryStatus.REFUSED
    assert "no check 'ping'" in ended.reason
    assert len(watched.cloud.changes()) == changes
