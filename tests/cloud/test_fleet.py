"""Many services that are due together: what a cycle asks of the cloud."""

import time

from tests.cloud import fleet as fleets
from tests.cloud import http_calls
from tests.demo import service

#: What we hold ourselves to, pruning and tokens included.
PER_VOLUME = 2.5
PATIENCE = 300  #: seconds in which a cycle has to end


def calls_of_a_cycle(process, minicloud, fleet, progress=lambda done: None):
    """Run a cycle without anything to prune, then one that prunes.

    :returns: the calls of the second, as :mod:`http_calls` counts them, and
        what is not as it should be afterwards
    """
    fleet.protect()
    _cycle(process, fleet, progress)
    _let_others_end(process, fleet)
    counter = http_calls.Counter(process, minicloud)
    _cycle(process, fleet, progress)
    calls = counter.calls()
    left = fleet.snapshots()
    wrong = [
        f'snapshot {each.id} is {each.status}'
        for each in left
        if each.status != 'available'
    ]
    if {each.volume_id for each in left} != set(fleet.volume_ids):
        wrong.append('not every volume has a snapshot')
    if len(left) != len(fleet.volume_ids):
        wrong.append(f'{len(left)} snapshots of {len(fleet.volume_ids)}')
    return calls, wrong


def _cycle(process, fleet, progress):
    """Let all fall due, and wait until each has one point and no other."""
    due = fleet.fall_due()
    end = due.timestamp() + PATIENCE
    while len(fleet.ended(process.database, due)) < len(fleet.services):
        assert time.time() < end, f'not all ended in {PATIENCE} s'
        time.sleep(0.5)
        progress(len(fleet.ended(process.database, due)))
    while fleet.leaving(process.database):
        assert time.time() < end, f'not all is pruned in {PATIENCE} s'
        time.sleep(0.5)


def _let_others_end(process, fleet):
    """Wait: a removal that was refused is asked for again after a minute."""
    end = time.time() + PATIENCE
    while fleet.others_leaving(process.database):
        assert time.time() < end, 'the points of others do not end'
        time.sleep(0.5)


def test_a_cycle_asks_little_more_than_it_makes(snapfault, state, alpha):
    """A dozen volumes in six servers; a few lists serve them all."""
    minicloud = service.read_minicloud(state)
    fleet = fleets.Fleet(alpha, fleets.make(alpha, 6, 2))
    calls, wrong = calls_of_a_cycle(snapfault, minicloud, fleet)
    assert wrong == []
    made = {
        kind: count
        for kind, count in calls.items()
        if kind[:2] in (('cinder', 'POST'), ('cinder', 'DELETE'))
    }
    assert sorted(made.values()) == [12, 12]
    rest = sum(calls.values()) - 24
    assert rest <= 24, calls  # does not grow with the volumes
