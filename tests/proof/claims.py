"""Every claim, on one screen. The code that tries one is the tests' own."""

import functools
import typing

from tests.functional import test_kills
from tests.functional import test_many_workers
from tests.proof import claim
from tests.proof import ranking

Claim = claim.Claim


def _killed(kind: typing.Any, trial: claim.Trial) -> claim.Outcome:
    found = kind(trial.folder, trial.count, trial.chance, trial.progress)
    return claim.Outcome(trial.count, tuple(found))


def _shared(trial: claim.Trial) -> claim.Outcome:
    found = test_many_workers.run_by_many(
        trial.folder, trial.count, 8, trial.progress
    )
    return claim.Outcome(trial.count, tuple(found), '8 workers')


def _claimed(trial: claim.Trial) -> claim.Outcome:
    found = test_many_workers.claimed_by_processes(
        trial.folder, trial.count, 4
    )
    return claim.Outcome(trial.count, tuple(found), '4 processes')


CLAIMS: typing.Final = (
    Claim(
        'kill-run',
        'a snapshot task whose workers die at any call ends as if none had'
        ' (invariant 4)',
        unit='runs',
        count=1000,
        few=2,
        run=functools.partial(_killed, test_kills.RUNS),
    ),
    Claim(
        'kill-recovery',
        'a recovery whose workers die at any call ends as if none had'
        ' (invariant 4)',
        unit='recoveries',
        count=1000,
        few=2,
        run=functools.partial(_killed, test_kills.RECOVERIES),
    ),
    Claim(
        'workers',
        'many workers on one database capture each service once (invariant 2)',
        unit='services',
        count=1000,
        few=8,
        run=_shared,
    ),
    Claim(
        'claims',
        'many processes on one database win each task once (invariant 2)',
        unit='tasks',
        count=3_000,
        few=30,
        run=_claimed,
    ),
    Claim(
        'ranking',
        'a hundred thousand waiting tasks are ranked in little time and room',
        unit='tasks',
        count=100_000,
        few=1_000,
        run=ranking.ranked,
        bound='CPU 2 s, peak 300 MB, growth 11x',
    ),
)
