"""A campaign finds what it looks for."""

import contextlib
import functools
import socket

import pytest
import webob.dec

from snapfault.api import openapi
from tests.functional import serving
from tests.functional.fuzz import fuzz
from tests.proof import claim as proof
from tests.proof import claims

REFUSED = {
    'errors': [
        {
            'request_id': 'req-1',
            'code': 'fault-tolerance.not-found',
            'status': 404,
            'title': 'Not Found',
            'detail': 'there is nothing',
            'links': [],
        }
    ]
}
OPERATIONS = [
    (method, path)
    for path, methods in openapi.make_document()['paths'].items()
    for method in methods
]
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


@pytest.mark.parametrize(
    ('status', 'body', 'long', 'found'),
    [
        (404, REFUSED, 2, ['GET /v1/policies was never once answered 2xx']),
        (404, REFUSED, 50, []),
        (200, {'policies': []}, 2, []),
    ],
    ids=['refused', 'too few to tell', 'answered'],
)
def test_an_operation_that_is_only_ever_refused_is_found(
    monkeypatch, status, body, long, found
):
    """Each answer by itself is right."""
    monkeypatch.setattr(fuzz, 'LONG', long)
    with served(status, body) as url:
        campaign = fuzz.Campaign(url, seed=1)
        campaign.run(2, labels={'GET /v1/policies'})
    assert campaign.violations == []
    assert campaign.findings == found


def test_the_claim_is_held_to_what_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(fuzz, 'LONG', 1)
    monkeypatch.setattr(
        fuzz, 'served', functools.partial(served, 404, REFUSED)
    )
    (claim,) = [each for each in claims.CLAIMS if each.name == 'fuzz']
    trial = proof.Trial(1, 1, tmp_path, lambda _done: None)
    outcome = claim.run(trial)
    assert outcome.detail.startswith(f'{len(OPERATIONS)} operations; ')
    refused = [each for each in outcome.violations if 'once' in each]
    assert len(refused) == len(OPERATIONS)


def test_an_answer_that_does_not_come_is_found():
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = f'http://127.0.0.1:{silent.getsockname()[1]}'
        campaign = fuzz.Campaign(url, seed=1)
        campaign.timeout = 0.2
        campaign.sent = 1  # the world stands
        campaign.run(1, labels={'GET /v1'})
    assert 'no answer' in campaign.violations[0]
