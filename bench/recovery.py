#!/usr/bin/env python3
"""Recoveries: snapfault beside the cloud's own time, 8 volumes beside 1.

Needs a minicloud: python -m tests.minicloud up --state FOLDER, then
bench/recovery.py --state FOLDER. Each round makes two servers of 1 volume
and two of 8, takes a recovery point of one of each pair, and brings both of
a pair back: told are the medians of all rounds, and their ratios, for the
seconds of one machine say little by themselves.

by hand   what the cloud itself needs: the same calls over plain HTTP with
          one token, those that Nova and Cinder take at once at once, and
          the next 20 ms after the last was seen done. Safety snapshots;
          clones together with the rebuild; stop; detach; attach; start.
snapfault from the request for a recovery until it is done, by its own
          ``finished_at``, with the options it has by default: waking up,
          looking, planning, the journal, and the last look of all are
          included.
"""

import argparse
import concurrent.futures
import datetime
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import requests

from tests.cloud import tenant as tenants
from tests.demo import service
from tests.demo import world

LOOK = 0.02  #: seconds between two looks of the one by hand
#: Seconds between two looks at a recovery. One costs its process 15 ms; that
#: of the one by hand is asked nothing.
WATCH = 1.0
#: What a worker has by default, and the demo, which takes turns, has not.
DEFAULTS = """\
[worker]
concurrency = 4
tick = 1.0
"""
LIMIT = 120  #: seconds that no stage may take
POLICY = {'quota': {'count': 2}, 'recovery': {'margin': 0}}
VERSIONS = {'compute': 'compute 2.96', 'block-storage': 'volume 3.70'}


