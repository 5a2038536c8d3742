"""``snapfault-manage``, as an operator types it."""

import datetime
import json
import logging
import sys

import pytest

from snapfault import clock
from snapfault.cmd import assemble
from snapfault.cmd import manage
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import workers
from tests import build
from tests.functional import stage as stages
from tests.functional import test_rolling
from tests.functional.db import test_workers

DAY = datetime.timedelta(days=1)
COUNTED = (
    'tasks: {} {}\ndrills: 0 {}\nrecoveries: 0 {}\nrecovery points: 0 {}\n'
    'evidence: 0 {}\nworkers: {} {}\n'
)


@pytest.fixture
def stage(tmp_path):
    """Give a stage in a file, with one good point."""
    made = stages.Stage(tmp_path)
    made.protect()
    yield made
    made.database.close()


@pytest.fixture
def say(stage, tmp_path, monkeypatch, capsys):
    """Run the command; gives exit code, output and errors."""
    config = tmp_path / 'snapfault.conf'
    config.write_text(
        '[DEFAULT]\nlog_file = log\n[database]\n'
        f'connection = {stage.database.engine.url}\n'
    )
    monkeypatch.setattr(assemble, 'sessions', lambda *given: None)
    # the fake cloud stands in, as everywhere
    monkeypatch.setattr(assemble, 'cloud', lambda conf, doors: stage.cloud)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(*words):
        argv = ['snapfault-manage', '--config-file', str(config), *words]
        monkeypatch.setattr(sys, 'argv', argv)
        try:
            code = manage.main()
        except SystemExit as error:  # argparse's
            code = error.code
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_sync_leaves_what_a_later_release_has_extended(stage, say):
    later = test_rolling.LATER
    test_rolling.put_at(stage.database, later)
    code, out, told = say('db', 'sync')
    assert (code, out) == (0, f'{later}\n')
    assert f'at {later}, with additions of a later release' in told
    assert 'left alone' in told
    assert say('db', 'version') == (0, f'{later}\n', '')


def _counted(verb, task_count, worker_count):
    words = [task_count, verb, verb, verb, verb, verb, worker_count, verb]
    return COUNTED.format(*words)


def test_purge_counts_and_then_removes(stage, say):
    stage.now = clock.now() - 9 * DAY
    stage.tick()
    task = stage.run()
    workers.note(stage.database, test_workers.worker('old'), stage.now)
    workers.note(stage.database, test_workers.worker('new'), clock.now())
    words = 'db', 'purge', '--older-than'
    assert say(*words, '10') == (0, _counted('gone', 0, 0), '')
    assert say(*words, '8', '--dry-run') == (0, _counted('would go', 1, 1), '')
    assert tasks.get(stage.database, None, task.id) == task
    assert say(*words, '8', '--batch', '1') == (0, _counted('gone', 1, 1), '')
    assert say(*words, '8') == (0, _counted('gone', 0, 0), '')
    assert len(stage.good()) == 1


@pytest.mark.parametrize(
    ('words', 'told'),
    [
        ('db purge', '--older-than'),
        ('db purge --older-than', 'expected one argument'),
        ('db purge --older-than 0', "'0' is no whole number from 1"),
        ('db purge --older-than -1', "'-1' is no whole"),
        ('db purge --older-than 1.5', "'1.5' is no whole"),
        ('db purge --older-than 99999999999', 'from 1 to 36500'),
        ('db purge --older-than 5 --batch 0', 'from 1 to 10000'),
        ('db purge --older-than 5 --batch x', 'from 1 to 10000'),
        ('db purge --older-than 5 more', 'unrecognized'),
        ('db', 'VERB'),
        ('worker', 'VERB'),
        ('worker list -f xml', 'xml'),
        ('reconcile --project', 'expected one argument'),
        ('nonsense', 'nonsense'),
    ],
)
def test_what_cannot_be_meant_is_refused(say, words, told):
    code, out, errors = say(*words.split())
    assert (code, out) == (2, '')
    assert told in errors
    assert 'Traceback' not in errors


def test_workers_with_what_they_hold(stage, say):
    now = clock.now()
    workers.note(stage.database, test_workers.worker('up'), now)
    workers.note(stage.database, test_workers.worker('down'), now - DAY)
    workers.note(stage.database, test_workers.worker('gone'), now - DAY)
    workers.leave(stage.database, 'gone', now - DAY)
    task = tasks.create_now(stage.database, stage.protection(), now)
    until = now + DAY
    assert task_claims.claim(stage.database, task, 'older', now, until)
    code, out, errors = say('worker', 'list', '-f', 'json')
    assert (code, errors) == (0, '')
    found = json.loads(out)
    assert {each['id']: each['status'] for each in found} == {
        'up': 'up',
        'down': 'down',
        'gone': 'stopped',
        'older': 'unknown',
    }
    by_id = {each['id']: each for each in found}
    assert by_id['older']['tasks'] == 1
    assert by_id['older']['pid'] is None
    assert by_id['up']['tasks'] == 0
    assert by_id['up']['version'] == '1.0'
    code, out, errors = say('worker', 'list')
    assert (code, errors) == (0, '')
    assert out.split()[:5] == ['Status', 'Host', 'PID', 'Version', 'Started']
    assert len(out.splitlines()) == 5


def test_no_workers_at_all(say):
    code, out, errors = say('worker', 'list')
    assert (code, errors, len(out.splitlines())) == (0, '', 1)


def test_reconcile_by_its_exit_codes(stage, say):
    stage.tick()
    stage.run()
    assert say('reconcile') == (0, '', '')
    (point,) = stage.good()
    del stage.cloud.world.snapshots[point.members[0].snapshot_id]
    code, out, errors = say('reconcile', '-f', 'json')
    assert (code, errors) == (3, '')
    (told,) = json.loads(out)
    assert told['id'] == point.id
    assert told['outcome'] == 'left alone'
    code, out, errors = say('reconcile', '--project', build.PROJECT)
    assert (code, errors) == (3, '')
    assert point.id in out
    code, out, errors = say('reconcile', '--repair')
    assert (code, errors) == (0, '')
    assert out.split()[-1] == 'repaired'
    assert say('reconcile') == (0, '', '')
    stage.cloud.fail('list_snapshots', stages.UNAVAILABLE, times=None)
    code, out, errors = say('reconcile')
    assert (code, out, len(errors.splitlines())) == (1, '', 1)
    assert '503' in errors


def test_reconcile_of_a_project_that_is_not_there(say):
    code, out, errors = say('reconcile', '--project', 'no-such')
    assert (code, out) == (2, '')
    assert errors == 'snapfault: project no-such protects nothing\n'


@pytest.mark.parametrize(
    'words', ['db purge --help', 'worker list --help', 'reconcile --help']
)
def test_help_is_whole(say, words):
    code, out, errors = say(*words.split())
    assert (code, errors) == (0, '')
    assert 'usage: ' in out
