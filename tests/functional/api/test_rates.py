"""So many requests a minute, and no more."""

import time

from limits import strategies
import pytest
import webob

from snapfault.api import faults
from snapfault.api import rates
from tests.functional.api import identity
from tests.functional.api import world as worlds

POLICY = '/v1/policies/policy-mine'
CHANGE = {'policy': {'priority': 1}}
HOOK = '/v1/webhooks/protection-mine/guessed'
PROXIES = '[oslo_middleware]\nenable_proxy_headers_parsing = true\n'


@pytest.fixture
def bound(world):
    """Give what sets the options, and as many of them as are given."""

    def set_options(**options):
        for name, value in options.items():
            world.conf.set_override(name, value, 'api')
        world.conf.mutate_config_files()

    return set_options


@pytest.fixture
def behind_proxy(configured):
    """Give a service that believes what a proxy says."""
    return configured(f'{PROXIES}[api]\naddress_writes = 1\n')


def read(world, token='member@mine', path=POLICY, **headers):
    return world.request('GET', path, None, token, **headers)


def alarm(world, address, **headers):
    """Send to a webhook whose secret is guessed."""
    request = webob.Request.blank(HOOK, method='POST', headers=headers)
    request.remote_addr = address
    request.content_type = 'application/json'
    request.body = b'{"finding": "down"}'
    return request.get_response(world.application)


@pytest.mark.parametrize(
    ('method', 'number'), [('GET', 6000), ('PATCH', 1200)]
)
def test_without_options_a_project_is_bounded_and_no_address(
    world, method, number
):
    counted = rates.Rates(world.conf)
    request = webob.Request.blank(POLICY, method=method)

    def send(whose, which, count=number):
        for _ in range(count):
            counted.count(request, whose, which)

    send('project', 'mine')
    send('address', '192.0.2.1', 2 * number)
    send('project', 'theirs')
    # some more get in where a minute ends meanwhile
    with pytest.raises(faults.Refusal, match=f'{number} ') as caught:
        send('project', 'mine')
    assert caught.value.status == 429


def test_no_bound_is_none(world, bound):
    bound(project_reads=0)
    assert {read(world).status_int for _ in range(9)} == {200}


def test_a_project_reads_so_often_and_is_told_when_again(world, bound):
    bound(project_reads=3)
    assert [read(world).status_int for _ in range(3)] == [200] * 3
    refused = read(world)
    assert refused.status_int == 429
    (error,) = refused.json['errors']
    assert error['code'] == 'fault-tolerance.too-many-requests'
    assert error['request_id'] == refused.headers['X-OpenStack-Request-ID']
    seconds = int(refused.headers['Retry-After'])
    assert 1 <= seconds <= 60
    assert '3 reads within a minute' in error['detail']
    assert f'in {seconds} s' in error['detail']
    # whoever asks, it is the project that is counted, and no other one
    assert read(world, 'reader@mine').status_int == 429
    theirs = read(world, 'member@theirs', '/v1/policies/policy-theirs')
    assert theirs.status_int == 200


def test_reads_and_writes_are_counted_apart(world, bound):
    bound(project_reads=1, project_writes=2)
    statuses = [
        world.request('PATCH', POLICY, CHANGE).status_int for _ in range(3)
    ]
    assert statuses == [200, 200, 429]
    assert [read(world).status_int for _ in range(2)] == [200, 429]
    shown = read(world, 'admin@theirs', f'{POLICY}?all_projects=true')
    assert shown.json['policy']['generation'] == 3  # the third changed nothing


def test_what_is_refused_counts_as_well(world, bound):
    bound(project_writes=1)
    denied = world.request('PATCH', POLICY, CHANGE, 'reader@mine')
    assert denied.status_int == 403
    assert world.request('PATCH', POLICY, CHANGE).status_int == 429


def test_the_next_minutes_are_open_again(world, bound, monkeypatch):
    bound(project_reads=2)
    assert [read(world).status_int for _ in range(3)] == [200, 200, 429]
    # it is limits that reads the clock, and nobody can hand it a time
    real = time.time
    monkeypatch.setattr(time, 'time', lambda: real() + 120)
    assert [read(world).status_int for _ in range(3)] == [200, 200, 429]


def test_a_clock_that_is_set_back_shuts_nobody_out(world, bound, monkeypatch):
    bound(project_reads=2)
    assert [read(world).status_int for _ in range(3)] == [200, 200, 429]
    real = time.time
    monkeypatch.setattr(time, 'time', lambda: real() - 3600 + 120)
    assert read(world).status_int == 200