class Hand:
    """Asks Nova and Cinder as fast as they answer."""

    def __init__(self, owner, pool):
        self._pool = pool
        session = owner.cloud.session
        self._http = requests.Session()
        self._http.mount('http://', requests.adapters.HTTPAdapter(4, 16))
        self._http.headers['X-Auth-Token'] = session.get_token()
        self._urls = {
            kind: session.get_endpoint(service_type=kind) for kind in VERSIONS
        }

    def ask(self, method, kind, path, body=None):
        """Ask once, and give the answer's JSON."""
        answer = self._http.request(
            method,
            self._urls[kind] + path,
            json=body,
            headers={'OpenStack-API-Version': VERSIONS[kind]},
            timeout=LIMIT,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def together(self, calls):
        """Ask for all at once, and give the answers."""
        return list(self._pool.map(lambda call: self.ask(*call), calls))

    def wait(self, *looks):
        """Look again and again until each look gives true."""
        end = time.monotonic() + LIMIT
        while not all(self._pool.map(lambda look: look(), looks)):
            assert time.monotonic() < end
            time.sleep(LOOK)

    def act(self, server_id, **action):
        """Ask for an action of a server."""
        path = f'/servers/{server_id}/action'
        self.ask('POST', 'compute', path, action)

    def server_is(self, server_id, status):
        """Give the look at a server."""

        def look():
            path = f'/servers/{server_id}'
            found = self.ask('GET', 'compute', path)['server']
            is_idle = found['OS-EXT-STS:task_state'] is None
            return is_idle and found['status'] == status

        return look

    def all_are(self, kind, ids, status):
        """Give the look at some volumes, or snapshots, in one list."""

        def look():
            path = f'/{kind}/detail?limit=1000&status={status}'
            found = self.ask('GET', 'block-storage', path)[kind]
            return set(ids) <= {each['id'] for each in found}

        return look


def by_hand(hand, business, points):
    """Recover by hand; gives the seconds.

    :param points: snapshots by the device of their volume
    """
    begun = time.monotonic()
    server_id, damaged = business.server_id, business.volume_ids
    made = hand.together(
        (
            'POST',
            'block-storage',
            '/snapshots',
            {'snapshot': {'volume_id': each, 'force': True}},
        )
        for each in damaged.values()
    )
    safe = [each['snapshot']['id'] for each in made]
    hand.wait(hand.all_are('snapshots', safe, 'available'))
    rebuild = ('POST', 'compute', f'/servers/{server_id}/action')
    wanted = {'rebuild': {'imageRef': business.image_id}}
    _, *made = hand.together(
        [
            (*rebuild, wanted),
            *(
                (
                    'POST',
                    'block-storage',
                    '/volumes',
                    {'volume': {'snapshot_id': each, 'size': 1}},
                )
                for each in points.values()
            ),
        ]
    )
    clones = [each['volume']['id'] for each in made]
    hand.wait(
        hand.server_is(server_id, 'ACTIVE'),
        hand.all_are('volumes', clones, 'available'),
    )
    _exchange(hand, server_id, damaged, clones)
    return time.monotonic() - begun


def _exchange(hand, server_id, damaged, clones):
    hand.act(server_id, **{'os-stop': None})
    hand.wait(hand.server_is(server_id, 'SHUTOFF'))
    attachments = f'/servers/{server_id}/os-volume_attachments'
    hand.together(
        ('DELETE', 'compute', f'{attachments}/{each}')
        for each in damaged.values()
    )
    hand.wait(hand.all_are('volumes', damaged.values(), 'available'))
    hand.together(
        (
            'POST',
            'compute',
            attachments,
            {'volumeAttachment': {'volumeId': clone, 'device': device}},
        )
        for clone, device in zip(clones, damaged, strict=True)
    )
    hand.wait(hand.all_are('volumes', clones, 'in-use'))
    hand.act(server_id, **{'os-start': None})
    hand.wait(hand.server_is(server_id, 'ACTIVE'))


def snapshots(business):
    """Take a recovery point; give its snapshots by device."""
    task_id = business.run()
    end = time.monotonic() + LIMIT
    while business.task(task_id)['status'] != 'done':
        assert time.monotonic() < end, business.task(task_id)
        time.sleep(LOOK)
    (point,) = business.points('good')
    return {each['device']: each['snapshot_id'] for each in point['members']}


def by_snapfault(business):
    """Recover by snapfault; gives the seconds."""
    before = business.attached()
    begun = time.time()  # the clock that snapfault reads as well
    recovery_id = business.recover()
    end = begun + LIMIT
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
                    measure(owner, Hand(owner, pool), volumes, found)
        finally:
            process.stop()
    report({name: statistics.median(each) for name, each in found.items()})


def measure(owner, hand, volumes, found):
    """Bring back one server each way, and note the seconds."""
    first, second = (
        owner.business(volumes=volumes, **POLICY) for _ in range(2)
    )
    points = snapshots(second)
    snapshots(first)
    for name, seconds in (
        ('by hand', by_hand(hand, second, points)),
        ('snapfault', by_snapfault(first)),
    ):
        print(f'{volumes} {name:<10} {seconds:7.2f} s', flush=True)
        found.setdefault((volumes, name), []).append(seconds)
    for each in (first, second):
        owner.ask('DELETE', f'/v1/protections/{each.protection_id}')
        owner.cloud.compute.delete_server(each.server_id)
    clear(owner.cloud.block_storage)


def clear(storage):
    """Remove all that is left, lest the lists of the next round be longer."""
    for kind in ('snapshot', 'volume'):
        end = time.monotonic() + LIMIT
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
        ours, limit = (
            median[volumes, name] for name in ('snapfault', 'by hand')
        )
        print(
            f'{volumes} volumes: {ours:.2f} s, by hand {limit:.2f} s,'
            f' {ours / limit:.2f}x; held to 1.1x'
        )
    grown = median[8, 'snapfault'] / median[1, 'snapfault']
    print(f'8 volumes take {grown:.2f}x of 1; held to 1.5x')
    grown = median[8, 'by hand'] / median[1, 'by hand']
    print(f'by hand they take {grown:.2f}x')


if __name__ == '__main__':
    main()
