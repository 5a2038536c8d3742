#!/usr/bin/env python3
"""Recoveries: snapfault beside the cloud's own time, 8 volumes beside 1.

Needs a minicloud: python -m tests.minicloud up --state FOLDER, then
bench/recovery.py --state FOLDER. Each round makes three servers of 1 volume
and three of 8, and brings each of the three back in another way: told are
the medians of all rounds, and their ratios, for the seconds of one machine
say little by themselves.

changes   the calls that change something, over plain HTTP with one token,
          those that Nova and Cinder take at once at once, and the next 20 ms
          after the last was seen done: safety snapshots; clones together
          with the rebuild; stop; detach; attach; start. Whoever does that
          does not look what it is done to.
by hand   all that snapfault asks, in the same manner: a fresh token, and a
          look at server, attachments, volumes, snapshots, quota and image
          before; the mark on what is detached; Nova's word beside Cinder's
          on each volume; and a last look.
snapfault from the request for a recovery until it is done, by its own
          ``finished_at``, with the options it has by default: waking up,
          planning and the journal are included.

How busy the machine's processors were is told beside each: where they are
full, the cloud's own work on each volume is what the recovery waits for.
"""

import argparse
import concurrent.futures
import datetime
import functools
import pathlib
import statistics
import sys
import tempfile
import time

import psutil

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench import by_hand
from tests.cloud import tenant as tenants
from tests.demo import service
from tests.demo import world

#: Seconds between two looks at a recovery. One costs its process 15 ms; that
#: of the one by hand is asked nothing.
WATCH = 1.0
#: What a worker has by default, and the demo, which takes turns, has not.
DEFAULTS = """\
[worker]
concurrency = 4
tick = 1.0
"""
POLICY = {'quota': {'count': 2}, 'recovery': {'margin': 0}}
BY_HAND = {'changes': by_hand.Changes, 'by hand': by_hand.Careful}
WAYS = (*BY_HAND, 'snapfault')


def snapshots(business):
    """Take a recovery point; give its snapshots by device."""
    task_id = business.run()
    end = time.monotonic() + by_hand.LIMIT
    while business.task(task_id)['status'] != 'done':
        assert time.monotonic() < end, business.task(task_id)
        time.sleep(by_hand.LOOK)
    (point,) = business.points('good')
    return {each['device']: each['snapshot_id'] for each in point['members']}


def by_snapfault(business):
    """Recover by snapfault; gives the seconds."""
    before = business.attached()
    begun = time.time()  # the clock that snapfault reads as well
    recovery_id = business.recover()
    end = begun + by_hand.LIMIT
    while True:
        (found,) = business.recoveries()
        if found['status'] == 'done':
            break
        assert found['status'] in ('waiting', 'running'), found
        assert time.time() < end, found
        time.sleep(WATCH)
    ended = datetime.datetime.fromisoformat(found['finished_at'])
    seconds = ended.timestamp() - begun
    assert found['id'] == recovery_id
    after = business.attached()
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    return seconds


def main():
    """Make servers, bring them back both ways, and tell the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--state', type=pathlib.Path, required=True)
    parser.add_argument('--rounds', type=int, default=3)
    arguments = parser.parse_args()
    state = arguments.state.resolve()
    found = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(16) as pool,
    ):
        process = service.Snapfault(
            folder, service.read_minicloud(state), DEFAULTS
        )
        process.start()
        try:
            owner = tenants.Tenant(
                world.connect(state / 'clouds.yaml', 'alpha')
            )
            for _ in range(arguments.rounds):
                for volumes in (1, 8):
                    measure(owner, by_hand.Hand(owner, pool), volumes, found)
        finally:
            process.stop()
    report({name: statistics.median(each) for name, each in found.items()})


def measure(owner, hand, volumes, found):
    """Bring back one server each way, and note the seconds."""
    ways = {way: owner.business(volumes=volumes, **POLICY) for way in WAYS}
    points = {way: snapshots(each) for way, each in ways.items()}
    recoveries = {
        way: kind(hand, ways[way], points[way]).recover
        for way, kind in BY_HAND.items()
    } | {'snapfault': functools.partial(by_snapfault, ways['snapfault'])}
    for way, recover in recoveries.items():
        psutil.cpu_percent()  # the next one tells of the time from here
        seconds = recover()
        print(
            f'{volumes} {way:<10} {seconds:7.2f} s,'
            f' processors {psutil.cpu_percent():.0f} % busy',
            flush=True,
        )
        found.setdefault((volumes, way), []).append(seconds)
    for each in ways.values():
        owner.ask('DELETE', f'/v1/protections/{each.protection_id}')
        owner.cloud.compute.delete_server(each.server_id)
    clear(owner.cloud.block_storage)


def clear(storage):
    """Remove all that is left, lest the lists of the next round be longer."""
    for kind in ('snapshot', 'volume'):
        end = time.monotonic() + by_hand.LIMIT
        asked = set()
        while left := list(getattr(storage, f'{kind}s')()):
            assert time.monotonic() < end, left
            for each in left:
                if each.status == 'available' and each.id not in asked:
                    asked.add(each.id)
                    getattr(storage, f'delete_{kind}')(each)
            time.sleep(WATCH)


def report(median):
    """Say the ratios, and what we hold ourselves to."""
    for volumes in (1, 8):
        changes, hand, ours = (median[volumes, way] for way in WAYS)
        print(
            f'{volumes} volumes: {ours:.2f} s, by hand {hand:.2f} s,'
            f' {ours / hand:.2f}x; held to 1.1x; with no look'
            f' {changes:.2f} s, {ours / changes:.2f}x'
        )
    for way in reversed(WAYS):
        grown = median[8, way] / median[1, way]
        print(f'{way}: 8 volumes take {grown:.2f}x of 1; ours held to 1.5x')


if __name__ == '__main__':
    main()
