"""Every claim, on one screen. The code that tries one is the tests' own."""

import functools
import typing

from tests.cloud import test_fleet
from tests.functional import breadth
from tests.functional import scaling
from tests.functional import test_false_positives
from tests.functional import test_kills
from tests.functional import test_many_workers
from tests.functional.fuzz import fuzz
from tests.functional.retention import machine
from tests.functional.retention import simulate
from tests.outages import strikes
from tests.proof import claim
from tests.proof import helping
from tests.proof import matrix
from tests.proof import on_cloud
from tests.proof import ranking
from tests.proof import rolling
from tests.unit.trigger import reference

Claim = claim.Claim
#: How much faster four workers are than one; and services below which it is
#: not measured: their beginnings would be.
LEAST = 3.6
ENOUGH = 60
#: How much longer eight volumes may take than one; and rounds below which it
#: is not judged.
WIDEST = 1.5
ROUNDS = 3


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


def _scaled(trial: claim.Trial) -> claim.Outcome:
    found = scaling.scaled(trial.folder, trial.count, trial.progress)
    wrong = [each for measured in found.values() for each in measured.wrong]
    ratio = found[1].seconds / found[4].seconds
    if trial.count >= ENOUGH and ratio < LEAST:
        wrong.append(f'4 workers are {ratio:.2f}x as fast as one')
    detail = ', '.join(map(str, found.values())) + f': {ratio:.2f}x'
    return claim.Outcome(trial.count, tuple(wrong), detail)


def _broad(trial: claim.Trial) -> claim.Outcome:
    found, wrong = breadth.measured(trial.folder, trial.count, trial.progress)
    one, eight = (found[volumes] for volumes in breadth.VOLUMES)
    if trial.count >= ROUNDS and eight > WIDEST * one:
        wrong.append(f'8 volumes take {eight / one:.2f}x of 1')
    detail = f'1 volume {one:.1f} s, 8 {eight:.1f} s: {eight / one:.2f}x'
    return claim.Outcome(trial.count, tuple(wrong), detail)


def _left_alone(trial: claim.Trial) -> claim.Outcome:
    names = list(test_false_positives.SCENARIOS)
    trial.chance.shuffle(names)
    found: list[str] = []
    for number, name in enumerate(names[: trial.count], start=1):
        found += test_false_positives.tried(name)
        trial.progress(number)
    return claim.Outcome(len(names[: trial.count]), tuple(found))


def _in_zones(trial: claim.Trial) -> claim.Outcome:
    compared = at_changes = 0
    for number in range(trial.count):
        done, changing = reference.sweep(trial.seed + number, 1)
        compared += done
        at_changes += changing
        trial.progress(number + 1)
    detail = f'{compared} patterns, {at_changes} where clocks change'
    return claim.Outcome(trial.count, (), detail)


def _any_history(trial: claim.Trial) -> claim.Outcome:
    found = simulate.simulate(trial.count, trial.seed, trial.progress)
    detail = (
        f'{found.histories} histories, {found.pruned} points pruned,'
        f' {found.made_room} made room, {found.lost_by_person} times a person'
        ' took the last'
    )
    return claim.Outcome(found.steps, tuple(found.violations), detail)


def _any_service(trial: claim.Trial) -> claim.Outcome:
    try:
        found = machine.explore(trial.count, 50, trial.seed)
    except AssertionError as error:
        shown = '; '.join([str(error), *getattr(error, '__notes__', ())])
        return claim.Outcome(trial.count, (shown,))
    detail = f'{found.steps} steps, {found.gone} good points went'
    return claim.Outcome(trial.count, (), detail)


def _fuzzed(trial: claim.Trial) -> claim.Outcome:
    with fuzz.served() as url:
        campaign = fuzz.Campaign(url, trial.seed, trial.progress)
        campaign.run(trial.count)
    counts = sorted(campaign.statuses.items())
    detail = f'{len(campaign.done)} operations; ' + ', '.join(
        f'{count} of {status}' for status, count in counts
    )
    return claim.Outcome(campaign.sent, tuple(campaign.findings), detail)


