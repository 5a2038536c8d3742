"""Webhooks: who may speak there, what is understood, and what is kept."""

import datetime
import json
import logging
import urllib.parse

import pytest

from snapfault import clock
from snapfault import model
from snapfault.api import webhook
from snapfault.db import endings
from snapfault.db import evidence
from snapfault.db import webhooks
from tests import build

MINE = '/v1/protections/protection-mine'
ALARM = {
    'alarm_id': '2c5a0f0e-0000-4000-8000-000000000001',
    'alarm_name': 'shop is slow',
    'severity': 'critical',
    'previous': 'ok',
    'current': 'alarm',
    'reason': 'Transition to alarm due to 3 samples outside threshold',
    'reason_data': {'type': 'threshold', 'count': 3},
}


@pytest.fixture
def address(world):
    """Give the path of a webhook of the protection ``shop``."""
    answer = world.request('POST', f'{MINE}/webhook')
    assert answer.status_int == 201
    made = answer.json['webhook']
    assert made['protection_id'] == 'protection-mine'
    return urllib.parse.urlsplit(made['url']).path


def _post(world, path, body=None, **options):
    options = {'token': '', **options}
    return world.request(
        'POST', path, ALARM if body is None else body, **options
    )


def _said(world):
    found = evidence.current(world.database, ['protection-mine'], clock.now())
    return found.get('protection-mine', [])


def test_an_alarm_of_aodh_is_kept_and_wakes_a_worker(world, address):
    before = world.wakes
    answer = _post(world, address)
    assert (answer.status_int, answer.body) == (204, b'')
    (said,) = _said(world)
    assert said.source is model.Source.WEBHOOK
    assert said.finding == f'alarm-{ALARM["alarm_id"]}'
    assert said.detail == f'alarm shop is slow: {ALARM["reason"]}'
    lasted = said.expires_at - said.last_at
    assert lasted == datetime.timedelta(seconds=300)
    assert world.wakes == before + 1


def test_a_finding_in_plain_words(world, address):
    body = {'finding': 'no-answer', 'detail': 'port 443\n is  closed'}
    assert _post(world, address, body).status_int == 204
    assert _post(world, address, body).status_int == 204
    (said,) = _said(world)
    assert (said.finding, said.count) == ('no-answer', 2)
    assert said.detail == 'port 443 is closed'


@pytest.mark.parametrize('current', ['ok', 'insufficient data'])
@pytest.mark.parametrize('body', [ALARM, {'finding': 'no-answer'}])
def test_what_is_over_is_taken_back(world, address, body, current):
    _post(world, address, body)
    _post(world, address, {'finding': 'another'})
    before = world.wakes
    answer = _post(world, address, {**body, 'current': current})
    assert answer.status_int == 204
    assert [each.finding for each in _said(world)] == ['another']
    assert world.wakes == before


def test_only_its_hash_is_kept_and_no_log_has_it(world, caplog):
    caplog.set_level(logging.DEBUG)
    url = world.request('POST', f'{MINE}/webhook').json['webhook']['url']
    secret = url.rpartition('/')[2]
    assert len(secret) == 43  # 256 bits
    path = urllib.parse.urlsplit(url).path
    for wrong in (path, path + '/', '/' + path, path.replace('/v1', '/v2')):
        _post(world, wrong)
        _post(world, wrong, b'no json')
        world.request('GET', wrong)
    kept, _ = webhooks.find(world.database, 'protection-mine')
    assert kept == webhook.hash_of(secret)
    assert caplog.records
    assert secret not in caplog.text
    shown = world.request('GET', MINE)
    assert shown.json['protection']['webhook'] is True
    assert secret not in shown.text
    assert kept not in shown.text


def test_a_wrong_id_and_a_wrong_secret_are_answered_alike(world, address):
    _, _, _, protection_id, secret = address.split('/')
    others = [
        f'/v1/webhooks/{protection_id}/{secret[:-1]}',
        f'/v1/webhooks/{protection_id}/{secret}x',
        f'/v1/webhooks/protection-theirs/{secret}',
        f'/v1/webhooks/nothing/{secret}',
        f'/v1/webhooks/protection-theirs/{webhook.NOBODYS}',
        f'/v1/webhooks/{protection_id}/'
        f'{webhooks.find(world.database, protection_id)[0]}',
    ]
    answers = [_post(world, each) for each in others]
    assert {each.status_int for each in answers} == {404}
    told = set()
    for each in answers:
        (error,) = each.json['errors']
        del error['request_id']
        told.add(json.dumps(error, sort_keys=True))
    assert len(told) == 1
    assert _said(world) == []


