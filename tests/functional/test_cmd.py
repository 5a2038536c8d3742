"""The commands as an operator runs them: processes with files."""

import contextlib
import ctypes
import gzip
import http.server
import json
import logging
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
import pytest

from snapfault.cmd import all as all_
from snapfault.cmd import worker
from snapfault.db import migration
from tests.functional import databases

BIN = pathlib.Path(sys.executable).parent
NO_FILE = 'sqlite:////no/such/snapfault.db\n'
TOP = pathlib.Path(__file__).parents[2]
LONG = 90  #: seconds; the machine may be busy
ACCOUNT = """\
auth_type = password
auth_url = http://127.0.0.1:1/v3
username = snapfault
password = secret
user_domain_id = default
project_name = service
project_domain_id = default
"""
CONFIG = """\
[DEFAULT]
log_file = {folder}/snapfault.log
[database]
connection = {url}
max_retries = 1
retry_interval = 0
[keystone_authtoken]
{account}
[cloud]
{account}
[api]
port = {port}
"""


class Place:
    """A folder with a configuration, and the commands run in it."""

    def __init__(self, folder, url):
        self.folder = folder
        self.url = url
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.config = folder / 'snapfault.conf'
        self.config.write_text(
            CONFIG.format(
                folder=folder, url=url, account=ACCOUNT, port=self.port
            )
        )

    def edit(self, old, new):
        """Change the configuration."""
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def argv(self, name, *arguments):
        """Give the words of a command line."""
        return [BIN / name, '--config-file', self.config, *arguments]

    def run(self, name, *arguments):
        """Run a command to its end."""
        return subprocess.run(
            self.argv(name, *arguments),
            capture_output=True,
            text=True,
            timeout=LONG,
            cwd=self.folder,
        )

    @contextlib.contextmanager
    def running(self, name):
        """Run a command until the block ends."""
        process = subprocess.Popen(
            self.argv(name), stderr=subprocess.PIPE, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def get(self, path, **headers):
        """Ask the API; gives status and body."""
        url = f'http://127.0.0.1:{self.port}{path}'
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, headers=headers), timeout=LONG
            ) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def log(self):
        """Read the log."""
        file = self.folder / 'snapfault.log'
        return file.read_text() if file.exists() else ''


def until(is_so, process):
    """Wait until something is so, while a process lives."""
    for _ in range(LONG * 10):
        with contextlib.suppress(urllib.error.URLError):
            if is_so():
                return
        assert process.poll() is None, process.communicate()[1]
        threading.Event().wait(0.1)
    raise AssertionError('it took too long')


@pytest.fixture
def place(tmp_path):
    """Give one whose database has no tables yet."""
    return Place(tmp_path, databases.bare(tmp_path))


@pytest.fixture
def synced(tmp_path):
    return Place(tmp_path, databases.fresh(tmp_path))


@pytest.fixture
def run_here(monkeypatch, capfd):
    """Run a command in this process, which starts quicker than one.

    What it sets up for logging is undone.
    """
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(place, command):
        monkeypatch.setattr(sys, 'argv', [str(x) for x in place.argv('x')])
        code = command.main()
        return code, capfd.readouterr().err

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_database_from_nothing(place):
    def said(*arguments):
        done = place.run('snapfault-manage', 'db', *arguments)
        assert (done.returncode, done.stderr) == (0, '')
        return done.stdout.strip()

    assert said('version') == 'empty'
    check = place.run('snapfault-status', 'upgrade', 'check')
    assert check.returncode == 2
    assert 'snapfault-manage' in check.stdout
    head = said('sync')
    assert said('sync') == head == migration.head()
    check = place.run('snapfault-status', 'upgrade', 'check')
    # Keystone is away: a warning
    assert (check.returncode, 'Success' in check.stdout) == (1, True)


