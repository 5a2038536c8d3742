"""Read the cloud with plain openstacksdk and say whether the job was done.

Knows what the tenant had before, nothing of snapfault: python -m
tests.demo.check FACTS CHAPTER. Prints a table and exits non-zero if a line
fails.
"""

import collections
import datetime
import json
import pathlib
import sys

import openstack


class Cloud:
    """One read of all that the tenant owns."""

    def __init__(self, clouds_file):
        config = openstack.config.OpenStackConfig(config_files=[clouds_file])
        tenant = openstack.connection.Connection(
            config=config.get_one(cloud='alpha')
        )
        self.servers = {s.id: s for s in tenant.compute.servers()}
        self.volumes = {v.id: v for v in tenant.block_storage.volumes()}
        self.snapshots = {
            s.id: s for s in tenant.block_storage.snapshots(details=True)
        }
        self.attached = {
            server: {
                each.device: each.volume_id
                for each in tenant.compute.volume_attachments(server)
            }
            for server in self.servers
        }

    def made_at(self, snapshot):
        """Give a snapshot's time of making, in seconds since the epoch."""
        made = datetime.datetime.fromisoformat(snapshot.created_at)
        return made.replace(tzinfo=datetime.UTC).timestamp()


def timed(cloud):
    """Group the snapshots that a timed run made: by run, then by volume."""
    runs = collections.defaultdict(dict)
    for snapshot in cloud.snapshots.values():
        run = snapshot.metadata.get('snapfault:scheduled_at')
        if run is not None:
            runs[run][snapshot.volume_id] = snapshot
    return dict(sorted(runs.items()))


def order(cloud, facts):
    """The loaded service goes first and the idle one last, in every run."""
    names = [each['business_id'] for each in facts['services']]
    checked = 0
    for run, made in timed(cloud).items():
        first = {}
        for each in facts['services']:
            times = [
                cloud.made_at(made[volume])
                for volume in each['volume_ids'].values()
                if volume in made
            ]
            if times:
                first[each['business_id']] = min(times)
        seen = sorted(first, key=first.get)
        wanted = [name for name in names if name in first]
        if seen != wanted:
            return False, f'{run}: {seen}'
        checked += len(seen) == len(names)
    return checked > 0, f'{" > ".join(names)} in {checked} whole runs'


def counts(cloud, facts):
    """Every volume has as many snapshots as the quota keeps, all good."""
    found = collections.Counter()
    for made in timed(cloud).values():
        for volume, snapshot in made.items():
            if snapshot.status != 'available':
                return False, f'{snapshot.id} is {snapshot.status}'
            found[volume] += 1
    wanted = {
        volume: facts['quota']
        for each in facts['services']
        for volume in each['volume_ids'].values()
    }
    return found == wanted, f'{sorted(found.values())} for {len(wanted)}'


def image(cloud, facts):
    """Every server runs, from its original image."""
    for each in facts['services']:
        server = cloud.servers[each['server_id']]
        if server.status != 'ACTIVE':
            return False, f'{each["business_id"]} is {server.status}'
        if server.image.id != each['image_id']:
            return False, f'{each["business_id"]} has another image'
    return True, f'{len(facts["services"])} ACTIVE from the original image'


def _victim(facts):
    return next(
        each
        for each in facts['services']
        if each['business_id'] == facts['victim']
    )


def restored(cloud, facts):
    """The victim's volumes came from its newest snapshots of before."""
    victim, sources = _victim(facts), []
    for device, old in victim['volume_ids'].items():
        before = [
            snapshot
            for made in timed(cloud).values()
            for volume, snapshot in made.items()
            if volume == old and cloud.made_at(snapshot) < facts['struck_at']
        ]
        newest = max(before, key=cloud.made_at)
        attached = cloud.attached[victim['server_id']].get(device)
        volume = cloud.volumes.get(attached)
        if volume is None or volume.snapshot_id != newest.id:
            return False, f'{device}: {attached} is not from {newest.id}'
        sources.append(newest.id[:8])
    return True, f'from {" and ".join(sources)}'


