"""--wait: what is told meanwhile, and how it ends."""

import io

from openstackclient import shell
import pytest

from snapfault.osc import wait
from tests.functional.osc import standin

TASK = standin.identity(100)  #: of what is posted first
STEP = {'arguments': {}, 'started_at': None, 'finished_at': None}


@pytest.fixture
def shop(cloud):
    """Give a cloud with one protection."""
    cloud.keep('protections', 2, business_id='shop')
    return cloud


def steps(*statuses):
    """Give the journal of a recovery whose steps stand so."""
    names = ('fence', 'rebuild', 'attach')
    return [
        {
            **STEP,
            'position': position,
            'phase': position,
            'name': names[position],
            'status': status,
            'detail': 'server web-1' if position == 1 else '',
        }
        for position, status in enumerate(statuses)
    ]


def recovering(*statuses):
    """Give what a look at a running recovery finds."""
    return {'status': 'running', 'steps': steps(*statuses)}


def test_a_task_that_is_done(shop, run):
    shop.script[TASK] = [
        {'status': 'running', 'attempts': 1},
        {'status': 'running', 'attempts': 1},
        {'status': 'done', 'recovery_point_id': 'p-1'},
    ]
    ran = run('protection run shop --wait -f json')
    assert ran.code == 0
    assert ran.json['status'] == 'done'
    assert ran.json['recovery_point_id'] == 'p-1'
    assert ran.err.splitlines() == [
        f'task {TASK} running, attempt 1',
        f'task {TASK} done, attempt 1',
    ]


def test_a_task_that_fails_is_shown_and_fails(shop, run):
    shop.script[TASK] = [{'status': 'failed', 'reason': 'Quota is full.'}]
    ran = run('protection run shop --wait -f json')
    assert ran.code == 1
    assert ran.json['reason'] == 'Quota is full.'
    last = ran.err.splitlines()[-1]
    assert last == f'The task {TASK} ended as failed: Quota is full.'


def test_a_task_that_takes_too_long(shop, run):
    ran = run('protection run shop --wait --timeout 1 -f json')
    assert ran.code == 1
    assert ran.json['status'] == 'waiting'
    assert f'The task {TASK} is not over after 1 s' in ran.err


def test_without_wait_nothing_is_waited_for(shop, run):
    ran = run('protection run shop -f json')
    assert (ran.code, ran.json['status'], ran.err) == (0, 'waiting', '')


def test_a_recovery_tells_each_step(shop, run):
    shop.script[TASK] = [
        recovering('started', 'planned', 'planned'),
        recovering('done', 'started', 'started'),
        {'status': 'done', 'steps': steps('done', 'done', 'done')},
    ]
    ran = run('recovery create --yes shop --wait -f json')
    assert ran.code == 0
    assert ran.err.splitlines() == [
        'step 1/3 fence started',
        'step 1/3 fence done',
        'step 2/3 rebuild started; step 3/3 attach started',
        'step 2/3 rebuild done: server web-1',
        'step 3/3 attach done',
        f'recovery {TASK} done',
    ]


def test_a_drill_tells_each_step_too(shop, run):
    shop.script[TASK] = [
        recovering('started'),
        {'status': 'done', 'steps': steps('done'), 'took': 41.7},
    ]
    ran = run('recovery drill create shop --wait -f json')
    assert (ran.code, ran.json['took']) == (0, 41.7)
    assert ran.err.splitlines() == [
        'step 1/1 fence started',
        'step 1/1 fence done',
        f'drill {TASK} done',
    ]


@pytest.mark.parametrize('status', ['refused', 'failed'])
def test_a_drill_that_does_not_succeed(shop, run, status):
    shop.script[TASK] = [{'status': status, 'reason': 'No line ready.'}]
    ran = run('recovery drill create shop --wait')
    assert ran.code == 1
    assert f'drill {TASK} ended as {status}: No line ready.' in ran.err


@pytest.mark.parametrize('status', ['refused', 'failed'])
def test_a_recovery_that_does_not_succeed(shop, run, status):
    shop.script[TASK] = [{'status': status, 'reason': 'No good point.'}]
    ran = run('recovery create --yes shop --wait')
    assert ran.code == 1
    assert f'recovery {TASK} ended as {status}: No good point.' in ran.err
    assert f'| {status} ' in ran.out


@pytest.mark.parametrize(
    ('status', 'code'),
    [('aborted', 0), ('done', 1), ('failed', 1), ('refused', 1)],
)
def test_an_abort_is_well_where_it_ends_as_aborted(shop, run, status, code):
    under_way = recovering('started')
    kept = shop.keep('recoveries', 2, business_id='shop', **under_way)
    shop.script[kept['id']] = [
        under_way,
        {'status': status, 'steps': [], 'reason': 'A person stopped it.'},
    ]
    ran = run(f'recovery abort {kept["id"]} --wait -f json')
    assert (ran.code, ran.json['status']) == (code, status)
    assert (f'ended as {status}: A person' in ran.err) is bool(code)


def test_what_others_abort_is_no_success_of_who_waits(shop, run):
    shop.script[TASK] = [{'status': 'aborted', 'reason': 'Stopped.'}]
    ran = run('recovery create --yes shop --wait')
    assert ran.code == 1
    assert f'recovery {TASK} ended as aborted: Stopped.' in ran.err


