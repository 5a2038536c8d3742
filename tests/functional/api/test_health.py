"""What is told of the dependencies of the service, to anybody."""

import json
import threading

import pytest

from snapfault.api import health


@pytest.fixture
def stop():
    """Give an event; what waits for it ends with the test."""
    event = threading.Event()
    yield event
    event.set()


def refused():
    """Fail with what nobody but the operator may read."""
    raise ConnectionError('mysql://snapfault:m4rked@10.0.0.5/ says no')


def test_each_is_told_by_itself(stop, caplog):
    found = health.Health(
        {'database': lambda: None, 'broker': refused, 'keystone': stop.wait},
        patience=0.2,
    )
    assert found.read() == {
        'database': 'ok',
        'broker': 'failing',
        'keystone': 'silent',
    }
    assert 'broker does not answer well' in caplog.text


def test_what_is_asked_often_is_looked_at_once(stop):
    looks = []
    found = health.Health({'database': lambda: looks.append(1)})
    assert [found.read() for _ in range(5)] == [{'database': 'ok'}] * 5
    assert len(looks) == 1
    hung = health.Health(
        {'database': lambda: (looks.append(2), stop.wait())},
        patience=0.01,
        lasts=0,
    )
    assert [hung.read() for _ in range(5)] == [{'database': 'silent'}] * 5
    assert looks.count(2) == 1


def test_what_comes_back_is_seen(stop):
    states = iter([ConnectionError, None, ConnectionError])

    def probe():
        error = next(states)
        if error is not None:
            raise error

    found = health.Health({'database': probe}, lasts=0)
    assert [found.read()['database'] for _ in range(3)] == [
        'failing',
        'ok',
        'failing',
    ]


@pytest.mark.parametrize(
    ('probe', 'status', 'state'),
    [(lambda: None, 200, 'ok'), (refused, 503, 'failing')],
)
def test_the_api_tells_it_without_a_token(world, probe, status, state):
    world.probes['database'] = probe
    response = world.request('GET', '/healthcheck/dependencies', token='')
    assert response.status_int == status
    assert json.loads(response.body) == {
        'dependencies': [{'name': 'database', 'status': state}]
    }
    assert b'm4rked' not in response.body
    # this process itself is well, and can be asked so as before
    assert world.request('GET', '/healthcheck', token='').status_int == 200
