"""Measures, stored in a real Prometheus and read back from it."""

import uuid

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault import errors
from snapfault import rules
from snapfault.cloud import source
from tests import build
from tests.contract import prometheus_server

NOW = build.NOW
EPOCH = int(NOW.timestamp())
CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')
WRITTEN = rules.Metric('disk.device.write.bytes.rate')
STORED = rules.Metric('disk.device.write.bytes')
S = 10**9  # nanoseconds
#: A counter as it is scraped, by a quarter of an hour before NOW.
TIMES = range(900, -1, -60)


def server(number):
    return str(uuid.UUID(int=number))


(
    FULL,
    ALONE,
    EXPORTED,
    STALE,
    ODD,
    INFINITE,
    NEGATIVE,
    MIGRATED,
    ONCE,
    UNKNOWN,
) = map(server, range(10))


def gauge(name, server_id, *points, **labels):
    """Give samples; a point is seconds before NOW and a value."""
    return [
        (f'ceilometer_{name}', {'resource': server_id, **labels}, value, at)
        for at, value in ((EPOCH - ago, value) for ago, value in points)
    ]


def counter(name, server_id, per_second, **labels):
    """Give samples of a counter that grows evenly."""
    points = [(ago, (1000 - ago) * per_second) for ago in TIMES]
    return gauge(name, server_id, *points, **labels)


SAMPLES = [
    # 30 s of CPU in 60 s, on two virtual CPUs
    *counter('cpu', FULL, S // 2),
    *gauge('vcpus', FULL, (60, 2)),
    *gauge('memory_usage', FULL, (120, 100.0), (60, 200.0)),
    *counter('disk_device_write_bytes', f'{FULL}-vda', 10),
    *counter('disk_device_write_bytes', f'{FULL}-vdb', 100),
    *counter('cpu', ALONE, S // 4),
    # as Ceilometer's own exporter names a counter
    *counter('cpu_total', EXPORTED, S // 10),
    *gauge('vcpus', EXPORTED, (60, 0)),
    # all that makes data absent
    *gauge('memory_usage', STALE, (901, 300.0)),
    *gauge('memory_usage', ODD, (60, 'NaN')),
    *gauge('memory_usage', INFINITE, (60, '+Inf')),
    *gauge('memory_usage', NEGATIVE, (60, -1.0)),
    *gauge('cpu', ONCE, (60, S)),
    # one scraped on two hosts
    *gauge('memory_usage', MIGRATED, (600, 50.0), host='one'),
    *gauge('memory_usage', MIGRATED, (60, 70.0), host='two'),
]


@pytest.fixture(scope='module')
def url(tmp_path_factory):
    """Run a Prometheus that has the samples."""
    folder = tmp_path_factory.mktemp('prometheus')
    prometheus_server.store(folder, SAMPLES)
    with prometheus_server.running(folder) as found:
        yield found


def configured(**values):
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    for name, value in values.items():
        conf.set_override(name, value, 'prometheus')
    conf.set_override('source', 'prometheus', 'rank')
    return conf


def loaded(conf):
    """Make the source as a service does."""
    tools = source.Tools(conf, sessions=None, now=lambda: NOW)
    return source.load(conf.rank.source, tools)


def values(found):
    return {
        server_id: {
            metric: pytest.approx(each.value) for metric, each in its.items()
        }
        for server_id, its in found.items()
    }


def test_what_ceilometer_exports(url):
    asked = [FULL, ALONE, EXPORTED, STALE, ODD, INFINITE, NEGATIVE, ONCE]
    found = loaded(configured(url=url)).read(
        [*asked, MIGRATED, UNKNOWN], [CPU, MEMORY, WRITTEN]
    )
    assert values(found) == {
        FULL: {CPU: 25.0, MEMORY: 200.0, WRITTEN: 110.0},
        ALONE: {CPU: 25.0},
        EXPORTED: {CPU: 10.0},
        MIGRATED: {MEMORY: 70.0},
    }
    times = {
        each.measured_at for its in found.values() for each in its.values()
    }
    assert times == {NOW}


def test_raw_counters_and_rates(url):
    rate = rules.Metric('disk.device.write.bytes', 'rate:mean')
    found = loaded(configured(url=f'{url}/')).read([FULL], [STORED, rate])
    assert values(found) == {FULL: {STORED: 110000.0, rate: 110.0}}


def test_many_servers_in_one_query(url):
    """A URL would hold 200 of them."""
    ids = [*map(server, range(1000, 1499)), FULL]
    found = loaded(configured(url=url)).read(ids, [MEMORY, WRITTEN])
    assert set(found) == {FULL}


def test_ids_come_back_as_they_were_given(url):
    given = FULL.replace('-', '').upper()
    assert set(loaded(configured(url=url)).read([given], [MEMORY])) == {given}


@pytest.mark.parametrize(
    ('ids', 'metrics'),
    [
        ([], [MEMORY]),
        ([FULL], []),
        (['.*', f'{FULL}|.+', f'{FULL}"}} or vector(1) #', ''], [MEMORY]),
        ([FULL], [rules.Metric('memory.usage"} or vector(1) #')]),
        ([FULL], [rules.Metric('.*')]),
        ([FULL], [rules.Metric('memory.(usage)')]),
        ([FULL], [rules.Metric('')]),
        ([FULL], [rules.Metric('memory.usage\n')]),
        ([FULL], [rules.Metric('no.such.metric')]),
    ],
)
def test_nothing_to_find(url, ids, metrics):
    assert loaded(configured(url=url)).read(ids, metrics) == {}


def test_user_and_password(tmp_path):
    prometheus_server.store(tmp_path, SAMPLES)
    with prometheus_server.running(tmp_path, with_users=True) as url:
        who = {
            'username': prometheus_server.USER,
            'password': prometheus_server.PASSWORD,
        }
        found = loaded(configured(url=url, **who)).read([FULL], [MEMORY])
        assert values(found) == {FULL: {MEMORY: 200.0}}
        for wrong in ({}, {**who, 'password': 'guess'}):
            with pytest.raises(errors.CloudRefused):
                loaded(configured(url=url, **wrong)).read([FULL], [MEMORY])


def test_nobody_listens():
    asked = loaded(configured(url='http://127.0.0.1:9'))
    with pytest.raises(errors.CloudUnavailable):
        asked.read([FULL], [MEMORY])


@pytest.mark.parametrize('wrong', ['localhost', 'ftp://host', 'http://', '/x'])
def test_no_url(wrong):
    with pytest.raises(errors.InvalidInput, match='url'):
        loaded(configured(url=wrong))
