"""What Gnocchi answers, and what of it counts as a measure."""

import datetime
import math
import uuid

from keystoneauth1 import exceptions as ksa_exceptions
import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud.sources import aggregates
from snapfault.cloud.sources import gnocchi
from tests import build

NOW = build.NOW
CPU = rules.Metric('cpu_util')
MEMORY = rules.Metric('memory.usage')
WRITES = 'disk.device.write.bytes'
RATE = rules.Metric(f'{WRITES}.rate')
MAX_AGE = 900


class Answer:
    """As much of a requests.Response as is read."""

    def __init__(self, status_code, body=None, text=''):
        self.status_code = status_code
        self.text = text
        self._body = body

    def json(self):
        if isinstance(self._body, Exception):
            raise self._body
        return self._body


class Gnocchi:
    """An adapter whose other end answers as Gnocchi 4.7 was seen to.

    :ivar series: points by server, metric and aggregation; a metric that is
        there without the aggregation has an odd archive policy.
    :ivar disks: the same for each disk, by the server's and the disk's id
    """

    def __init__(self, series=None, disks=None):
        self.series = series or {}
        self.disks = disks or {}
        self.requests = []

    def post(self, url, params, json, raise_exc):
        assert (url, raise_exc) == ('/v1/aggregates', False)
        kind = json['resource_type']
        key, groupby = {
            'instance': ('id', 'original_resource_id'),
            'instance_disk': ('instance_id', 'instance_id'),
        }[kind]
        assert params['groupby'] == groupby
        ids = json['search']['in'][key]
        assert len(ids) == len(set(ids)) <= aggregates.CHUNK
        operation, *references = json['operations']
        assert operation == 'metric'
        self.requests.append((ids, references))
        start = datetime.datetime.fromisoformat(params['start'])
        if kind == 'instance':
            held = {each: {each: its} for each, its in self.series.items()}
        else:
            held = self.disks
        return self._answer(held, groupby, ids, references, start)

    def _answer(self, held, groupby, ids, references, start):
        groups = []
        for server_id in sorted(set(ids) & set(held)):
            its = {}
            for resource_id, series in held[server_id].items():
                found = {}
                for name, aggregation in references:
                    if name not in series:
                        continue
                    if aggregation not in series[name]:
                        said = 'Metrics with unknown aggregation'
                        return Answer(404, text=said)
                    found.setdefault(name, {})[aggregation] = [
                        [at.isoformat(), granularity, value]
                        for at, granularity, value in series[name][aggregation]
                        if at >= start
                    ]
                if found:
                    its[resource_id] = found
            if its:
                groups.append(
                    {
                        'group': {groupby: server_id},
                        'measures': {'measures': its},
                    }
                )
        if not groups:
            return Answer(404, text="Metric ['cpu'] does not exist")
        return Answer(200, groups)


def ago(seconds):
    return NOW - datetime.timedelta(seconds=seconds)


def server_id(number):
    return str(uuid.UUID(int=number))


def means(*points, granularity=300.0):
    """Give a series; each point is seconds ago and a value."""
    return {'mean': [(ago(at), granularity, value) for at, value in points]}


def read(adapter, ids=(1,), metrics=(CPU, MEMORY)):
    return gnocchi.read(
        adapter,
        [server_id(each) for each in ids],
        metrics,
        now=NOW,
        max_age=MAX_AGE,
    )


def read_one(metrics=(CPU, MEMORY), **series):
    """Read server 1, whose series these are; give value and age."""
    named = {each.replace('_', '.'): its for each, its in series.items()}
    found = read(Gnocchi({server_id(1): named}), metrics=metrics)
    return {
        metric: (measure.value, (NOW - measure.measured_at).total_seconds())
        for metric, measure in found.get(server_id(1), {}).items()
    }


