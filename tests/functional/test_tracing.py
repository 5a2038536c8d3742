"""Spans of what is done, as OpenTelemetry's own SDK is handed them."""

from opentelemetry import trace
from opentelemetry.sdk import trace as sdk
from opentelemetry.sdk.trace import export
from opentelemetry.sdk.trace.export import in_memory_span_exporter as memory
from oslo_middleware import tracing as middleware
import pytest

from snapfault import bearing
from snapfault import errors
from snapfault import model
from snapfault import tracing
from snapfault.cmd import start
from tests.unit.cloud import canned

SERVER = r'http://nova/v2.1/servers/s'


@pytest.fixture(scope='module')
def exporter():
    """Have the process keep its spans; it can be told so but once."""
    kept = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    return kept


@pytest.fixture
def spans(exporter):
    """Give what lists the spans of this test that have ended."""
    exporter.clear()
    return exporter.get_finished_spans


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def door(tmp_path, services):
    return canned.sessions(tmp_path, services).own


def test_the_steps_of_a_recovery_are_beneath_it(stage, spans):
    stage.run()
    stage.wait(minutes=5)
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    stage.ask_for_recovery()
    with (
        tracing.span('recovery', id='of-shop'),
        bearing.Pool(4) as pool,
    ):
        done = pool.submit(stage.recover).result()
    assert done.status is model.RecoveryStatus.DONE
    found = spans()
    (whole,) = (each for each in found if each.name == 'recovery')
    assert whole.attributes == {'snapfault.id': 'of-shop'}
    beneath = {
        each.name
        for each in found
        if each.parent and each.parent.span_id == whole.context.span_id
    }
    assert {'rebuild', 'restore-volume', 'attach', 'start'} <= beneath


def test_the_cloud_is_told_beneath_what_its_own_spans_belong(
    services, door, spans
):
    services.say('GET', SERVER, (200, {'server': {}}))
    with tracing.span('recovery', id='r'):
        door.get('compute', 'servers', 's')
    asked, whole = spans()
    assert (asked.name, whole.name) == ('GET compute', 'recovery')
    assert asked.attributes == {'snapfault.url': '/servers/s'}
    context = asked.context
    told = services.asked[-1].headers['traceparent']
    ids = f'00-{context.trace_id:032x}-{context.span_id:016x}-'
    assert told.startswith(ids)


def test_what_the_cloud_refused_is_on_the_span(services, door, spans):
    services.say('GET', SERVER, (404, {'itemNotFound': {'message': 'no'}}))
    with pytest.raises(errors.NotFound):
        door.get('compute', 'servers', 's')
    (asked,) = spans()
    assert not asked.status.is_ok


def test_without_the_packages_nothing_is_told(
    monkeypatch, services, door, spans
):
    monkeypatch.setattr(tracing, 'HAS_SPANS', False)
    services.say('GET', SERVER, (200, {'server': {}}))
    assert door.get('compute', 'servers', 's') == {'server': {}}
    assert 'traceparent' not in services.asked[-1].headers
    assert not spans()


def test_wanted_without_the_packages(monkeypatch):
    monkeypatch.setattr(middleware, '_INITIALIZED', False)
    monkeypatch.setattr(middleware, '_OTEL_AVAILABLE', False)
    conf = start.prepare()
    conf([], default_config_files=[])
    tracing.set_up(conf)
    conf.set_override('enabled', True, group='oslo_middleware_tracing')
    monkeypatch.setattr(middleware, '_INITIALIZED', False)
    with pytest.raises(errors.InvalidInput, match='pip install'):
        tracing.set_up(conf)
