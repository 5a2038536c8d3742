"""Every claim runs with a small count, and a false one is told."""

import io
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from bench import help as bench_help
from bench import rank
from tests.proof import __main__ as command_line
from tests.proof import claim as claims
from tests.proof import claims as registry
from tests.proof import helping
from tests.proof import progress
from tests.proof import ranking
from tests.proof import rolling

CHECKOUT = pathlib.Path(__file__).parents[2]
HERE = [
    each for each in registry.CLAIMS if not (each.on_cloud or each.of_history)
]


def _claim(run, name='sample', **changes):
    values = {
        'says': 'so it is',
        'unit': 'tries',
        'count': 9,
        'few': 2,
        **changes,
    }
    return claims.Claim(name, run=run, **values)


def _break_off(trial):
    raise ValueError('no cloud to be had')


def _deny(trial):
    assert trial.count == 1, 'one is two'


def _interrupt(trial):
    raise KeyboardInterrupt


HELD = _claim(lambda trial: claims.Outcome(trial.count, ()))
FALSE = _claim(lambda trial: claims.Outcome(trial.count, ('one is two',)))
IDLE = _claim(lambda trial: claims.Outcome(0, ()))
BROKEN = _claim(_break_off)


@pytest.mark.parametrize('claim', HERE, ids=lambda claim: claim.name)
def test_a_claim_holds_with_a_small_count(claim):
    stream = io.StringIO()
    result = command_line.try_one(claim, claim.few, 1, stream)
    assert result.verdict is claims.Verdict.HELD, stream.getvalue()
    assert result.outcome.counted >= claim.few


def test_a_clone_without_the_history_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rolling, 'CHECKOUT', tmp_path)
    with pytest.raises(RuntimeError, match='git fetch --unshallow'):
        rolling.unpack_older(tmp_path / 'older')


def test_every_claim_has_a_name_of_its_own():
    names = [each.name for each in registry.CLAIMS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ('chosen', 'code', 'last'),
    [
        ([HELD], 0, 'sample | 9 tries | 0          | none  | held'),
        ([FALSE], 1, 'sample | 9 tries | 1          | none  | FAILED'),
        ([IDLE], 1, 'sample | 0 tries | 0          | none  | NOT RUN'),
        (
            [_claim(_deny)],
            1,
            'sample | 0 tries (ended at the first) | 1          | none  |'
            ' FAILED',
        ),
        ([FALSE, HELD], 1, 'sample | 9 tries | 0          | none  | held'),
        ([], 1, 'claim | counted | violations | bound | verdict'),
    ],
)
def test_the_end_is_one_line_a_claim_and_the_exit_code(chosen, code, last):
    stream = io.StringIO()
    assert command_line.prove(chosen, 5, stream=stream) == code
    lines = stream.getvalue().splitlines()
    assert lines[0] == 'seed: SEED=5'
    assert lines[-1] == last


def test_a_claim_that_breaks_off_says_why_and_stops_no_other():
    stream = io.StringIO()
    assert command_line.prove([BROKEN, HELD], 5, stream=stream) == 1
    assert 'no cloud to be had' in stream.getvalue()
    verdicts = [line.split('| ')[-1] for line in stream.getvalue().split('\n')]
    assert verdicts[-3:] == ['NOT RUN', 'held', '']


def test_a_violation_is_shown():
    stream = io.StringIO()
    command_line.prove([FALSE], 5, stream=stream)
    assert 'violation: one is two' in stream.getvalue()