def test_alarms_of_an_address_are_bounded_and_no_others(world, bound):
    bound(address_writes=2)
    statuses = [alarm(world, '192.0.2.1').status_int for _ in range(3)]
    assert statuses == [404, 404, 429]
    assert int(alarm(world, '192.0.2.1').headers['Retry-After']) >= 1
    assert alarm(world, '192.0.2.2').status_int == 404
    # whoever has a token is none of the address's
    request = webob.Request.blank(
        POLICY,
        headers={'X-Auth-Token': 'member@mine'},
        environ={'REMOTE_ADDR': '192.0.2.1'},
    )
    assert request.get_response(world.application).status_int == 200


def test_a_token_with_an_alarm_makes_it_no_other_door(world, bound):
    bound(address_writes=1)
    sent = {'X-Auth-Token': 'member@mine'}
    statuses = [alarm(world, '192.0.2.1', **sent).status_int for _ in '12']
    assert statuses == [404, 429]


def test_who_has_no_token_is_told_by_the_address(world, bound):
    bound(address_reads=2)
    statuses = [read(world, token=None).status_int for _ in range(3)]
    assert statuses == [401, 401, 429]
    for path in ('/', '/v1/', '/v1/openapi.json', '/healthcheck'):
        assert read(world, token=None, path=path).status_int < 400
    assert read(world).status_int == 200


def test_refused_tokens_count_for_the_address(world, bound):
    """Each has us ask Keystone."""
    bound(address_reads=2)
    statuses = [
        read(world, token=identity.UNKNOWN).status_int for _ in range(3)
    ]
    assert statuses == [401, 401, 429]
    # a good one is shut out with the bad, and what bears none is not
    assert read(world).status_int == 429
    assert read(world, token=None).status_int == 401


@pytest.mark.parametrize(
    ('first', 'second', 'is_one'),
    [
        ('192.0.2.1', '192.0.2.1', True),
        ('192.0.2.1', '192.0.2.2', False),
        ('192.0.2.1', '::ffff:192.0.2.1', True),
        ('2001:db8::1', '2001:db8::2', True),
        ('2001:db8::1', '2001:db8:0:1::1', False),
        ('2001:db8::1', '[2001:db8::2]:4711', True),
        ('', '', True),
        ('unix:', 'unix:', True),
    ],
)
def test_who_counts_as_one(first, second, is_one):
    asked = [
        webob.Request.blank('/', environ={'REMOTE_ADDR': each})
        for each in (first, second)
    ]
    found = {rates.address(each) for each in asked}
    assert len(found) == 1 if is_one else 2


def test_behind_a_proxy_the_caller_is_whom_the_proxy_names(behind_proxy):
    def send(said):
        answer = alarm(behind_proxy, '10.0.0.1', **{'X-Forwarded-For': said})
        return answer.status_int

    assert [send('192.0.2.1'), send('192.0.2.1')] == [404, 429]
    assert send('192.0.2.2') == 404
    # the first of several is what the caller itself made up
    assert send('198.51.100.7, 192.0.2.1') == 429


def test_without_the_option_nobody_names_himself(world, bound):
    bound(address_writes=1)
    statuses = [
        alarm(world, '10.0.0.1', **{'X-Forwarded-For': each}).status_int
        for each in ('192.0.2.1', '192.0.2.2')
    ]
    assert statuses == [404, 429]


def test_the_files_may_say_otherwise_while_it_runs(tmp_path, url):
    """SIGHUP has ``snapfault-all`` do the same."""
    file = tmp_path / 'api.conf'
    file.write_text('[api]\nproject_reads = 1\n')
    made = worlds.World(url, [str(file)])
    made.fill()
    assert [read(made).status_int for _ in range(2)] == [200, 429]
    file.write_text('[api]\nproject_reads = 3\n')
    made.conf.mutate_config_files()
    assert [read(made).status_int for _ in range(4)] == [200, 200, 200, 429]
    file.write_text('[api]\nproject_reads = -1\n')
    with pytest.raises(ValueError, match='project_reads'):
        made.conf.mutate_config_files()
    assert read(made).status_int == 429  # as it was before
    made.database.close()


def test_nothing_is_kept_of_who_sends_nothing_more(world, bound, monkeypatch):
    """A process does not grow by the addresses it has ever seen."""
    made = []

    class Kept(strategies.SlidingWindowCounterRateLimiter):
        def __init__(self, storage):
            super().__init__(storage)
            made.append(storage)

    # to look into what limits keeps
    monkeypatch.setattr(strategies, 'SlidingWindowCounterRateLimiter', Kept)
    bound(address_writes=1)
    for number in range(50):
        alarm(world, f'192.0.2.{number}')
    (kept,) = made
    assert len(kept.storage) >= 50
    real = time.time
    monkeypatch.setattr(time, 'time', lambda: real() + 300)
    kept.timer.join()
    alarm(world, '192.0.2.99')
    kept.timer.join()
    assert len(kept.storage) <= 2
