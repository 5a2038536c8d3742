"""Stage 2 in the pipeline, whatever the metric service does."""

import contextlib
import socket
import threading

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault import rules
from snapfault.cloud import source
from snapfault.db import tasks
from snapfault.outlook import preview
from snapfault.rank import load
from snapfault.rank import run as rank
from tests.functional import stage as stages

CPU = rules.Metric('cpu_util')
BOUND = (rules.Threshold(CPU, 80.0),)


@pytest.fixture
def stage(tmp_path):
    """Give two services, of which the second is the more loaded."""
    made = stages.Stage(tmp_path, thresholds=BOUND)
    for name, load_ in (('idle', 1.0), ('busy', 90.0)):
        made.protect(name)
        made.cloud.set_measures(made.servers[name], {CPU: load_})
    return made


def begin(stage):
    """Ask for a run of both; give the services in the order they began."""
    stage.wait(minutes=1)
    before = stage.cloud.count('create_snapshot')
    for name in ('idle', 'busy'):
        tasks.create_now(stage.database, stage.protection(name), stage.now)
    stage.tick(6)
    asked = [
        each.args[0]
        for each in stage.cloud.calls
        if each.method == 'create_snapshot'
    ][before:]
    names = {
        volume.id: name
        for name, server in stage.servers.items()
        for volume in stage.cloud.volumes_of(server)
    }
    return list(dict.fromkeys(names[each] for each in asked))


def test_the_loaded_one_first(stage):
    assert begin(stage) == ['busy', 'idle']


def test_the_operators_multipliers(stage):
    stage.ranking = rank.Settings({'performance': -1.0})
    assert begin(stage) == ['idle', 'busy']


def test_the_operators_multipliers_in_the_preview(stage):
    def first(**multipliers):
        ranker = rank.Ranker(
            stage.cloud.read_measures,
            load.load(),
            rank.Settings(multipliers),
        )
        found = preview.preview(
            stage.database, stage.cloud, ranker, None, stage.now
        )
        return found[0].ranked.candidate.protection.business_id

    stage.wait(minutes=1)
    for name in ('idle', 'busy'):
        tasks.create_now(stage.database, stage.protection(name), stage.now)
    assert first() == 'busy'
    assert first(performance=-1.0) == 'idle'


def test_a_metric_service_that_hangs(stage):
    stage.ranking = rank.Settings(patience=0.1)
    with stage.cloud.hang('read_measures'):
        assert set(begin(stage)) == {'idle', 'busy'}
        assert [len(stage.good(name)) for name in stage.servers] == [1, 1]
    assert begin(stage) == ['busy', 'idle']


@contextlib.contextmanager
def listening(answer):
    """Serve connections until the end of the block; gives the URL.

    :param answer: what each is sent: pieces, with a pause between them, and
        then silence; None: not even that
    """
    over = threading.Event()
    sessions = []

    def serve(connection):
        with connection:
            connection.recv(65536)
            for piece in answer or ():
                with contextlib.suppress(OSError):
                    connection.sendall(piece)
                over.wait(0.02)
            over.wait(60)

    def accept():
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                sessions.append(
                    threading.Thread(target=serve, args=(connection,))
                )
                sessions[-1].start()

    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(0.1)
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield f'http://127.0.0.1:{server.getsockname()[1]}'
        finally:
            over.set()
            for each in (accepting, *sessions):
                each.join(60)


HEAD = b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'
ANSWERS = {
    'silence': None,
    'a slow drip': [HEAD, *[b' '] * 3000],
    'half an answer': [HEAD, b'{"status": '],
    '5xx': [b'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'],
    'no HTTP': [b'hello\r\n\r\n'],
}


@pytest.mark.parametrize('answer', ANSWERS.values(), ids=ANSWERS)
def test_no_run_waits_for_measures(stage, answer):
    """On a real socket, by the real client."""
    before = reading()
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    with listening(answer) as url:
        conf.set_override('url', url, 'prometheus')
        measured_by = source.load('prometheus', source.Tools(conf, None))
        stage.ranker = rank.Ranker(
            measured_by.read, load.load(), rank.Settings(patience=0.3)
        )
        for round_ in (1, 2):
            assert set(begin(stage)) == {'idle', 'busy'}
            assert [len(stage.good(name)) for name in stage.servers] == [
                round_,
                round_,
            ]
        assert len(reading() - before) <= 1


def reading():
    """Give the threads that read measures."""
    return {each for each in threading.enumerate() if each.name == 'measures'}
