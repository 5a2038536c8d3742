"""Measures, posted to a real Gnocchi and read back from it.

An admin posts them, as Ceilometer would, and the service's own user reads
them. Times are around :data:`NOW` and not around the clock's now: the
reader takes the time as an argument.
"""

import datetime
import os
import pathlib
import threading
import time
import uuid

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import session as ksa_session
from keystoneauth1.identity import v3
import pytest
import yaml

from snapfault import rules
from snapfault.cloud.sources import gnocchi

#: The end of an interval of every granularity, less than an hour ago.
NOW = datetime.datetime.fromtimestamp(
    time.time() // 300 * 300 - 300, datetime.UTC
)
CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')
ASKED = (CPU, MEMORY)
S = 10**9  # nanoseconds

#: As Ceilometer makes them, and one that lacks the aggregation we ask for.
POLICIES = {
    'contract-low': ('mean', '5m'),
    'contract-fine': ('mean', '1s'),
    'contract-odd': ('max', '5m'),
}
LOW, FINE, ODD = POLICIES
CPU_POINTS = [(900, 0), (600, 60 * S), (300, 210 * S)]


#: The fake of the cloud has no Gnocchi: collected where a minicloud runs.
STATE = os.environ.get('SNAPFAULT_MINICLOUD')
__test__ = STATE is not None


@pytest.fixture(scope='module')
def real_state():
    """Give the folder of the minicloud that runs."""
    return pathlib.Path(STATE)


def adapter_of(state, name):
    clouds = yaml.safe_load((state / 'clouds.yaml').read_text())['clouds']
    entry = clouds[name]
    auth = v3.Password(**entry['auth'])
    return ksa_adapter.Adapter(
        ksa_session.Session(auth),
        service_type='metric',
        region_name=entry['region_name'],
    )


@pytest.fixture(scope='module')
def admin(real_state):
    """Give an adapter that may post, once the archive policies exist."""
    adapter = adapter_of(real_state, 'admin')
    known = {each['name'] for each in ask(adapter.get, '/v1/archive_policy')}
    for name in POLICIES.keys() - known:
        aggregation, granularity = POLICIES[name]
        ask(
            adapter.post,
            '/v1/archive_policy',
            name=name,
            aggregation_methods=[aggregation],
            back_window=0,
            definition=[{'granularity': granularity, 'timespan': '31 days'}],
        )
    return adapter


class Reader:
    """The service user's adapter, which counts its calls."""

    def __init__(self, adapter):
        self.calls = 0
        self._adapter = adapter

    def post(self, *args, **kwargs):
        self.calls += 1
        return self._adapter.post(*args, **kwargs)

    def read(self, ids, metrics=ASKED, max_age=900):
        return gnocchi.read(self, ids, metrics, now=NOW, max_age=max_age)


@pytest.fixture
def reader(real_state):
    return Reader(adapter_of(real_state, 'snapfault'))


def ask(method, url, **body):
    """Make a request that must be accepted; give the answer's JSON."""
    options = {'json': body} if body else {}
    answer = method(url, raise_exc=False, **options)
    assert answer.ok, answer.text
    return answer.json() if answer.content else None


def add(admin, **metrics):
    """Create an instance with metrics; give its id.

    :param metrics: by name with ``_`` for ``.``: an archive policy, and
        points of seconds before NOW and a value
    """
    server_id = str(uuid.uuid4())
    attributes = {
        'flavor_id': '1',
        'flavor_name': 'm1.tiny',
        'display_name': 'web',
    }
    post(admin, 'instance', server_id, attributes, metrics)
    return server_id


def add_disk(admin, server_id, name, **metrics):
    """Create a disk of an instance with metrics, as :func:`add` does."""
    attributes = {'instance_id': server_id, 'name': name}
    disk_id = f'{server_id}-{name}'
    post(admin, 'instance_disk', disk_id, attributes, metrics)


def post(admin, kind, resource_id, attributes, metrics):
    """Create a resource with metrics and their measures."""
    named = {key.replace('_', '.'): its for key, its in metrics.items()}
    ask(
        admin.post,
        f'/v1/resource/{kind}',
        id=resource_id,
        user_id='user',
        project_id='some project',
        metrics={
            name: {'archive_policy_name': policy}
            for name, (policy, _) in named.items()
        },
        **attributes,
    )
    posted = {
        name: [
            {
                'timestamp': (
                    NOW - datetime.timedelta(seconds=each)
                ).isoformat(),
                'value': value,
            }
            for each, value in points
        ]
        for name, (_, points) in named.items()
        if points
    }
    if posted:
        ask(
            admin.post,
            '/v1/batch/resources/metrics/measures',
            **{resource_id: posted},
        )


def settle(admin):
    """Wait until everything posted is aggregated."""
    for _ in range(300):
        summary = ask(admin.get, '/v1/status')['storage']['summary']
        if not summary['measures']:
            return
        threading.Event().wait(0.2)
    raise AssertionError(f'still to be aggregated: {summary}')


def values(found):
    """Give value and seconds before NOW, by server and metric's name."""
    return {
        server_id: {
            metric.name: (
                measure.value,
                (NOW - measure.measured_at).total_seconds(),
            )
            for metric, measure in its.items()
        }
        for server_id, its in found.items()
    }