GAUGES = [
    # points, the measure and its age
    ([(300, 5.0)], (5.0, 300)),
    ([(600, 4.0), (300, 5.0)], (5.0, 300)),
    ([(300, 5.0), (600, 4.0)], (5.0, 300)),
    # the interval that still fills is as good as any
    ([(300, 5.0), (0, 6.0)], (6.0, 0)),
    ([(300, 0.0)], (0.0, 300)),
    ([(900, 5.0)], (5.0, 900)),
    # absent: none, stale, negative, no number, from another time
    ([], None),
    ([(901, 5.0)], None),
    ([(600, 4.0), (300, -5.0)], None),
    ([(600, 4.0), (300, math.nan)], None),
    ([(600, 4.0), (300, math.inf)], None),
    ([(300, None)], None),
    ([(-10_000, 5.0)], None),
]


@pytest.mark.parametrize(('points', 'expected'), GAUGES)
def test_gauge(points, expected):
    found = read_one(memory_usage=means(*points), metrics=(MEMORY,))
    assert found == ({} if expected is None else {MEMORY: expected})


S = 10**9  # nanoseconds
UTILISATIONS = [
    # cpu, vcpus, per cent and its age
    ([(600, 0), (300, 150 * S)], [(600, 1)], (50.0, 300)),
    ([(600, 0), (300, 150 * S)], [(600, 4)], (12.5, 300)),
    ([(600, 0), (300, 0)], [(600, 4)], (0.0, 300)),
    # only the newest pair counts
    ([(900, 0), (600, 300 * S), (300, 330 * S)], [(0, 1)], (10.0, 300)),
    # a gap: over the time that it took
    ([(900, 0), (300, 150 * S)], [(0, 1)], (25.0, 300)),
    # an interval that still fills says too little
    ([(600, 0), (300, 150 * S), (299, 160 * S)], [(0, 1)], (50.0, 300)),
    # the number of CPUs was posted long ago, and changed
    ([(600, 0), (300, 150 * S)], [(86400 * 9, 1), (86400, 2)], (25.0, 300)),
    # was never posted, or makes no sense: one
    ([(600, 0), (300, 150 * S)], [], (50.0, 300)),
    ([(600, 0), (300, 150 * S)], [(600, 0)], (50.0, 300)),
    ([(600, 0), (300, 150 * S)], [(600, math.nan)], (50.0, 300)),
    # absent: one point, none, the counter went back, stale, no number
    ([(300, 150 * S)], [(0, 1)], None),
    ([], [(0, 1)], None),
    ([(600, 150 * S), (300, 0)], [(0, 1)], None),
    ([(1500, 0), (1200, 150 * S)], [(0, 1)], None),
    ([(600, 0), (300, math.nan)], [(0, 1)], None),
]


@pytest.mark.parametrize(('cpu', 'vcpus', 'expected'), UTILISATIONS)
def test_utilisation(cpu, vcpus, expected):
    found = read_one(cpu=means(*cpu), vcpus=means(*vcpus), metrics=(CPU,))
    assert found == ({} if expected is None else {CPU: expected})


def test_the_finest_granularity_counts():
    coarse = means((600, 0), (300, 30 * S))['mean']
    fine = means((310, 0), (10, 150 * S), granularity=1.0)['mean']
    assert read_one(cpu={'mean': coarse + fine}) == {CPU: (50.0, 10)}
    assert read_one(cpu={'mean': fine + coarse}) == {CPU: (50.0, 10)}


def test_each_metric_by_itself():
    found = read_one(memory_usage=means((300, 5.0)), cpu=means((300, 5.0)))
    assert found == {MEMORY: (5.0, 300)}
    raw = rules.Metric('cpu')
    found = read_one(cpu=means((600, 0), (300, 3 * S)), metrics=(CPU, raw))
    assert found == {CPU: (1.0, 300), raw: (3.0 * S, 300)}


def test_no_server_has_the_metric():
    adapter = Gnocchi()
    assert read(adapter, range(3)) == {}
    assert len(adapter.requests) == 1


@pytest.mark.parametrize(
    ('ids', 'metrics'),
    [
        ([], [MEMORY]),
        ([server_id(1)], []),
        # what Gnocchi would take for a pattern, or hash into some UUID
        ([server_id(1)], [rules.Metric('*'), rules.Metric('cp[u]')]),
        (["' or 1=1", '', 'web'], [MEMORY]),
    ],
)
def test_nothing_to_ask(ids, metrics):
    adapter = Gnocchi({server_id(1): {'cpu': means((300, 1.0))}})
    found = gnocchi.read(adapter, ids, metrics, now=NOW, max_age=MAX_AGE)
    assert (found, adapter.requests) == ({}, [])


