#!/usr/bin/env python3
"""Snapshots of 200 volumes: snapfault, Cinder's own limit, serial scripts.

Needs a minicloud: python -m tests.minicloud up --state FOLDER, then
bench/snapshot.py --state FOLDER. Every way takes one snapshot of each of
the same volumes on the same Cinder, one way after the other, and is told in
ratios: the seconds of one run of one machine say little by themselves.

raw       posts all creates, 16 at once with one token, and polls them in
          bulk four times a second: what Cinder can do. It runs before and
          after snapfault, and the quicker of the two is the limit.
snapfault from the minute at which all its schedules fall due until the last
          task is done, the wait for its next tick included; to be had
          afterwards are recovery points, and the quota was looked at. The
          second run counts: in the first, each server's attachments are
          read as well, which are known from then on.
serial    an openstacksdk script: create, wait until available, next.
cli       the openstack command in a loop, create --wait; of a sample, and
          told for all by multiplication. Off unless --cli is given.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import requests

from tests.cloud import fleet as fleets
from tests.cloud import tenant
from tests.demo import service
from tests.demo import world

AT_ONCE = 16  #: as many as a snapfault worker asks at once
BULK = 0.25  #: seconds between two looks at all
HELD = {'raw': (0.9, 'at least 0.9 of the limit'), 'serial': (12, '12x')}


def raw(fleet):
    """Post all creates at once; gives the seconds until all are there."""
    session = fleet.tenant.cloud.session
    storage = session.get_endpoint(service_type='block-storage')
    headers = {'X-Auth-Token': session.get_token()}
    with requests.Session() as http:
        http.headers.update(headers)
        http.mount('http://', requests.adapters.HTTPAdapter(1, AT_ONCE))
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(
                lambda volume_id: _post(http, storage, volume_id),
                fleet.volume_ids,
            )
            asked = {each.json()['snapshot']['id'] for each in answers}
        while True:
            found = http.get(f'{storage}/snapshots/detail?limit=1000')
            there = {
                each['id']
                for each in found.json()['snapshots']
                if each['status'] == 'available'
            }
            if asked <= there:
                return time.monotonic() - begun
            time.sleep(BULK)


def _post(http, storage, volume_id):
    wanted = {'volume_id': volume_id, 'name': 'raw', 'force': True}
    return http.post(f'{storage}/snapshots', json={'snapshot': wanted})


def by_snapfault(fleet, database):
    """Let all fall due at once; gives the seconds until the last is done."""
    due = fleet.fall_due()
    while True:
        ended = fleet.ended(database, due)
        seconds = time.time() - due.timestamp()
        if len(ended) == len(fleet.services):
            assert set(ended) == {'done'}, ended
            return seconds
        time.sleep(BULK)


def serial(fleet, progress):
    """Take them one after another; gives the seconds."""
    storage = fleet.tenant.cloud.block_storage
    begun = time.monotonic()
    for number, volume_id in enumerate(fleet.volume_ids):
        made = storage.create_snapshot(
            volume_id=volume_id, name='serial', is_forced=True
        )
        storage.wait_for_status(made, 'available', interval=1, wait=60)
        progress(number + 1)
    return time.monotonic() - begun


def by_cli(fleet, state, sample):
    """Take a sample with the command; gives the seconds it is for all."""
    program = pathlib.Path(sys.executable).with_name('openstack')
    environment = dict(
        os.environ,
        OS_CLIENT_CONFIG_FILE=str(state / 'clouds.yaml'),
        OS_CLOUD='alpha',
    )
    begun = time.monotonic()
    for volume_id in fleet.volume_ids[:sample]:
        subprocess.run(
            [
                *(program, 'volume', 'snapshot', 'create', '--force'),
                *('--volume', volume_id, f'cli-{volume_id}'),
            ],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    seconds = time.monotonic() - begun
    return seconds * len(fleet.volume_ids) / sample


def say(text):
    """Print at once: a run takes minutes."""
    print(text, flush=True)


def compare(fleet, database, state, arguments):
    """Try every way in turn; gives seconds by its name."""
    found = {}

    def timed(name, way, *details):
        found[name] = way(fleet, *details)
        say(f'{name:<12} {found[name]:8.2f} s')

    timed('raw before', raw)
    fleet.remove_snapshots()
    fleet.protect()
    timed('first run', by_snapfault, database)
    taken = len(fleet.snapshots())
    assert taken == len(fleet.volume_ids), taken
    timed('snapfault', by_snapfault, database)
    fleet.remove_snapshots()
    timed('raw after', raw)
    fleet.remove_snapshots()
    timed('serial', serial, lambda done: None)
    fleet.remove_snapshots()
    if arguments.cli:
        timed('cli', by_cli, state, arguments.cli)
        say(f'cli: of a sample of {arguments.cli}, multiplied')
        fleet.remove_snapshots()
    return found


def report(found, volumes):
    """Say the ratios, and what we hold ourselves to."""
    limit = min(found['raw before'], found['raw after'])
    ours = found['snapfault']
    say(f'limit {limit / volumes:.3f} s a volume')
    say(f'snapfault reaches {limit / ours:.2f} of the limit; held to 0.9')
    first = found['first run']
    say(f'its first run, which reads attachments: {limit / first:.2f}')
    say(f'serial script takes {found["serial"] / ours:.1f}x; held to 12x')
    if 'cli' in found:
        say(f'CLI loop takes {found["cli"] / ours:.1f}x; held to 40x')


def furnish(owner, arguments):
    """Give the services whose volumes are captured."""
    if arguments.reuse:
        return fleets.found(owner, arguments.servers)
    say(f'making {arguments.servers} servers')
    return fleets.make(owner, arguments.servers, arguments.volumes)


def main():
    """Furnish the cloud, measure, and leave it as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--state', type=pathlib.Path, required=True)
    parser.add_argument('--servers', type=int, default=100)
    parser.add_argument('--volumes', type=int, default=2, help='of a server')
    parser.add_argument(
        '--reuse', action='store_true', help='take servers of a run before'
    )
    parser.add_argument('--cli', type=int, default=0, metavar='SAMPLE')
    arguments = parser.parse_args()
    state = arguments.state.resolve()
    extra = f'[worker]\nconcurrency = {AT_ONCE}\n'
    with tempfile.TemporaryDirectory() as folder:
        process = service.Snapfault(
            folder, service.read_minicloud(state), extra
        )
        process.start()
        try:
            owner = tenant.Tenant(
                world.connect(state / 'clouds.yaml', 'alpha')
            )
            fleet = fleets.Fleet(owner, furnish(owner, arguments), quota=2)
            found = compare(fleet, process.database, state, arguments)
        finally:
            process.stop()
    report(found, len(fleet.volume_ids))


if __name__ == '__main__':
    main()