def test_what_ceilometer_posts(admin, reader):
    # 150 s of CPU in the last 300 s, two virtual CPUs since yesterday
    full = add(
        admin,
        cpu=(LOW, CPU_POINTS),
        vcpus=(LOW, [(86400, 2)]),
        memory_usage=(LOW, [(600, 100.0), (300, 200.0)]),
    )
    # nobody told its number of CPUs; its samples come by the second
    alone = add(admin, cpu=(FINE, [(310, 0), (10, 90 * S)]))
    # all that makes data absent
    empty = add(admin, cpu=(LOW, []), memory_usage=(LOW, []))
    stale = add(
        admin,
        cpu=(LOW, [(2400, 0), (2100, S)]),
        memory_usage=(LOW, [(1200, 9.0)]),
    )
    migrated = add(admin, cpu=(LOW, [(600, 210 * S), (300, 0)]))
    unmetered = add(admin)
    unknown = str(uuid.uuid4())
    settle(admin)
    asked = [full, alone, empty, stale, migrated, unmetered, unknown]
    assert values(reader.read(asked)) == {
        full: {'cpu_util': (25.0, 300), 'memory.usage': (200.0, 300)},
        alone: {'cpu_util': (30.0, 10)},
    }
    assert reader.calls == 2
    # what is stale for one is fresh for another
    assert values(reader.read([stale], max_age=2400)) == {
        stale: {
            'cpu_util': (pytest.approx(1 / 3), 2100),
            'memory.usage': (9.0, 1200),
        }
    }


def test_all_absent(admin, reader):
    ids = [add(admin), str(uuid.uuid4())]
    assert reader.read(ids) == {}
    assert reader.read(ids, [rules.Metric('no such metric')]) == {}
    assert reader.calls == 2


def test_odd_servers_blind_only_themselves(admin, reader):
    sound = {
        'cpu': (LOW, CPU_POINTS),
        'memory_usage': (LOW, [(300, 200.0)]),
    }
    ids = [add(admin, **sound) for _ in range(14)]
    # Gnocchi has the metric, but not its mean
    odd = add(admin, **{**sound, 'memory_usage': (ODD, [(300, 200.0)])})
    # its two metrics share no granularity
    mixed = add(admin, **{**sound, 'memory_usage': (FINE, [(300, 200.0)])})
    settle(admin)
    found = values(reader.read([*ids, odd, mixed]))
    both = {'cpu_util': (50.0, 300), 'memory.usage': (200.0, 300)}
    assert found == {
        **dict.fromkeys(ids, both),
        odd: {'cpu_util': (50.0, 300)},
        mixed: both,
    }
    # all at once, one a metric, four levels of halves, and vcpus
    assert reader.calls <= 1 + 2 + 2 * 4 + 1


WRITTEN = rules.Metric('disk.device.write.bytes.rate')
#: 10 a second between the last two intervals.
GROWING = (LOW, [(900, 0), (600, 1000), (300, 4000)])


def test_disks_are_summed_up(admin, reader):
    two, one, gone, none = (add(admin, cpu=(LOW, CPU_POINTS)) for _ in 'abcd')
    add_disk(admin, two, 'vda', disk_device_write_bytes=GROWING)
    add_disk(admin, two, 'vdb', disk_device_write_bytes=GROWING)
    add_disk(admin, one, 'vda', disk_device_write_bytes=GROWING)
    # it was detached; this one has no such metric
    old = (LOW, [(2400, 0), (2100, 9)])
    add_disk(admin, one, 'vdc', disk_device_write_bytes=old)
    add_disk(admin, one, 'vdd', disk_device_read_bytes=GROWING)
    add_disk(admin, gone, 'vda', disk_device_write_bytes=old)
    settle(admin)
    ids = [two, one, gone, none]
    assert values(reader.read(ids, [WRITTEN])) == {
        two: {WRITTEN.name: (20.0, 300)},
        one: {WRITTEN.name: (10.0, 300)},
    }
    assert reader.calls == 1
    stored = rules.Metric('disk.device.write.bytes')
    found = values(reader.read([two], [stored, CPU, WRITTEN]))
    assert found[two] == {
        stored.name: (8000.0, 300),
        'cpu_util': (50.0, 300),
        WRITTEN.name: (20.0, 300),
    }


def test_gnocchis_own_rate_of_disks(admin, reader):
    low_rate = 'ceilometer-low-rate'
    server_id = add(admin)
    points = (low_rate, GROWING[1])
    add_disk(admin, server_id, 'vda', disk_device_write_bytes=points)
    add_disk(admin, server_id, 'vdb', disk_device_write_bytes=points)
    settle(admin)
    metric = rules.Metric('disk.device.write.bytes', 'rate:mean')
    assert values(reader.read([server_id], [metric])) == {
        server_id: {metric.name: (6000.0, 300)}
    }


def test_odd_disks_blind_only_their_server(admin, reader):
    ids = [add(admin) for _ in range(7)]
    for each in ids:
        add_disk(admin, each, 'vda', disk_device_write_bytes=GROWING)
    odd = add(admin)
    add_disk(admin, odd, 'vda', disk_device_write_bytes=(ODD, GROWING[1]))
    settle(admin)
    found = values(reader.read([*ids, odd], [WRITTEN]))
    assert found == {each: {WRITTEN.name: (10.0, 300)} for each in ids}
    assert reader.calls <= 1 + 2 * 3


def test_names_that_are_patterns(admin, reader):
    one = add(admin, memory_usage=(LOW, [(300, 200.0)]))
    settle(admin)
    assert reader.read([one], [rules.Metric('memory*')]) == {}
    assert reader.read(["' or id != '"], ASKED) == {}
    assert reader.calls == 0