def test_ids_come_back_as_they_were_given():
    adapter = Gnocchi({server_id(11): {'memory.usage': means((300, 5.0))}})
    given = server_id(11).upper()
    found = gnocchi.read(adapter, [given], [MEMORY], now=NOW, max_age=MAX_AGE)
    assert list(found) == [given]


CALLS = [(1, 2), (500, 2), (1000, 2), (1001, 4), (2500, 6)]


@pytest.mark.parametrize(('count', 'calls'), CALLS)
def test_number_of_calls(count, calls):
    series = {
        'cpu': means((600, 0), (300, S)),
        'memory.usage': means((300, 5.0)),
        'vcpus': means((9000, 2.0)),
    }
    adapter = Gnocchi({server_id(each): series for each in range(count)})
    assert len(read(adapter, range(count))) == count
    assert len(adapter.requests) == calls <= 2 + count / 500


@pytest.mark.parametrize('count', [1, 500, 1000, 1001, 2500])
def test_disks_take_one_more_call_a_thousand_servers(count):
    adapter = Gnocchi()
    for metrics in ([MEMORY], [MEMORY, RATE, rules.Metric(WRITES)]):
        before = len(adapter.requests)
        assert read(adapter, range(count), metrics) == {}
        calls = len(adapter.requests) - before
        kinds = 1 if metrics == [MEMORY] else 2
        assert calls == kinds * -(-count // 1000)


ODD = [set(), {0}, {999}, {500, 501}, {3, 700}]


@pytest.mark.parametrize('odd', ODD)
def test_odd_servers_blind_only_themselves(odd):
    sound = {'memory.usage': means((300, 5.0))}
    adapter = Gnocchi({server_id(each): sound for each in range(1000)})
    for each in odd:
        adapter.series[server_id(each)] = {'memory.usage': {'max': []}}
    found = read(adapter, range(1000), [MEMORY])
    assert set(found) == {
        server_id(each) for each in range(1000) if each not in odd
    }
    # halves down to one of 1000: ten levels, two calls at each
    assert len(adapter.requests) <= 1 + 20 * len(odd)


def test_an_odd_metric_blinds_only_itself():
    sound = {'memory.usage': means((300, 5.0)), 'cpu': {'max': []}}
    adapter = Gnocchi({server_id(each): sound for each in range(1000)})
    found = read(adapter, range(1000))
    assert len(found) == 1000
    assert {metric for its in found.values() for metric in its} == {MEMORY}
    # the bound, one call for each metric, and the one that failed
    assert len(adapter.requests) <= aggregates.MAX_EXTRA + 3


DISKS = [
    # the points of each disk, the metric, the sum and its age
    ([[(600, 0), (300, 3000)]], RATE, (10.0, 300)),
    ([[(600, 0), (300, 3000)], [(600, 7), (300, 607)]], RATE, (12.0, 300)),
    ([[(300, 3000)], [(300, 4)]], rules.Metric(WRITES), (3004.0, 300)),
    # idle is not absent
    ([[(600, 5), (300, 5)]], RATE, (0.0, 300)),
    # the sum stands for the newest of them
    ([[(900, 0), (600, 3000)], [(600, 0), (300, 3000)]], RATE, (20.0, 300)),
    # a disk that was detached, one that was made anew: the others count
    ([[(600, 0), (300, 3000)], [(1800, 0), (1500, 9)]], RATE, (10.0, 300)),
    ([[(600, 0), (300, 3000)], [(600, 9), (300, 0)]], RATE, (10.0, 300)),
    # no disk has any
    ([[(600, 9), (300, 0)]], RATE, None),
    ([[(300, 3000)]], RATE, None),
    ([], RATE, None),
]


@pytest.mark.parametrize(('disks', 'metric', 'expected'), DISKS)
def test_disks(disks, metric, expected):
    made = {
        f'disk-{at}': {WRITES: means(*its)} for at, its in enumerate(disks)
    }
    found = read(Gnocchi(disks={server_id(1): made}), metrics=[metric])
    got = {
        each: (measure.value, (NOW - measure.measured_at).total_seconds())
        for each, measure in found.get(server_id(1), {}).items()
    }
    assert got == ({} if expected is None else {metric: expected})


def test_disks_by_another_aggregation():
    """What Gnocchi calls a rate is the difference between two samples."""
    points = {'rate:mean': [(ago(300), 300.0, 900.0)]}
    disks = {server_id(1): {'vda': {WRITES: points}, 'vdb': {WRITES: points}}}
    metric = rules.Metric(WRITES, 'rate:mean')
    found = read(Gnocchi(disks=disks), metrics=[metric])
    assert found[server_id(1)][metric] == model.Measure(1800.0, ago(300))


def test_disks_and_servers_together():
    disks = {server_id(1): {'vda': {WRITES: means((600, 0), (300, 3000))}}}
    series = {server_id(1): {'memory.usage': means((300, 5.0))}}
    adapter = Gnocchi(series, disks)
    found = read(adapter, metrics=[MEMORY, RATE])
    assert {m: each.value for m, each in found[server_id(1)].items()} == {
        MEMORY: 5.0,
        RATE: 10.0,
    }
    assert len(adapter.requests) == 2


def test_odd_disks_blind_only_their_server():
    sound = {'vda': {WRITES: means((600, 0), (300, 3000))}}
    disks = {server_id(each): sound for each in range(100)}
    disks[server_id(50)] = {'vda': {WRITES: {'max': []}}}
    found = read(Gnocchi(disks=disks), range(100), [RATE])
    assert set(found) == {server_id(each) for each in range(100)} - {
        server_id(50)
    }


class Fixed:
    """An adapter that always says the same."""

    def __init__(self, answer):
        self.answer = answer

    def post(self, *args, **kwargs):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


NONSENSE = [
    ValueError('not JSON'),
    None,
    {'error': 1},
    [1],
    [{'measures': {'measures': {'x': {'cpu': {'mean': [[1, 2]]}}}}}],
    [{'measures': {'measures': {'x': {'cpu': {'mean': [['x', 1, 2]]}}}}}],
]
FAILURES = [
    *(
        (Answer(each), errors.CloudUnavailable)
        for each in (401, 429, 500, 503)
    ),
    *((Answer(each), errors.CloudRefused) for each in (400, 403)),
    (Answer(404, text='Not here'), errors.CloudUnavailable),
    (Answer(413), errors.CloudUnavailable),
    *((Answer(200, body), errors.CloudUnavailable) for body in NONSENSE),
    (ksa_exceptions.ConnectFailure(), errors.CloudUnavailable),
    (ksa_exceptions.ConnectTimeout(), errors.CloudUnavailable),
    (ksa_exceptions.EndpointNotFound(), errors.CloudRefused),
    (ksa_exceptions.ServiceUnavailable(), errors.CloudUnavailable),
    (ksa_exceptions.Unauthorized(), errors.CloudUnavailable),
]


@pytest.mark.parametrize(('answer', 'error'), FAILURES)
def test_failures(answer, error):
    with pytest.raises(error):
        read(Fixed(answer))


def test_times_without_a_zone_are_utc():
    point = ['2026-03-01T11:55:00', 300.0, 5.0]
    group = {server_id(1): {'memory.usage': {'mean': [point]}}}
    answer = Answer(200, [{'measures': {'measures': group}}])
    found = read(Fixed(answer), metrics=[MEMORY])
    assert found == {server_id(1): {MEMORY: model.Measure(5.0, ago(300))}}


def test_a_type_of_resources_that_is_unknown():
    refusal = Answer(400, text="{'cause': 'Resource type does not exist'}")
    assert read(Fixed(refusal), metrics=[RATE]) == {}


def test_a_part_without_shared_granularity():
    refusal = Answer(400, text='Metrics cannot be aggregated')
    assert read(Fixed(refusal)) == {}
