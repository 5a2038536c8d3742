"""What Prometheus is asked, and what happens when it does not answer.

What real answers mean the contract suite tests on a real one.
"""

import re
import urllib.parse

import hypothesis
from hypothesis import strategies
from keystoneauth1 import exceptions as ksa_exceptions
from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault import errors
from snapfault import rules
from snapfault.cloud import source
from snapfault.cloud.sources import prometheus
from tests import build
from tests.unit.cloud import canned

MEMORY = rules.Metric('memory.usage')
CPU = rules.Metric('cpu_util')
SERVER = '00000000-0000-4000-8000-000000000001'
OTHER = '00000000-0000-4000-8000-000000000002'


def vector(*results):
    data = {'resultType': 'vector', 'result': list(results)}
    return {'status': 'success', 'data': data}


def result(resource, value):
    return {'metric': {'resource': resource}, 'value': [1.0, value]}


class Answer:
    """As much of a requests.Response as is read."""

    def __init__(self, status_code, body=None):
        self.status_code = status_code
        self._body = body

    def json(self):
        if isinstance(self._body, Exception):
            raise self._body
        return self._body


class Adapter:
    """Says what it is told to; keeps what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.queries = []

    def post(self, url, data, **kwargs):
        assert url == '/api/v1/query'
        self.queries.append(data['query'])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def read(adapter, ids=(SERVER,), metrics=(MEMORY,)):
    return prometheus.read(adapter, ids, metrics, now=build.NOW, max_age=900)


NUMBERS = [
    ('1.5', 1.5),
    ('0', 0.0),
    # absent data, in all its forms
    ('NaN', None),
    ('+Inf', None),
    ('-Inf', None),
    ('-0.5', None),
]


@pytest.mark.parametrize(('said', 'value'), NUMBERS)
def test_values(said, value):
    found = read(Adapter(Answer(200, vector(result(SERVER, said)))))
    expected = {} if value is None else {MEMORY: value}
    got = {m: each.value for m, each in found.get(SERVER, {}).items()}
    assert got == expected


def test_servers_that_were_not_asked_for_are_left_out():
    answer = vector(result(SERVER, '1'), result(OTHER, '2'))
    assert set(read(Adapter(Answer(200, answer)))) == {SERVER}


CALLS = [(1, 1), (500, 1), (501, 2), (1200, 3)]


@pytest.mark.parametrize(('count', 'calls'), CALLS)
def test_number_of_calls(count, calls):
    ids = [f'00000000-0000-4000-8000-{at:012}' for at in range(count)]
    adapter = Adapter(Answer(200, vector()))
    read(adapter, ids)
    assert len(adapter.queries) == calls
    read(adapter, ids, [MEMORY, CPU])
    assert len(adapter.queries) == calls + 3 * calls


PLAIN = re.compile(
    r'max by \(resource\) \((rate|last_over_time)\(\{'
    r'__name__=~"ceilometer_[A-Za-z0-9_]+\(_total\)\?",'
    r'resource=~"(\([0-9a-f|-]+\)-\.\+|[0-9a-f|-]+)"\}\[900s\]\)\)'
)


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(
    strategies.lists(
        strategies.text() | strategies.uuids().map(str), max_size=4
    ),
    strategies.lists(
        strategies.builds(
            rules.Metric,
            strategies.text()
            | strategies.from_regex(r'(disk\.device\.)?[a-z"{}|.]+(\.rate)?'),
            strategies.sampled_from(['mean', 'rate:mean']) | strategies.text(),
        ),
        max_size=4,
    ),
)
def test_nothing_gets_into_a_query_but_ids_and_names(ids, metrics):
    adapter = Adapter(Answer(200, vector()))
    read(adapter, ids, metrics)
    assert [
        each for each in adapter.queries if not PLAIN.fullmatch(each)
    ] == []


NONSENSE = [
    ValueError('not JSON'),
    None,
    [],
    {'status': 'error'},
    {'status': 'success'},
    {'status': 'success', 'data': {'resultType': 'scalar', 'result': [1, 2]}},
    vector({'metric': {}, 'value': [1, '1']}),
    vector({'metric': {'resource': SERVER}}),
    vector(result(SERVER, 'much')),
    vector(result(7, '1')),
]
FAILURES = [
    *((Answer(each), errors.CloudUnavailable) for each in (404, 422, 429)),
    *((Answer(each), errors.CloudUnavailable) for each in (500, 502, 503)),
    *((Answer(each), errors.CloudRefused) for each in (400, 401, 403)),
    *((Answer(200, body), errors.CloudUnavailable) for body in NONSENSE),
    (ksa_exceptions.ConnectFailure(), errors.CloudUnavailable),
    (ksa_exceptions.ConnectTimeout(), errors.CloudUnavailable),
    (ksa_exceptions.EndpointNotFound(), errors.CloudRefused),
]


@pytest.mark.parametrize(('answer', 'error'), FAILURES)
def test_failures(answer, error):
    with pytest.raises(error):
        read(Adapter(answer))


def test_aetos_is_asked_with_a_token(tmp_path):
    services = canned.Services()
    services.say(
        'POST', 'http://aetos/prometheus/api/v1/query', (200, vector())
    )
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    tools = source.Tools(
        conf, canned.sessions(tmp_path, services), now=lambda: build.NOW
    )
    assert source.load('prometheus', tools).read([SERVER], [MEMORY]) == {}
    asked = services.asked[-1]
    assert asked.headers['X-Auth-Token'] == 'token'
    form = urllib.parse.parse_qs(asked.body)
    assert SERVER in form['query'][0]
    assert float(form['time'][0]) == build.NOW.timestamp()


def test_a_cloud_without_aetos(tmp_path, monkeypatch):
    without = [each for each in canned.CATALOGUE if each['name'] != 'aetos']
    monkeypatch.setitem(canned.TOKEN['token'], 'catalog', without)
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    doors = canned.sessions(tmp_path, canned.Services())
    asked = source.load('prometheus', source.Tools(conf, doors))
    with pytest.raises(errors.CloudRefused):
        asked.read([SERVER], [MEMORY])