@pytest.mark.parametrize(
    ('name', 'old', 'new', 'code', 'said'),
    [
        ('all', 'port = ', 'port = 1', 2, 'port'),
        ('all', 'auth_url = http', '# http', 2, '[cloud]'),
        ('worker', 'auth_type = ', '# ', 2, '[cloud]'),
        ('worker', 'connection = ', '# ', 2, '[database]'),
        ('worker', '[api]', '[worker]\ntick = 0\n[api]', 2, 'tick'),
        ('all', 'connection = ', f'connection = {NO_FILE}#', 1, 'unable to'),
        ('all', 'connection = ', 'connection = non', 2, 'non'),
        ('all', '[api]', '[api]\nhost = 192.0.2.1', 1, 'ddress'),
        ('all', '[api]', '[api', 2, 'snapfault.conf'),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    synced, run_here, name, old, new, code, said
):
    synced.edit(old, new)
    ended, text = run_here(synced, {'all': all_, 'worker': worker}[name])
    assert ended == code, text
    (line,) = text.splitlines()
    assert line.startswith('snapfault: ')
    assert said in line
    assert 'secret' not in line


@pytest.mark.parametrize('command', [all_, worker])
def test_a_schema_of_another_release(place, run_here, command):
    code, text = run_here(place, command)
    (line,) = text.splitlines()
    assert (code, 'snapfault-manage db sync' in line) == (1, True)


def test_a_port_in_use(synced, run_here):
    with socket.create_server(('127.0.0.1', synced.port)):
        code, text = run_here(synced, all_)
    assert (code, len(text.splitlines())) == (1, 1)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_all_in_one_process(synced, number):
    """Keystone is down: it starts, says so, and ends when it is told."""
    with synced.running('snapfault-all') as process:
        until(lambda: synced.get('/')[0] == 200, process)
        status, body = synced.get('/v1/policies', **{'X-Auth-Token': 'x'})
        assert (status, body['errors'][0]['status']) == (503, 503)
        assert synced.get('/v1/policies')[0] == 401
        status, body = synced.get('/healthcheck/dependencies')
        states = {e['name']: e['status'] for e in body['dependencies']}
        well = {'database': 'ok', 'broker': 'ok', 'keystone': 'failing'}
        assert (status, states) == (503, well)
        process.send_signal(number)
        assert process.wait(LONG) == 0
    assert 'is at work' in synced.log()
    assert 'has stopped' in synced.log()
    assert 'Traceback' not in synced.log()


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes spans as OpenTelemetry's collector does, into its server."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        if self.headers.get('Content-Encoding') == 'gzip':
            body = gzip.decompress(body)
        sent = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
        self.server.taken.extend(sent.resource_spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def collector():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Collector)
    server.taken = []
    threading.Thread(target=server.serve_forever).start()
    yield server
    server.shutdown()
    server.server_close()


def test_spans_are_sent_where_the_operator_says(synced, collector):
    synced.edit(
        '[api]',
        '[oslo_middleware_tracing]\nenabled = true\notlp_endpoint ='
        f' http://127.0.0.1:{collector.server_port}\n[api]',
    )
    with synced.running('snapfault-all') as process:
        until(lambda: synced.get('/')[0] == 200, process)
        assert synced.get('/v1/policies')[0] == 401
        assert synced.get('/v1/webhooks/an-id/secret')[0] == 405
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == 0
    (taken,) = collector.taken
    told = {e.key: e.value.string_value for e in taken.resource.attributes}
    assert told['service.name'] == 'snapfault'
    spans = [each for scope in taken.scope_spans for each in scope.spans]
    assert 'HTTP GET /v1/policies' in {each.name for each in spans}
    assert 'secret' not in str(taken)  # as a webhook's address is


def test_a_worker_alone(synced):
    with synced.running('snapfault-worker') as process:
        until(lambda: 'is at work' in synced.log(), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == 0
    assert 'has stopped' in synced.log()


def test_a_signal_is_heeded_whichever_thread_the_kernel_gives_it_to(synced):
    """One that the main thread does not see interrupts none of its waits."""
    with synced.running('snapfault-worker') as process:
        until(lambda: 'is at work' in synced.log(), process)
        threads = pathlib.Path(f'/proc/{process.pid}/task').iterdir()
        other = min({int(each.name) for each in threads} - {process.pid})
        libc = ctypes.CDLL(None)
        assert libc.tgkill(process.pid, other, signal.SIGTERM) == 0
        assert process.wait(LONG) == 0
    assert 'has stopped' in synced.log()


def _read(url):
    with urllib.request.urlopen(url, timeout=LONG) as answer:
        return answer.read()


def test_a_report_on_a_signal_without_secrets(synced):
    """What each thread does, and the options, of which secrets are not.

    Metrics are on their own port meanwhile; the API's answers nothing here.
    """
    synced.edit('password = secret', 'password = m4rked')
    synced.edit(
        '[api]',
        f'[oslo_reports]\nlog_dir = {synced.folder}\n'
        '[prometheus]\nurl = http://127.0.0.1:1\npassword = m4rked\n'
        f'[metrics]\nport = {synced.port}\n'
        '[oslo_messaging_notifications]\n'
        'transport_url = rabbit://u:m4rked@127.0.0.1:1/\n[api]',
    )

    def reports():
        found = synced.folder.glob('*gurumeditation*')
        return [each.read_text() for each in found]

    with synced.running('snapfault-worker') as process:
        until(lambda: 'is at work' in synced.log(), process)
        url = f'http://127.0.0.1:{synced.port}/metrics'
        until(lambda: b'status="up"} 1.0' in _read(url), process)
        process.send_signal(signal.SIGUSR2)
        until(lambda: any('window = 3600' in e for e in reports()), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == 0
    (text,) = reports()
    assert 'presence.py' in text
    assert 'product = snapfault' in text
    assert 'password = ***' in text
    assert 'm4rked' not in text
    assert 'm4rked' not in synced.log()


def test_the_api_by_module_path(synced):
    """As uwsgi or gunicorn load it; a bad file ends in one line too."""
    code = (
        'import webob; from snapfault.wsgi import api;'
        'print(webob.Request.blank("/").get_response(api.application).text)'
    )

    def load(files):
        return subprocess.run(
            [sys.executable, '-c', code],
            env={**os.environ, 'OS_SNAPFAULT_CONFIG_FILES': files},
            capture_output=True,
            text=True,
            timeout=LONG,
        )

    done = load(str(synced.config))
    assert json.loads(done.stdout)['versions'][0]['id'] == 'v1.0'
    done = load('/no/such/file')
    assert done.returncode == 2
    assert done.stderr.startswith('snapfault: ')


@pytest.mark.parametrize(
    ('program', 'config', 'lines'),
    [
        (
            'oslo-config-generator',
            'config-generator.conf',
            ['[api]', '[cloud]', '[worker]', '[database]', '#max_age = 900'],
        ),
        (
            'oslopolicy-sample-generator',
            'policy-generator.conf',
            ['# POST  /v1/recoveries'],
        ),
    ],
)
def test_samples(tmp_path, program, config, lines):
    sample = tmp_path / 'sample'
    subprocess.run(
        [
            BIN / program,
            '--config-file',
            TOP / 'etc/snapfault' / config,
            '--output-file',
            sample,
        ],
        check=True,
        capture_output=True,
        timeout=LONG,
    )
    found = sample.read_text().splitlines()
    assert not set(lines) - set(found)


def test_policies_of_an_operator(tmp_path):
    """oslo.policy's tools find the rules through our enforcer."""
    config = tmp_path / 'snapfault.conf'
    config.write_text('[DEFAULT]\n')
    done = subprocess.run(
        [
            BIN / 'oslopolicy-policy-generator',
            '--namespace',
            'snapfault',
            '--config-file',
            config,
        ],
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert '"fault-tolerance:policy:list"' in done.stdout, done.stderr