def devices(cloud, facts):
    """Every server has a volume at each device that it had before."""
    for each in facts['services']:
        now = cloud.attached[each['server_id']]
        if set(now) != set(each['volume_ids']):
            return False, f'{each["business_id"]}: {sorted(now)}'
    return True, ', '.join(sorted(facts['services'][0]['volume_ids']))


def untouched(cloud, facts):
    """The other services still have the very volumes they had."""
    for each in facts['services']:
        if each['business_id'] == facts['victim']:
            continue
        if cloud.attached[each['server_id']] != each['volume_ids']:
            return False, f'{each["business_id"]} has other volumes'
    return True, 'the same volumes as before'


def kept(cloud, facts):
    """The damaged volumes are kept, and a safety snapshot of each."""
    for old in _victim(facts)['volume_ids'].values():
        if old not in cloud.volumes:
            return False, f'{old} is gone'
        safety = [
            each
            for each in cloud.snapshots.values()
            if each.volume_id == old
            and 'snapfault:recovery_id' in each.metadata
            and each.status == 'available'
        ]
        if len(safety) != 1:
            return False, f'{len(safety)} safety snapshots of {old}'
    return True, 'two damaged volumes, a safety snapshot of each'


def leftovers(cloud, facts):
    """Nothing is there that the story does not account for."""
    owned = len(facts['services']) * 2
    wanted = {
        'servers': len(facts['services']),
        'volumes': owned + 2,
        'snapshots': owned * facts['quota'] + 2 + 1,
    }
    found = {
        'servers': len(cloud.servers),
        'volumes': len(cloud.volumes),
        'snapshots': len(cloud.snapshots),
    }
    settled = {'available', 'in-use'}
    odd = [
        each.id
        for each in (*cloud.volumes.values(), *cloud.snapshots.values())
        if each.status not in settled
    ]
    text = ', '.join(f'{count} {what}' for what, count in found.items())
    return found == wanted and not odd, text


def foreign(cloud, facts):
    """The snapshot that somebody took by hand is untouched."""
    snapshot = cloud.snapshots.get(facts['foreign_snapshot'])
    if snapshot is None:
        return False, 'it is gone'
    return (
        snapshot.status == 'available' and not snapshot.metadata,
        f'{snapshot.name!r} is {snapshot.status}',
    )


def undone(cloud, facts):
    """The victim has its own volumes again, and the restored are kept."""
    victim = _victim(facts)
    now = cloud.attached[victim['server_id']]
    if now != victim['volume_ids']:
        return False, f'{now} and not {victim["volume_ids"]}'
    restored = [
        each
        for each in cloud.volumes.values()
        if each.snapshot_id is not None and each.status == 'available'
    ]
    return len(restored) == 2, f'its own two, beside {len(restored)} kept'


CHECKS = {
    'recovered': (
        order,
        counts,
        image,
        restored,
        devices,
        untouched,
        kept,
        leftovers,
        foreign,
    ),
    # what the drill made is gone without a trace, or leftovers finds it
    'undone': (image, undone, devices, untouched, leftovers, foreign),
}


def main(facts_file, chapter):
    """Print the table; the exit code tells whether a line failed.

    :param chapter: of the story, which has checks of its own
    """
    facts = json.loads(pathlib.Path(facts_file).read_text())
    cloud = Cloud(facts['clouds_file'])
    failed = 0
    print(f'{"check":<10} {"verdict":<8} found')
    print('-' * 78)
    checks = CHECKS[chapter]
    for check in checks:
        passed, found = check(cloud, facts)
        failed += not passed
        verdict = 'ok' if passed else 'FAILED'
        print(f'{check.__name__:<10} {verdict:<8} {found}')
        print(f'{"":<19} {check.__doc__}')
    print('-' * 78)
    print(f'demo, {chapter}: {len(checks) - failed} passed, {failed} failed')
    return min(failed, 1)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