CLAIMS: typing.Final = (
    Claim(
        'history',
        'a service that ever had a good point has one, in any history'
        ' (invariant 1)',
        unit='steps',
        count=1_000_000,
        few=2_000,
        run=_any_history,
    ),
    Claim(
        'service',
        'and so it is on the whole service (invariant 1)',
        unit='histories',
        count=200,
        few=1,
        run=_any_service,
    ),
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
        'crash-matrix',
        'a worker may die before or after every call and every commit of'
        ' every scenario, and it ends as if it had not (invariant 4)',
        unit='deaths',
        count=10_000,  # of each scenario: more than any has moments
        few=1,
        run=matrix.crash,
    ),
    Claim(
        'fault-matrix',
        'whichever call of whichever step fails in whichever way, it comes to'
        ' a decided end, and another recovery then succeeds (invariant 8)',
        unit='faults',
        count=10_000,  # of each scenario: more than any has
        few=1,
        run=matrix.fail,
    ),
    Claim(
        'false-positives',
        'nothing is rebuilt, replaced or stopped for what is no fault of the'
        ' service',
        unit='scenarios',
        count=len(test_false_positives.SCENARIOS),
        few=3,
        run=_left_alone,
    ),
    Claim(
        'races',
        'whatever somebody does after any call of a recovery, asked for or'
        ' automatic, it ends clearly, with nothing double, orphaned or lost'
        ' (invariants 2, 4 and 7)',
        unit='races',
        count=2000,  # more than there are moments for all the deeds
        few=12,
        run=matrix.meddled,
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
        'rolling',
        'a worker of the release before the newest migration goes on beside'
        ' one of this release, and nothing is done twice or lost (invariant'
        ' 2)',
        unit='services',
        count=40,
        few=4,
        run=rolling.shared,
        of_history=True,
    ),
    Claim(
        'scaling',
        'four worker processes are nearly four times as fast as one where a'
        ' call of the cloud takes 100 ms, and capture each service once'
        ' (invariant 2)',
        unit='services',
        count=240,
        few=4,
        run=_scaled,
        bound=f'{LEAST}x from 1 to 4',
    ),
    Claim(
        'breadth',
        'a recovery of eight volumes takes hardly longer than one of one,'
        ' where a call takes 100 ms and the cloud does at once what it is'
        ' asked at once',
        unit='rounds',
        count=5,
        few=1,
        run=_broad,
        bound=f'{WIDEST}x from 1 to 8 volumes',
    ),
    Claim(
        'zones',
        'cron falls due as Debian has it in every time zone, whenever its'
        ' clocks change in ten years',
        unit='rounds of all zones',
        count=20,
        few=1,
        run=_in_zones,
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
    Claim(
        'help',
        'openstack --help takes hardly longer with our commands than without',
        unit='rounds',
        count=15,
        few=1,
        run=helping.asked,
        bound='CPU 1.05x, 50 modules more, none of others',
    ),
    Claim(
        'fuzz',
        'whatever is asked of the API, by its document or against it, an'
        ' answer comes that the document tells of, and none is a 5xx; and each'
        ' operation has done what was asked',
        unit='requests',
        count=10_000,
        few=40,
        run=_fuzzed,
    ),
    Claim(
        'calls',
        'a cycle of many volumes, its pruning included, asks little more of'
        ' the services than the creates and deletes',
        unit='volumes',
        count=200,
        few=12,
        run=on_cloud.calls,
        bound=f'{test_fleet.PER_VOLUME} calls a volume',
        on_cloud=True,
    ),
    Claim(
        'sigkill',
        'real workers, killed at random moments of every kind of work on'
        ' real services, leave nothing undone, astray or twice (invariant 4)',
        unit='kills',
        count=100,
        few=3,
        run=on_cloud.killed,
        on_cloud=True,
    ),
    Claim(
        'outages',
        'no single outage of a worker, an API, the broker, the database or a'
        ' service of the cloud, and no wrong clock, loses a point, doubles a'
        ' recovery or needs a person (invariant 8)',
        unit='outages',
        count=len(strikes.STRIKES),
        few=2,
        run=on_cloud.struck,
        on_cloud=True,
    ),
)
