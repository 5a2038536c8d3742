"""Many protected services of one tenant, for what only numbers show."""

import concurrent.futures
import contextlib
import dataclasses
import datetime
import itertools
import sqlite3
import time

from tests.demo import world

BUILDERS = 8  #: that make servers at once
_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Service:
    """One server with its volumes, protected."""

    business_id: str
    server_id: str
    volume_ids: tuple[str, ...]


def make(tenant, servers, volumes):
    """Make so many servers of so many volumes each, several at once."""
    with concurrent.futures.ThreadPoolExecutor(BUILDERS) as pool:
        made = [pool.submit(tenant.server, volumes) for _ in range(servers)]
        found = [each.result() for each in made]
    return [
        _service(server.id, attached.values()) for server, attached in found
    ]


def found(tenant, servers):
    """Take so many of the servers that the tenant has."""
    listed = itertools.islice(tenant.cloud.compute.servers(), servers)
    return [
        _service(each.id, [v['id'] for v in each.attached_volumes])
        for each in listed
    ]


def _service(server_id, volume_ids):
    return Service(f'fleet-{next(_numbers)}', server_id, tuple(volume_ids))


def _read(file, query, values):
    """Ask the service's database, as another process."""
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as opened:
        return [row[0] for row in opened.execute(query, values)]


class Fleet:
    """Services of one tenant under one policy."""

    def __init__(self, tenant, services, quota=1):
        """Make the policy; nothing is protected yet."""
        self.tenant = tenant
        self.services = services
        self.policy_id = tenant.policy(quota={'count': quota})['id']
        self.volume_ids = [
            each for service in services for each in service.volume_ids
        ]

    def protect(self):
        """Protect every server."""
        for each in self.services:
            self.tenant.protect(
                each.server_id, self.policy_id, each.business_id
            )

    def fall_due(self, within=20):
        """Have every service fall due at once, and never again that day.

        :param within: seconds in which the policy has to be changed
        :returns: when that is
        """
        now = datetime.datetime.now(datetime.UTC)
        due = now + datetime.timedelta(seconds=within)
        due = due.replace(second=0, microsecond=0)
        due += datetime.timedelta(minutes=1)
        schedules = [{'cron': f'{due.minute} {due.hour} * * *'}]
        self.tenant.ask(
            'PATCH',
            f'/v1/policies/{self.policy_id}',
            {'policy': {'schedules': schedules}},
        )
        return due

    def ended(self, database, due):
        """Read how those tasks ended, of a run and later, that have.

        :param database: the SQLite file of the service: asking the API
            would take part of the time that is measured
        """
        return _read(
            database,
            'SELECT t.status FROM tasks t JOIN protections p'
            ' ON p.id = t.protection_id WHERE p.policy_id = ?'
            " AND t.status IN ('done', 'failed', 'missed')"
            ' AND t.scheduled_at >= ?',
            (self.policy_id, f'{due:%Y-%m-%d %H:%M:%S}'),
        )

    def leaving(self, database):
        """Read which points are not good, nor gone."""
        return _read(
            database,
            'SELECT r.status FROM recovery_points r JOIN protections p'
            ' ON p.id = r.protection_id WHERE p.policy_id = ?'
            " AND r.status NOT IN ('good', 'deleted')",
            (self.policy_id,),
        )

    def others_leaving(self, database):
        """Read which points of anybody else's are not good, nor gone."""
        return _read(
            database,
            'SELECT r.status FROM recovery_points r LEFT JOIN protections p'
            ' ON p.id = r.protection_id'
            ' WHERE (p.policy_id IS NULL OR p.policy_id != ?)'
            " AND r.status NOT IN ('good', 'deleted', 'lost')",
            (self.policy_id,),
        )

    def snapshots(self):
        """List what Cinder has of the fleet's volumes."""
        ours = set(self.volume_ids)
        storage = self.tenant.cloud.block_storage
        return [
            each
            for each in storage.snapshots(details=True)
            if each.volume_id in ours
        ]

    def remove_snapshots(self):
        """Remove them, and wait until they are gone."""
        storage = self.tenant.cloud.block_storage
        with concurrent.futures.ThreadPoolExecutor(BUILDERS) as pool:
            left = self.snapshots()
            while left:
                list(pool.map(storage.delete_snapshot, left))
                time.sleep(0.5)
                left = [s for s in self.snapshots() if s.status != 'deleting']
            while self.snapshots():
                time.sleep(0.5)

    def remove(self):
        """Remove servers and volumes; they have no snapshots any more."""
        compute = self.tenant.cloud.compute
        storage = self.tenant.cloud.block_storage
        for each in self.services:
            compute.delete_server(each.server_id)
        for volume_id in self.volume_ids:
            world.wait(
                lambda volume_id=volume_id: storage.get_volume(volume_id),
                'available',
            )
            storage.delete_volume(volume_id)