def test_a_new_address_ends_the_old_one(world, address):
    again = world.request('POST', f'{MINE}/webhook').json['webhook']['url']
    assert _post(world, address).status_int == 404
    assert _post(world, urllib.parse.urlsplit(again).path).status_int == 204


def test_removed_it_is_gone(world, address):
    for _ in range(2):
        assert world.request('DELETE', f'{MINE}/webhook').status_int == 204
    assert _post(world, address).status_int == 404
    shown = world.request('GET', MINE).json
    assert shown['protection']['webhook'] is False


def test_a_change_of_the_protection_keeps_it(world, address):
    world.request('PATCH', MINE, {'protection': {'paused': True}})
    assert _post(world, address).status_int == 204


def test_without_its_protection_it_is_nobodys(world, address):
    endings.end(world.database, None, 'protection-mine', build.NOW)
    assert _post(world, address).status_int == 404


@pytest.mark.parametrize('method', ['GET', 'PUT', 'DELETE', 'PATCH'])
def test_it_is_only_for_posting(world, address, method):
    answer = world.request(method, address, token='')
    assert answer.status_int == 405
    assert answer.headers['Allow'] == 'POST'


@pytest.mark.parametrize(
    'body',
    [
        b'',
        b'alarm',
        b'{"finding"',
        b'[]',
        b'null',
        b'"text"',
        b'[' * 50000,
        b'{"finding": NaN}',
        b'{"finding": "\xff"}',
        {},
        {'finding': ''},
        {'finding': 'With Capitals'},
        {'finding': 'a\n'},
        {'finding': 'x' * 65},
        {'finding': 5},
        {'finding': None},
        {'finding': 'a', 'more': 1},
        {'finding': 'a', 'detail': 5},
        {'finding': 'a', 'detail': 'x' * 1001},
        {'finding': 'a', 'detail': '\x00'},
        {'finding': 'a', 'current': 'perhaps'},
        {'alarm_id': 'a'},
        {'alarm_id': 'a', 'current': 'ALARM'},
        {'alarm_id': 'a', 'current': None},
        {'alarm_id': '', 'current': 'alarm'},
        {'alarm_id': 'a/b', 'current': 'alarm'},
        {'alarm_id': 'x' * 65, 'current': 'alarm'},
        {'alarm_id': 'a', 'current': 'alarm', 'reason': 5},
        {'alarm_id': 'a', 'current': 'alarm', 'alarm_name': []},
    ],
)
def test_what_is_not_understood_is_refused(world, address, body):
    before = world.wakes
    answer = _post(world, address, body)
    assert answer.status_int == 400, answer.text
    assert _said(world) == []
    assert world.wakes == before


def test_what_is_too_long_is_refused_or_cut(world, address):
    long = {**ALARM, 'reason': 'x' * webhook.LARGEST}
    assert _post(world, address, long).status_int == 413
    assert _said(world) == []
    _post(world, address, {**ALARM, 'reason': 'x\x00\n' * 5000})
    assert len(_said(world)[0].detail) == webhook.LONGEST


def test_who_knows_the_address_cannot_fill_the_tables(world, address):
    for number in range(webhook.MOST):
        answer = _post(world, address, {'finding': f'finding-{number}'})
        assert answer.status_int == 204
    assert _post(world, address, {'finding': 'more'}).status_int == 409
    assert _post(world, address, {'finding': 'finding-0'}).status_int == 204
    assert len(_said(world)) == webhook.MOST


@pytest.mark.parametrize('method', ['POST', 'DELETE'])
@pytest.mark.parametrize(
    ('token', 'status'),
    [('', 401), ('reader@mine', 403), ('member@theirs', 404)],
)
def test_not_anybody_may_make_or_remove_one(
    world, address, method, token, status
):
    answer = world.request(method, f'{MINE}/webhook', token=token)
    assert answer.status_int == status
    assert _post(world, address).status_int == 204


def test_what_a_person_asks_for_is_evidence_too(world):
    body = {'recovery': {'business_id': 'shop'}}
    assert world.request('POST', '/v1/recoveries', body).status_int == 202
    (said,) = _said(world)
    assert (said.source, said.finding) == (model.Source.PERSON, 'asked-for')
    assert said.detail == 'asked for by a person'