@pytest.mark.parametrize('status', [503, 429])
def test_an_outage_is_waited_out(shop, run, status):
    shop.script[TASK] = [{'status': 'done'}]
    down = (status, standin.error(status, 'Come back.'))
    shop.refusal = [None, None, down, None]
    ran = run('protection run shop --wait')
    assert ran.code == 0
    assert f'Come back. [req-7] (HTTP {status}); waiting on' in ran.err


def test_a_refusal_is_not_waited_out(shop, run):
    gone = (404, standin.error(404, 'It is gone.'))
    shop.refusal = [None, None, gone]
    ran = run('protection run shop --wait')
    assert ran.code == 1
    assert 'It is gone.' in ran.err


FIRST, SECOND = standin.identity(31), standin.identity(32)
REMOVE = f'recovery point delete --yes {FIRST} {SECOND} --wait'


@pytest.fixture
def removing(cloud):
    """Give a cloud with two points to be removed."""
    for number in (31, 32):
        cloud.keep('recovery-points', number, status='good', reason='')
    return cloud


def test_points_are_watched_until_all_are_gone(removing, run):
    refused = {'status': 'deleting', 'reason': 'Cinder is busy.'}
    removing.script[FIRST] = [{'status': 'deleted'}]
    removing.script[SECOND] = [refused, {'status': 'deleted', 'reason': ''}]
    ran = run(REMOVE)
    assert (ran.code, ran.out) == (0, '')
    assert ran.err.splitlines() == [
        f'deleting {SECOND} (Cinder is busy.)',
        'deleted',
    ]
    looks = [path for method, path, _ in removing.asked if method == 'GET']
    assert looks == [
        f'/v1/recovery-points/{each}' for each in (FIRST, SECOND, SECOND)
    ]


def test_a_point_that_does_not_go(removing, run):
    removing.script[FIRST] = [{'status': 'deleted'}]
    ran = run(f'{REMOVE} --timeout 1')
    assert ran.code == 1
    assert f'deleting {SECOND}' in ran.err
    assert 'not over after 1 s' in ran.err


def test_where_one_is_refused_nothing_is_waited_for(removing, run):
    removing.refusal = [(409, standin.error(409, 'It is the last one.'))]
    ran = run(REMOVE)
    assert ran.code == 1
    assert 'It is the last one.' in ran.err
    assert [method for method, _, _ in removing.asked] == ['DELETE'] * 2


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_on_a_terminal_one_line_is_redrawn(shop, run, monkeypatch):
    shop.script[TASK] = [
        recovering('started'),
        {'status': 'done', 'steps': steps('done')},
    ]
    terminal = Terminal()
    # cliff takes the streams at its start and has no argument for them here.
    start = shell.OpenStackShell.initialize_app

    def initialize_app(self, words):
        self.stderr = terminal
        start(self, words)

    monkeypatch.setattr(shell.OpenStackShell, 'initialize_app', initialize_app)
    assert run('recovery create --yes shop --wait').code == 0
    assert terminal.getvalue().split(wait.CLEAR_LINE) == [
        '',
        '[0 s] step 1/1 fence started',
        'step 1/1 fence done\n',
        f'[0 s] recovery {TASK} done',
        '',
    ]


SHOP, MAIL = standin.identity(2), standin.identity(3)
END = 'protection delete --yes shop mail'


@pytest.fixture
def ending(shop):
    """Give a protection that is idle, and one with work."""
    shop.keep('protections', 3, business_id='mail', ending_at='2026-01-01')
    return shop


def test_protections_are_watched_until_all_are_gone(ending, run):
    ending.script[MAIL] = [{}, {}, None]
    ran = run(f'{END} --wait')
    assert (ran.code, ran.out) == (0, '')
    assert ran.err.splitlines() == [
        'mail is gone once its running work is over.',
        'waiting for the work of mail',
        'deleted',
    ]
    looks = [
        path
        for method, path, _ in ending.asked
        if method == 'GET' and '?' not in path
    ]
    assert looks == [f'/v1/protections/{MAIL}'] * 3


def test_a_protection_whose_work_does_not_end(ending, run):
    ran = run(f'{END} --wait --timeout 1')
    assert ran.code == 1
    assert 'not over after 1 s' in ran.err


def test_without_wait_it_is_told_that_it_ends_later(ending, run):
    ran = run(END)
    assert (ran.code, ran.out) == (0, '')
    assert ran.err == 'mail is gone once its running work is over.\n'
    assert [each for each in ending.asked if each[0] == 'DELETE'] == [
        ('DELETE', f'/v1/protections/{SHOP}', None),
        ('DELETE', f'/v1/protections/{MAIL}', None),
    ]


def test_what_is_idle_is_not_waited_for(shop, run):
    ran = run('protection delete --yes shop --wait')
    assert (ran.code, ran.out, ran.err) == (0, '', '')
    assert [each[0] for each in shop.asked] == ['GET', 'DELETE']


def test_a_timeout_of_a_deletion_needs_a_wait(shop, run):
    ran = run('protection delete --yes shop --timeout 1')
    assert ran.code == 1
    assert '--timeout' in ran.err
    assert shop.asked == []