def test_the_same_seed_gives_the_same_chance(tmp_path):
    drawn = [
        claims.Trial(1, seed, tmp_path, None).chance.random()
        for seed in (7, 7, 8)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_was_done_before_an_interruption_is_shown():
    stream = io.StringIO()
    chosen = [HELD, _claim(_interrupt), HELD]
    assert command_line.prove(chosen, 5, stream=stream) == 130
    assert stream.getvalue().count('| held') == 1


@pytest.mark.parametrize(
    ('cost', 'beyond'),
    [
        (rank.Cost(1.9, 1.0, 150, 290), []),
        (rank.Cost(2.1, 1.0, 150, 290), ['CPU 2.10 s']),
        (rank.Cost(1.9, 1.2, 150, 290), ['growth 12.0x']),
        (rank.Cost(1.9, 1.0, 150, 301), ['peak 301 MB']),
    ],
)
def test_ranking_is_held_to_each_bound(cost, beyond):
    found, _ = ranking.compared(rank.Cost(0.2, 0.1, 30, 40), cost)
    assert list(found) == beyond


@pytest.mark.parametrize(
    ('count', 'beyond'), [(49_999, []), (50_000, ['growth 12.0x'])]
)
def test_growth_is_held_where_there_is_enough(
    count, beyond, monkeypatch, tmp_path
):
    costs = [rank.Cost(0.2, 0.1, 30, 40), rank.Cost(1.9, 1.2, 150, 290)]
    monkeypatch.setattr(rank, 'measured', lambda _count: costs.pop(0))
    trial = claims.Trial(count, 1, tmp_path, lambda _done: None)
    assert list(ranking.ranked(trial).violations) == beyond


OWN = frozenset({'snapfault', 'snapfault.osc.plugin'})
MANY = OWN | {f'snapfault.osc.command_{number}' for number in range(49)}


@pytest.mark.parametrize(
    ('cost', 'beyond'),
    [
        (bench_help.Cost((0.9, 1.05, 1.2), OWN), []),
        (bench_help.Cost((1.06, 1.0, 1.06), OWN), ['1.060 of the time']),
        (bench_help.Cost((1.0,), MANY), ['51 modules more']),
        (bench_help.Cost((1.0,), OWN | {'sqlalchemy'}), ['1 of others']),
    ],
)
def test_help_is_held_to_each_bound(cost, beyond):
    found, _ = helping.compared(cost)
    assert list(found) == beyond


@pytest.mark.parametrize(
    ('count', 'beyond'), [(14, []), (15, ['1.200 of the time'])]
)
def test_the_time_of_help_is_held_where_there_are_rounds_enough(
    count, beyond, monkeypatch, tmp_path
):
    cost = bench_help.Cost((1.2,), OWN)
    monkeypatch.setattr(bench_help, 'measured', lambda *_asked: cost)
    trial = claims.Trial(count, 1, tmp_path, lambda _done: None)
    assert list(helping.asked(trial).violations) == beyond


class Terminal(io.StringIO):
    """Stands for a terminal."""

    def isatty(self):
        """Say that it is one."""
        return True


@pytest.mark.parametrize(
    ('stream', 'shown'),
    [
        (
            io.StringIO(),
            'x: 4 of 8 tries, 10 s, about 10 s left\n'
            'x: 6 of 8 tries, 20 s, about 7 s left, nearly\n',
        ),
        (
            Terminal(),
            '\r\x1b[Kx: 2 of 8 tries, 1 s, about 3 s left'
            '\r\x1b[Kx: 4 of 8 tries, 10 s, about 10 s left'
            '\r\x1b[Kx: 6 of 8 tries, 20 s, about 7 s left, nearly\r\x1b[K',
        ),
    ],
    ids=['plain', 'terminal'],
)
def test_progress(stream, shown):
    now = [0.0]
    shows = progress.Progress('x', 8, 'tries', stream, lambda: now[0])
    for now[0], done, note in ((1, 2, ''), (10, 4, ''), (20, 6, 'nearly')):
        shows(done, note)
    shows.end()
    assert stream.getvalue() == shown


def _run(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, '-m', 'tests.proof', *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CHECKOUT,
        start_new_session=True,
        **options,
    )


def test_an_unknown_claim_is_refused_and_the_known_are_named():
    process = _run('no-such')
    said, _ = process.communicate()
    assert process.returncode == 2
    assert 'no such claim: no-such; there are history, ' in said


@pytest.mark.parametrize('name', ['claims', 'workers'])
def test_an_interruption_leaves_no_process_and_no_file(name, tmp_path):
    environment = dict(os.environ, TMPDIR=str(tmp_path))
    process = _run(name, env=environment)
    for line in process.stdout:
        if line.startswith(name):
            break
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert 'interrupted' in said
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert list(tmp_path.iterdir()) == []
