"""A campaign finds what it looks for."""

import contextlib
import socket

import pytest
import webob.dec

from tests.functional import serving
from tests.functional.fuzz import fuzz

HEADERS = {
    'OpenStack-API-Version': 'fault-tolerance 1.0',
    'X-OpenStack-Request-ID': 'req-1',
}


@contextlib.contextmanager
def served(status, body):
    """Serve what answers everything alike."""

    @webob.dec.wsgify
    def application(request):
        if request.path_info == '/reset':
            names = {'known-task': 'task', 'known-server': 'server'}
            return webob.Response(json_body=names)
        response = webob.Response(json_body=body, status=status)
        response.headers.update(HEADERS)
        return response

    with serving.running(application) as server:
        yield f'http://127.0.0.1:{server.effective_port}'


@pytest.mark.parametrize(
    ('status', 'body', 'said'),
    [
        (500, {'errors': []}, 'Server error'),
        (418, {}, 'Undocumented status code'),
        (200, {'policies': [{'id': 'one'}]}, 'violates schema'),
    ],
)
def test_what_is_wrong_with_answers_is_found(status, body, said):
    with served(status, body) as url:
        campaign = fuzz.Campaign(url, seed=1)
        campaign.run(2, labels={'GET /v1/policies'})
    assert campaign.sent >= 2
    assert len(campaign.violations) == campaign.sent
    assert said in campaign.violations[0]


def test_what_is_right_is_not():
    with served(200, {'policies': []}) as url:
        campaign = fuzz.Campaign(url, seed=1)
        campaign.run(2, labels={'GET /v1/policies'})
    assert campaign.violations == []


def test_an_answer_that_does_not_come_is_found():
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = f'http://127.0.0.1:{silent.getsockname()[1]}'
        campaign = fuzz.Campaign(url, seed=1)
        campaign.timeout = 0.2
        campaign.sent = 1  # the world stands
        campaign.run(1, labels={'GET /v1'})
    assert 'no answer' in campaign.violations[0]
