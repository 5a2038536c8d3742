"""One project's snapshots, with nothing around them that takes time."""

import dataclasses
import datetime
import random

from snapfault import errors
from snapfault import resource

TYPES = ('fake', 'ssd')


class Cloud:
    """Snapshots that become available, fail, stay or go as chance has it."""

    def __init__(self, chance: random.Random) -> None:
        """Begin with nothing, and with limits or without."""
        self._chance = chance
        self._made = 0
        self.snapshots: dict[str, resource.Snapshot] = {}
        self._types: dict[str, str] = {}
        self.limits: dict[tuple[str, str], int] = {}
        self.change_limits()

    def change_limits(self) -> None:
        """Let an admin set other limits, which may be below what is used."""
        chance = self._chance
        self.limits = {
            (which, what): chance.randint(0, most)
            for which in ('', *TYPES)
            for what, most in (('snapshots', 14), ('gigabytes', 40))
            if chance.random() < 0.25
        }

    def headroom(self) -> resource.Headroom:
        """Say what the limits leave."""
        left = {}
        for (which, what), limit in self.limits.items():
            own = [
                snapshot
                for snapshot in self.snapshots.values()
                if which in ('', self._types[snapshot.id])
            ]
            used = (
                len(own) if what == 'snapshots' else sum(s.size for s in own)
            )
            left[which, what] = limit - used
        return resource.Headroom(
            left.get(('', 'snapshots')),
            None,
            left.get(('', 'gigabytes')),
            {
                each: resource.TypeRoom(
                    left.get((each, 'snapshots')),
                    left.get((each, 'gigabytes')),
                )
                for each in TYPES
                if (each, 'snapshots') in left or (each, 'gigabytes') in left
            },
        )

    def create(
        self,
        volume: resource.Volume,
        metadata: dict[str, str],
        now: datetime.datetime,
    ) -> str:
        """Begin a snapshot.

        :raises QuotaExceeded: a limit leaves too little, or others have
            just used up what it left
        """
        left = self.headroom()
        rooms = [
            left,
            *(r for t, r in left.types.items() if t == volume.volume_type),
        ]
        if self._chance.random() < 0.02 or any(
            (room.snapshots is not None and room.snapshots < 1)
            or (room.gigabytes is not None and room.gigabytes < volume.size)
            for room in rooms
        ):
            raise errors.QuotaExceeded('over the limit')
        self._made += 1
        made = resource.Snapshot(
            id=f'snapshot-{self._made}',
            name='',
            volume_id=volume.id,
            status='creating',
            size=volume.size,
            metadata=metadata,
            created_at=now,
        )
        self.snapshots[made.id] = made
        self._types[made.id] = volume.volume_type or ''
        return made.id

    def delete(self, snapshot_id: str) -> None:
        """Accept a delete, which says nothing of what comes of it."""
        if snapshot_id in self.snapshots:
            self._set(snapshot_id, 'deleting')

    def go_on(self) -> None:
        """Let what is under way end well or badly."""
        for snapshot in list(self.snapshots.values()):
            dice = self._chance.random()
            if snapshot.status == 'creating' and dice < 0.7:
                self._set(snapshot.id, 'error' if dice < 0.06 else 'available')
            elif snapshot.status == 'deleting' and dice < 0.7:
                if dice < 0.1:  # something depends on it
                    self._set(snapshot.id, 'available')
                elif dice < 0.13:
                    self._set(snapshot.id, 'error_deleting')
                else:
                    del self.snapshots[snapshot.id]

    def mend(self) -> None:
        """Let an admin reset what hangs in error_deleting."""
        for snapshot in list(self.snapshots.values()):
            if snapshot.status == 'error_deleting':
                self._set(snapshot.id, 'error')

    def _set(self, snapshot_id: str, status: str) -> None:
        self.snapshots[snapshot_id] = dataclasses.replace(
            self.snapshots[snapshot_id], status=status
        )
